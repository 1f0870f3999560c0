"""Adam and its relatives: running averages of the gradient and of its square."""

from __future__ import annotations

import jax.numpy as jnp
import optax

from gradus.base.tree import map_leaves
from gradus.optim.optimizer import Optimizer, Rate
from gradus.optim.packed import packed
from gradus.optim.wording import check_fractions, check_not_negative, spelled


def adam(
    rate: Rate = 1e-3, *, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
) -> Optimizer:
    """Adam: s ← β₁s + (1−β₁)g, r ← β₂r + (1−β₂)g², corrected for their start at zero,
    ŝ = s/(1−β₁ᵗ), r̂ = r/(1−β₂ᵗ), then θ ← θ − εŝ / (√r̂ + δ).

    Arguments:
        rate: ε, a number or a schedule.
        beta1: β₁ in [0, 1), how long the mean of the gradient is remembered.
        beta2: β₂ in [0, 1), how long the mean of its square is remembered.
        epsilon: δ, added to the root.

    >>> import jax.numpy as jnp
    >>> optimizer, w = adam(0.1), jnp.array([1.0, -200.0])
    >>> change, _ = optimizer.update(w, optimizer.init(w), w)
    >>> change.round(3)
    Array([-0.1,  0.1], dtype=float32)

    Kingma and Ba (2015); Goodfellow, Bengio and Courville (2016), algorithm 8.7. As in PyTorch.
    Keras takes δ = 1e-7 and adds it to √r before the correction.
    """
    _check("adam", beta1, beta2, epsilon)
    name = spelled("adam", rate, beta1=beta1, beta2=beta2, epsilon=epsilon)
    return Optimizer(name, packed(optax.scale_by_adam(beta1, beta2, epsilon)), rate)


