"""The contract of attacks: small changes of inputs that make a model's loss larger."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.core import Tracer

from gradus.base.errors import InputError, located, nearest
from gradus.base.record import Record
from gradus.base.tree import merge, split
from gradus.data.scaling import Scale, Standardize
from gradus.likelihoods import Likelihood
from gradus.nn.checks import check_layer
from gradus.nn.layer import Layer
from gradus.robust.norms import NORMS, Norm

Size = Any  # a number, or an array that stands for the last axes of an input: one per channel …


class Attack(Record):
    """A search for x′ near x at which a model errs: ‖x′ − x‖ ≤ ε, and low ≤ x′ ≤ high.

    Calling it with a model, its likelihood, inputs and targets gives x′. The model is taken as at
    inference, without noise and with fixed statistics, and x′ as a constant by whoever
    differentiates what comes after.

    Arguments:
        epsilon: ε, the largest change, in the units of the model's inputs; in the norm "inf" also
            an array that stands for the last axes of an input, such as one number per channel.
        norm: "inf": no number changes by more than ε; "2": the Euclidean length of the change of
            an example is at most ε.
        low, high: the bounds of valid inputs, numbers or arrays like ε; None: none.
        predicted: take the loss at the class that the model predicts, and not at the true one.
            A net that learns from attacks of one step on true targets can learn to read the
            target from the change (Kurakin, Goodfellow and Bengio, 2017).

    Raises InputError for an ε that is negative or of no use in the norm, for unknown norms, and
    for inputs that are whole numbers or outside the bounds.
    """

    epsilon: Size
    norm: str = eqx.field(static=True, default="inf", kw_only=True)
    low: Size = eqx.field(default=None, kw_only=True)
    high: Size = eqx.field(default=None, kw_only=True)
    predicted: bool = eqx.field(static=True, default=False, kw_only=True)

    def __check_init__(self):
        if self.norm not in NORMS:
            known = ", ".join(map(repr, NORMS))
            self.refuse("norm", known, repr(self.norm), nearest(str(self.norm), NORMS))
        if isinstance(self.epsilon, Tracer):
            return
        epsilon = np.asarray(self.epsilon)
        if epsilon.dtype.kind not in "fiu" or not np.all(epsilon >= 0):
            self.refuse("epsilon", "numbers from 0 up", self.epsilon, "take 0.1 of the range of x")
        if self.norm == "2" and epsilon.size > 1:
            self.refuse("epsilon", "one number in the norm '2'", self.epsilon, "norm='inf'")

    @abstractmethod
    def search(self, slope: Callable, x: jax.Array, key: jax.Array | None) -> jax.Array:
        """x′ for inputs x; `slope(x)` is the gradient of the loss at x."""

    def __call__(
        self,
        model: Layer,
        likelihood: Likelihood,
        x: jax.Array,
        y: jax.Array | None = None,
        key: jax.Array | None = None,
    ) -> jax.Array:
        """Inputs that mislead the model.

        Arguments:
            model: with weights.
            likelihood: its loss is what is made larger.
            x: inputs, shape (B, …), floats.
            y: their targets; None: what the model predicts.
            key: for attacks that draw random numbers.
        """
        check_layer(model)
        if not isinstance(x, Tracer):
            self.check(np.asarray(x))
            if y is not None:
                with located("y"):
                    likelihood.check(np.asarray(y))
        sizes = jax.tree.map(jnp.asarray, self)  # one program for all of them
        x = lax.stop_gradient(jnp.asarray(x))
        y = None if y is None else jnp.asarray(y)
        return _attacked(sizes, constant(model), likelihood, x, y, key)

    def check(self, x: np.ndarray) -> None:
        """Refuse inputs that cannot be moved by ε, or are out of bounds already."""
        require_floats(f"{type(self).__name__}: x", x)
        self.check_sizes(x.shape[1:])
        for name, wrong in (("low", np.less), ("high", np.greater)):
            bound = getattr(self, name)
            if bound is not None and np.any(wrong(x, np.asarray(bound))):
                got = f"inputs from {x.min():.4g} to {x.max():.4g}, {name}={bound}"
                fix = "give bounds in the units of the model's inputs, see `scaled`"
                self.refuse("x", "inputs within the bounds", got, fix)

    def check_sizes(self, shape: tuple[int, ...]) -> None:
        """Refuse arrays that do not stand for the last axes of inputs of a shape."""
        for name in ("epsilon", "low", "high"):
            got = np.shape(getattr(self, name))
            last = shape[len(shape) - len(got) :]
            if len(got) > len(shape) or any(
                g not in (1, n) for g, n in zip(got, last, strict=True)
            ):
                expected = f"one number, or the last axes of {shape}"
                self.refuse(name, expected, f"an array of shape {got}", "give one per channel")

    def scaled(self, scale: Scale | Standardize) -> Attack:
        """The same attack on inputs that `scale` has brought to other units: ε/s, (low − m)/s.

        >>> from gradus.robust import fgsm
        >>> grey = Standardize(np.array([[0.5]], "float32"), np.array([[0.25]], "float32"))
        >>> fgsm(0.25, low=0.0, high=1.0).scaled(grey)
        fgsm(epsilon=1.0, low=-2.0, high=2.0)
        """
        if not isinstance(scale, Scale | Standardize):
            got = type(scale).__name__
            self.refuse("scaled", "a Scale or a Standardize", got, "give `preprocessor.scale`")
        one = np.ones_like(scale.mean[0]) if isinstance(scale, Standardize) else np.ones(())

        def moved(value: Size) -> Size:
            z = scale((value * one)[None])[0]
            return float(z.ravel()[0]) if z.size == 1 else z

        low, high = (None if b is None else moved(b) for b in (self.low, self.high))
        changes = {"epsilon": moved(self.epsilon) - moved(0.0), "low": low, "high": high}
        new = self.replace(**changes)
        Attack.__check_init__(new)
        return new

    def moved(self, x: jax.Array, step: jax.Array) -> jax.Array:
        """x after a step that is cut to ε and to the bounds."""
        new = x + self.by_norm.within(step, self.at(self.epsilon, x))
        low, high = (None if b is None else self.at(b, x) for b in (self.low, self.high))
        return jnp.clip(new, low, high)

    @property
    def by_norm(self) -> Norm:
        """What the norm says about steps."""
        return NORMS[self.norm]

    def at(self, size: Size, x: jax.Array) -> jax.Array:
        """A size for the last axes of x, with as many axes as x."""
        size = jnp.asarray(size, x.dtype)
        return size.reshape((1,) * (x.ndim - size.ndim) + size.shape)

    def require(self, key: jax.Array | None) -> jax.Array:
        """The key; raises InputError where an attack that draws random numbers was given none."""
        if key is None:
            self.refuse("key", "a random key", "none", "attack(model, likelihood, x, y, key)")
        return key  # pyright: ignore[reportReturnType] - refused above

    def refuse(self, name: str, expected: str, got: object, fix: str) -> None:
        """Raise InputError about one part of the attack."""
        raise InputError(f"{type(self).__name__}: {name}", expected=expected, got=got, fix=fix)


@eqx.filter_jit
def _attacked(attack, model, likelihood, x, y, key):
    target = likelihood.predict(model(x)) if y is None or attack.predicted else y

    def loss(x: jax.Array) -> jax.Array:
        return -jnp.sum(likelihood.log_prob(model(x), target))

    return lax.stop_gradient(attack.search(jax.grad(loss), x, key))


def constant(model: Layer) -> Layer:
    """The model as a constant to whoever differentiates."""
    params, rest = split(model)
    return merge(lax.stop_gradient(params), rest)


def require_floats(what: str, x: Any) -> None:
    """Refuse inputs that cannot be changed a little."""
    if not isinstance(x, np.ndarray) or not jnp.issubdtype(x.dtype, jnp.floating):
        raise InputError(
            what,
            expected="one array of floats",
            got=getattr(x, "dtype", f"a {type(x).__name__}"),
            fix="scale pixels first: x / 255",
        )
