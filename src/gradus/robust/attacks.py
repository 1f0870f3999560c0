"""Attacks: one step uphill, several, and a random one to compare with.

Attacks are classes with the names of functions, because they are words of a sentence, as
optimisers are: `adversarial(model, likelihood, optimizer, attack=fgsm(0.25))`.
"""

from __future__ import annotations

import jax
from jax import lax, random

from gradus.base.record import static
from gradus.robust.attack import Attack


class fgsm(Attack):
    """The fast gradient sign method: x′ = x + ε sign(∇ₓJ); in the norm "2", x + ε ∇ₓJ/‖∇ₓJ‖.

    Among all changes of no number by more than ε it raises a linear model's loss the most, by
    ε‖w‖₁ in the logit: ten thousand changes too small to see add up.

    Arguments: as for every `Attack`.

    >>> import jax.numpy as jnp
    >>> from gradus import nn
    >>> from gradus.likelihoods import Bernoulli
    >>> line = nn.Dense(1).init(random.key(0), (3,)).replace(weight=jnp.array([[2.0], [-1.0], [0]]))
    >>> x = jnp.array([[0.5, 0.5, 0.5]])
    >>> fgsm(0.25)(line, Bernoulli(), x, jnp.array([1]))
    Array([[0.25, 0.75, 0.5 ]], dtype=float32)
    >>> fgsm(0.6, low=0.0, high=1.0)(line, Bernoulli(), x, jnp.array([1]))
    Array([[0. , 1. , 0.5]], dtype=float32)

    Goodfellow, Shlens and Szegedy (2015); Goodfellow, Bengio and Courville (2016), section 7.13.
    """

    def search(self, slope, x, key):
        return self.moved(x, self.at(self.epsilon, x) * self.by_norm.steepest(slope(x)))


class pgd(Attack):
    """Projected gradient ascent: x′ ← Π(x′ + α sign(∇ₓJ)), Π the nearest place within ε and bounds.

    Arguments:
        steps: how many.
        step_size: α as a part of ε; None: 2.5 / steps, so that the edge can be reached from any
            start.
        random_start: begin at a random place within ε, and not at x, where the gradient may
            mislead; needs a key.

    The others as for every `Attack`. Raises InputError for steps that are no whole number above 0,
    and for a step size of 0 or less.

    >>> import jax.numpy as jnp
    >>> from gradus import nn
    >>> from gradus.likelihoods import Bernoulli
    >>> line = nn.Dense(1).init(random.key(0), (2,)).replace(weight=jnp.array([[2.0], [-1.0]]))
    >>> pgd(0.1)(line, Bernoulli(), jnp.array([[0.5, 0.5]]), jnp.array([1]), random.key(0))
    Array([[0.4, 0.6]], dtype=float32)

    Madry, Makelov, Schmidt, Tsipras and Vladu (2018).
    """

    steps: int = static(10)
    step_size: float | None = static(None)
    random_start: bool = static(True)

    def __check_init__(self):
        if not isinstance(self.steps, int) or self.steps < 1:
            self.refuse("steps", "a whole number above 0", self.steps, "take 10")
        if self.step_size is not None and not self.step_size > 0:
            self.refuse("step_size", "a number above 0", self.step_size, "leave it out")

    def search(self, slope, x, key):
        epsilon, begin = self.at(self.epsilon, x), x
        alpha = epsilon * (2.5 / self.steps if self.step_size is None else self.step_size)
        if self.random_start:
            begin = self.moved(x, epsilon * self.by_norm.inside(self.require(key), x.shape))

        def step(_: int, at: jax.Array) -> jax.Array:
            return self.moved(x, at - x + alpha * self.by_norm.steepest(slope(at)))

        return lax.fori_loop(0, self.steps, step, begin)


class noise(Attack):
    """A random change as long as that of `fgsm`, for comparison: x′ = x + ε s, s = ±1 by chance.

    What a model loses by an attack beyond this it loses to the direction, and not to the length.
    In the norm "2", a step of length ε in a random direction. Needs a key.

    Arguments: as for every `Attack`.

    >>> import jax.numpy as jnp
    >>> from gradus import nn
    >>> from gradus.likelihoods import Bernoulli
    >>> line = nn.Dense(1).init(random.key(0), (3,))
    >>> noise(0.25)(line, Bernoulli(), jnp.ones((1, 3)), jnp.array([1]), random.key(1))
    Array([[0.75, 1.25, 0.75]], dtype=float32)

    Goodfellow, Shlens and Szegedy (2015), section 4: a control for their attacks.
    """

    def search(self, slope, x, key):
        direction = self.by_norm.steepest(random.normal(self.require(key), x.shape))
        return self.moved(x, self.at(self.epsilon, x) * direction)