def adamw(
    rate: Rate = 1e-3,
    *,
    weight_decay: float = 0.01,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> Optimizer:
    """Adam with decoupled weight decay: w ← w − ε(ŝ / (√r̂ + δ) + λw).

    Only weights decay: biases, gains and other parameters that layers declare with `param()` do
    not. Outside layers, arrays with two or more axes count as weights.

    Arguments:
        rate: ε, a number or a schedule; it scales the decay too.
        weight_decay: λ, at least 0.
        beta1, beta2, epsilon: as in `adam`.

    >>> adamw(weight_decay=0.1)
    adamw(0.001, weight_decay=0.1, beta1=0.9, beta2=0.999, epsilon=1e-08)

    Loshchilov and Hutter (2019). λ as in PyTorch (Keras: 0.004); both decay every array unless
    told otherwise.
    """
    _check("adamw", beta1, beta2, epsilon, weight_decay)
    settings = {"beta1": beta1, "beta2": beta2, "epsilon": epsilon}
    direction = packed(optax.scale_by_adam(beta1, beta2, epsilon))
    name = spelled("adamw", rate, weight_decay=weight_decay, **settings)
    return Optimizer(name, optax.chain(direction, _decay(weight_decay)), rate)


def nadam(
    rate: Rate = 1e-3, *, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
) -> Optimizer:
    """Adam with Nesterov momentum: ŝ = β₁s/(1−β₁ᵗ⁺¹) + (1−β₁)g/(1−β₁ᵗ) in place of Adam's.

    Arguments:
        rate, beta1, beta2, epsilon: as in `adam`.

    >>> nadam()
    nadam(0.001, beta1=0.9, beta2=0.999, epsilon=1e-08)

    Dozat (2016), with constant β₁; Keras and PyTorch raise it slowly from half its value, and
    PyTorch with a very large `momentum_decay` agrees.
    """
    _check("nadam", beta1, beta2, epsilon)
    name = spelled("nadam", rate, beta1=beta1, beta2=beta2, epsilon=epsilon)
    return Optimizer(name, packed(optax.scale_by_adam(beta1, beta2, epsilon, nesterov=True)), rate)


def amsgrad(
    rate: Rate = 1e-3, *, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
) -> Optimizer:
    """Adam whose divisor never shrinks: q ← max(q, r), θ ← θ − ε √(1−β₂ᵗ)/(1−β₁ᵗ) s / (√q + δ).

    Arguments:
        rate, beta1, beta2, epsilon: as in `adam`.

    >>> amsgrad()
    amsgrad(0.001, beta1=0.9, beta2=0.999, epsilon=1e-08)

    Reddi, Kale and Kumar (2018), with Adam's correction for the start, as in Keras; PyTorch adds
    δ after the correction. Optax takes the largest r̂ instead, which its first noisy value rules.
    """
    _check("amsgrad", beta1, beta2, epsilon)

    def correction(steps_before):
        t = steps_before + 1
        return jnp.sqrt(1 - beta2**t) / (1 - beta1**t)

    uncorrected = optax.scale_by_amsgrad(
        beta1, beta2, epsilon, bias_correction_mu=False, bias_correction_nu=False
    )
    direction = packed(optax.chain(uncorrected, optax.scale_by_schedule(correction)))
    name = spelled("amsgrad", rate, beta1=beta1, beta2=beta2, epsilon=epsilon)
    return Optimizer(name, direction, rate)


def adamax(
    rate: Rate = 2e-3, *, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
) -> Optimizer:
    """Adam with the maximum norm: u ← max(β₂u, |g| + δ), θ ← θ − εŝ / u.

    Arguments:
        rate, beta1, beta2, epsilon: as in `adam`.

    >>> adamax()
    adamax(0.002, beta1=0.9, beta2=0.999, epsilon=1e-08)

    Kingma and Ba (2015), section 7.1. As in PyTorch; Keras takes ε = 0.001.
    """
    _check("adamax", beta1, beta2, epsilon)
    name = spelled("adamax", rate, beta1=beta1, beta2=beta2, epsilon=epsilon)
    return Optimizer(name, packed(optax.scale_by_adamax(beta1, beta2, epsilon)), rate)


def radam(
    rate: Rate = 1e-3, *, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
) -> Optimizer:
    """Rectified Adam: a built-in warm-up. Steps go along ŝ until r has seen enough gradients to
    be trusted, then along Adam's direction times the factor that makes its variance constant.

    Arguments:
        rate, beta1, beta2, epsilon: as in `adam`.

    >>> radam()
    radam(0.001, beta1=0.9, beta2=0.999, epsilon=1e-08)

    The first steps are as long as the gradient makes them, so `rate` must suit `sgd` as well.

    Liu et al. (2020). As in PyTorch, which adds δ to √r before the correction.
    """
    _check("radam", beta1, beta2, epsilon)
    name = spelled("radam", rate, beta1=beta1, beta2=beta2, epsilon=epsilon)
    return Optimizer(name, packed(optax.scale_by_radam(beta1, beta2, epsilon)), rate)


def lion(
    rate: Rate = 1e-4, *, beta1: float = 0.9, beta2: float = 0.99, weight_decay: float = 0.0
) -> Optimizer:
    """Lion, only the sign of a momentum: θ ← θ − ε(sign(β₁s + (1−β₁)g) + λθ), s ← β₂s + (1−β₂)g.

    Every step moves every parameter by ε, so ε is 3 to 10 times smaller than for `adam`.

    Arguments:
        rate: ε, a number or a schedule.
        beta1: β₁ in [0, 1), how much of the memory is in the direction.
        beta2: β₂ in [0, 1), how long gradients are remembered.
        weight_decay: λ, on weights only, as in `adamw`.

    >>> lion()
    lion(0.0001, beta1=0.9, beta2=0.99, weight_decay=0)

    Chen et al. (2023). ε as there; Keras takes 0.001.
    """
    _check("lion", beta1, beta2, 0.0, weight_decay)
    direction = packed(optax.scale_by_lion(beta1, beta2))
    name = spelled("lion", rate, beta1=beta1, beta2=beta2, weight_decay=weight_decay)
    return Optimizer(name, optax.chain(direction, _decay(weight_decay)), rate)


def _decay(weight_decay: float) -> optax.GradientTransformation:
    """Add λw to the direction of every weight, nothing to that of other parameters."""

    def weights(tree):
        return map_leaves(lambda leaf: leaf.kind == "weight", tree)

    return optax.add_decayed_weights(weight_decay, mask=weights)


def _check(name: str, beta1: float, beta2: float, epsilon: float, weight_decay: float = 0.0):
    check_fractions(name, beta1=beta1, beta2=beta2)
    check_not_negative(name, epsilon=epsilon, weight_decay=weight_decay)
