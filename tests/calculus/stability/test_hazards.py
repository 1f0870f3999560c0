"""What can still go wrong is found at its line, and what is safe raises no alarm."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError
from gradus.calculus.stability.hazards import Hazards, hazards
from gradus.calculus.stability.ranges import Range
from gradus.likelihoods import (
    Bernoulli,
    Categorical,
    Gaussian,
    HeteroscedasticGaussian,
    Laplace,
    Mixture,
    Poisson,
)

KEY = jax.random.key(0)

RISKY = {
    "log of 0": (jnp.log, (0, 1), "log 0 is −∞"),
    "log of a negative number": (jnp.log, (-1, 1), "log of a negative number"),
    "log of what rounds to 0": (lambda x: jnp.log(jnp.sin(x) ** 2 + x), (1e-39, 1), "log 0"),
    "log1p of −1": (jnp.log1p, (-1, 1), "is −∞"),
    "slope of a root": (lambda x: jnp.sqrt(x), (0, 1), "slope of √ at 0"),
    "root of a negative number": (jnp.sqrt, (-1, 1), "root of a negative number"),
    "division by 0": (lambda x: 1 / (x - 2), (0, 3), "division by 0"),
    "a divisor that rounds to 0": (lambda x: jnp.sin(x) / x, (1e-39, 1), "divisor rounds to 0"),
    "exp": (lambda x: 3 + jnp.exp(x), (0, 100), "overflow"),
    "a power": (lambda x: jnp.sin(x**4), (0, 1e10), "overflow"),
    "a real power": (lambda x: x**1.5, (-1, 1), "power of a negative number"),
    "slope of a power": (lambda x: x**0.3, (0, 1), "slope at 0"),
    "acos": (jnp.arccos, (0, 1), "slope at the end"),
    "atanh": (jnp.arctanh, (0, 2), "not a number"),
    "standardising what is constant": (lambda x: x / x.std(), (0, 1), "division by 0"),
    "a norm": (lambda x: x / jnp.linalg.norm(x), (-1, 1), "division by 0"),
    "cancellation": (lambda x: jnp.sin(x) + 5 - jnp.sqrt(x + 20), (0, 1), "cancel"),
}
SAFE = {
    "log(1 + eˣ)": lambda x: jnp.log(1 + jnp.exp(x)),
    "log of a sigmoid": lambda x: jnp.log(1 / (1 + jnp.exp(-x))),
    "softmax": lambda x: jnp.log(jax.nn.softmax(x)),
    "log softmax": lambda x: jax.nn.log_softmax(x) + jax.nn.logsumexp(x),
    "softmax by hand": lambda x: jnp.log(jnp.exp(x) / jnp.sum(jnp.exp(x))),
    "activations": lambda x: jax.nn.relu(x) + jax.nn.gelu(x) + jax.nn.silu(x) + jax.nn.elu(x),
    "layer norm": lambda x: (x - x.mean()) / jnp.sqrt(x.var() + 1e-5),
    "a guarded log": lambda x: jnp.where(x > 0, jnp.log(jnp.where(x > 0, x, 1.0)), 0.0),
    "a guarded quotient": lambda x: jnp.sin(x) / jnp.where(x * x == 0, 1.0, x * x),
    "a clipped log": lambda x: jnp.log(jnp.clip(x, 1e-6, 1.0)),
    "a difference of arguments": lambda x: x[1:] - x[:-1],
}


def over(f, low, high) -> Hazards:
    """The hazards of f over an interval."""
    return hazards(f, x=Range(low, high))(jnp.full(4, 0.5 * (low + high)))


@pytest.mark.parametrize("name", RISKY)
def test_each_kind_of_hazard_is_found(name):
    f, ends, trouble = RISKY[name]
    found = over(lambda x: f(x), *map(float, ends))
    assert any(trouble in spot.trouble for spot in found.spots), str(found)
    assert all(spot.line.startswith("test_hazards.py:") for spot in found.spots)
    assert all(spot.remedy for spot in found.spots)


@pytest.mark.parametrize("name", SAFE)
@pytest.mark.parametrize("ends", [(-3.0, 3.0), (-80.0, 60.0)])
def test_what_is_safe_raises_no_alarm(name, ends):
    f = SAFE[name]
    assert not over(lambda x: f(x), *ends), str(over(lambda x: f(x), *ends))


LIKELIHOODS = [
    (Gaussian(), "float32"),
    (HeteroscedasticGaussian(), "float32"),
    (Laplace(), "float32"),
    (Mixture(2), "float32"),
    (Bernoulli(), "int32"),
    (Categorical(3, smoothing=0.1), "int32"),
    (Poisson(), "int32"),
]


@pytest.mark.parametrize(("likelihood", "kind"), LIKELIHOODS, ids=lambda v: type(v).__name__)
@pytest.mark.parametrize("scale", [1.0, 20.0])
def test_our_likelihoods_raise_no_alarm(likelihood, kind, scale):
    outputs = scale * jax.random.normal(KEY, (6, likelihood.size))
    y = jnp.array([0, 1, 1, 0, 1, 0], kind)
    found = hazards(lambda outputs, y: -likelihood.log_prob(outputs, y))(outputs, y)
    assert not found, str(found)


def test_a_whole_model_raises_no_alarm():
    model = nn.Sequential(nn.Dense(8, nn.relu), nn.LayerNorm(), nn.Dense(3)).init(KEY, (4,))

    def loss(model, x, y):
        return -Categorical(3).log_prob(model(x), y)

    found = hazards(loss)(model, jax.random.normal(KEY, (5, 4)), jnp.array([0, 1, 2, 0, 1]))
    assert not found, str(found)


def test_the_range_of_an_array_is_that_of_its_numbers():
    assert not hazards(jnp.log)(jnp.array([0.5, 2.0]))
    assert hazards(jnp.log)(jnp.array([0.5, 0.0]))
    assert hazards(jnp.log, x=Range(0.0, 1.0))(jnp.array([0.5, 2.0]))


def test_it_reads_as_a_table():
    def loss(p, y):
        return -(y * jnp.log(p)) / (p - 1)

    found = hazards(loss)(jnp.array([0.0, 1.0]), jnp.ones(2))
    first, *rows = str(found).splitlines()
    assert first.split() == ["line", "expression", "operand", "what", "can", "happen", "remedy"]
    assert len(rows) == len(found.spots) == 2
    assert "log p" in rows[0]
    assert "[0, 1]" in rows[0]
    assert rows[0].index("log 0 is") == rows[1].index("division by 0")
    assert str(hazards(jnp.sin)(1.0)) == "no hazards"


def test_what_nobody_knows_is_not_judged():
    def f(x):
        return jnp.log(jax.lax.fori_loop(0, 3, lambda i, s: s * s - x, x))

    assert not hazards(f)(1.0)


def test_a_name_of_no_argument():
    with pytest.raises(InputError, match=r"names of arguments: x\n.*weight"):
        hazards(lambda x: x, weight=Range(0.0, 1.0))(np.ones(2))
