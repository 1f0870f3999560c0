"""Laws that every likelihood obeys; a new one is a line in the table."""

import itertools
import json
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random
from jax.test_util import check_grads
from scipy import stats
from scipy.special import logsumexp

from gradus.base.errors import InputError
from gradus.base.record import decode, encode
from gradus.likelihoods import (
    Bernoulli,
    Categorical,
    Gaussian,
    HeteroscedasticGaussian,
    Laplace,
    Likelihood,
    Mixture,
    Poisson,
)

REAL = np.linspace(-40, 40, 8001)
REAL_Y = np.array([0.5, -1.25, 3.0, 0.125, 0.75, -2.0, 1.875, 0.0, -0.5])
COUNTS = np.array([0, 3, 1, 1, 0, 7, 2, 4, 1])


class Case(NamedTuple):
    """A likelihood, its density by SciPy from one example's outputs, all its targets, some of
    them, and what the marginal bias cannot match exactly."""

    likelihood: Likelihood
    reference: object  # (y, outputs) -> log p
    support: np.ndarray
    y: np.ndarray
    inexact: float = 0.0


def softplus(s):
    return np.log1p(np.exp(s))


def mixture_reference(y, z):
    pi = np.exp(z[:2]) / np.exp(z[:2]).sum()
    scales = 1e-3 + softplus(z[4:])
    log_p = [np.log(pi[i]) + stats.norm.logpdf(y, z[2 + i], scales[i]) for i in range(2)]
    return logsumexp(log_p, axis=0)


CASES = {
    "Gaussian": Case(Gaussian(), lambda y, z: stats.norm.logpdf(y, z[0]), REAL, REAL_Y),
    "Gaussian, scale 0.5": Case(
        Gaussian(0.5), lambda y, z: stats.norm.logpdf(y, z[0], 0.5), REAL, REAL_Y
    ),
    "HeteroscedasticGaussian": Case(
        HeteroscedasticGaussian(),
        lambda y, z: stats.norm.logpdf(y, z[0], 1e-3 + softplus(z[1])),
        REAL,
        REAL_Y,
    ),
    "Laplace": Case(Laplace(2.0), lambda y, z: stats.laplace.logpdf(y, z[0], 2.0), REAL, REAL_Y),
    "Mixture": Case(Mixture(2), mixture_reference, REAL, REAL_Y, inexact=0.2),
    "Bernoulli": Case(
        Bernoulli(),
        lambda y, z: stats.bernoulli.logpmf(y, 1 / (1 + np.exp(-z[0]))),
        np.arange(2),
        np.array([0, 1, 1, 0, 1, 1, 0, 1, 1]),
    ),
    "Categorical": Case(
        Categorical(3),
        lambda y, z: np.log(np.exp(z) / np.exp(z).sum())[y],
        np.arange(3),
        np.array([0, 1, 2, 2, 1, 2, 2, 2, 2]),
        inexact=0.1,
    ),
    "Poisson": Case(
        Poisson(), lambda y, z: stats.poisson.logpmf(y, np.exp(z[0])), np.arange(60), COUNTS
    ),
}
each = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def outputs_of(case, rows, seed=0):
    """Some outputs of moderate size."""
    return random.normal(random.key(seed), (rows, case.likelihood.size))


def on_support(case):
    """One example's outputs, repeated for every possible target."""
    outputs = outputs_of(case, 1)
    return jnp.tile(outputs, (len(case.support), 1)), jnp.asarray(case.support)


@each
def test_log_prob_equals_scipy(case, float64):
    outputs, y = on_support(case)
    mine = case.likelihood.log_prob(outputs, y)
    assert mine.dtype == np.float64
    np.testing.assert_allclose(
        mine, case.reference(case.support, np.asarray(outputs[0])), rtol=1e-12, atol=1e-13
    )


@each
def test_log_prob_sums_to_one(case, float64):
    p = np.exp(case.likelihood.log_prob(*on_support(case)))
    total = np.trapezoid(p, REAL) if case.support is REAL else p.sum()
    assert total == pytest.approx(1, abs=1e-6)


@each
def test_gradient_equals_central_differences(case, float64):
    y = jnp.asarray(case.y)
    check_grads(
        lambda z: case.likelihood.log_prob(z, y), (outputs_of(case, len(y)),), 1, modes="rev"
    )


def value_and_gradient(case, outputs, dtype):
    """log p of every row, and its gradient, in one precision."""
    with jax.enable_x64(dtype == np.float64):
        y = jnp.asarray(np.resize(case.y, len(outputs)))
        value, pull = jax.vjp(lambda z: case.likelihood.log_prob(z, y), jnp.asarray(outputs, dtype))
        return np.asarray(value), np.asarray(pull(jnp.ones_like(value))[0])


@each
@pytest.mark.parametrize("extreme", [20, 100, 1e4])
def test_extreme_outputs_have_exact_finite_values_and_gradients(case, extreme):
    size = case.likelihood.size
    corners = np.array(list(itertools.product([-extreme, 0, extreme], repeat=min(size, 4))))
    outputs = np.resize(corners, (len(corners), size))
    single = value_and_gradient(case, outputs, np.float32)
    double = value_and_gradient(case, outputs, np.float64)
    for mine, exact in zip(single, double, strict=True):
        assert np.all(np.isfinite(mine))
        np.testing.assert_allclose(mine, exact, rtol=2e-5, atol=1e-6)


@each
@pytest.mark.parametrize("shape", [(5,), (5, 3), (5, 4, 3), (5, 4, 1)])
def test_every_array_has_the_shape_of_the_targets(case, shape):
    likelihood = case.likelihood
    y = jnp.asarray(np.resize(case.y, shape))
    outputs = jnp.zeros((5, *likelihood.output_shape(shape[1:])))
    results = {
        "log_prob": likelihood.log_prob(outputs, y),
        "predict": likelihood.predict(outputs),
        "sample": likelihood.sample(random.key(0), outputs),
        **likelihood.measures(outputs, y),
    }
    assert {name: r.shape for name, r in results.items()} == dict.fromkeys(results, shape)
    assert likelihood.marginal_bias(y).shape == outputs.shape[-1:]


@each
def test_several_targets_are_described_one_by_one(case):
    likelihood, size = case.likelihood, case.likelihood.size
    y = jnp.asarray(np.stack([case.y, case.y[::-1]], 1))
    outputs = random.normal(random.key(1), (len(y), *likelihood.output_shape((2,))))
    apart = outputs.reshape(len(y), 2, size)
    for column in range(2):
        alone = likelihood.log_prob(apart[:, column], y[:, column])
        np.testing.assert_allclose(likelihood.log_prob(outputs, y)[:, column], alone, rtol=1e-6)
    bias = likelihood.marginal_bias(y)
    if not isinstance(likelihood, Categorical):  # whose classes mean the same in every column
        one = likelihood.marginal_bias(y[:, 0])
        np.testing.assert_allclose(bias, jnp.tile(one, 2), rtol=1e-5, atol=1e-6)


@each
def test_outputs_of_another_shape_are_refused(case):
    likelihood, size = case.likelihood, case.likelihood.size
    y = jnp.asarray(case.y)
    wrong = [(9, size + 1), (8, size), (9,), (9, 9 * size), (1, size)]
    for shape in wrong:
        for method in (likelihood.log_prob, likelihood.measures):
            with pytest.raises(InputError, match="outputs do not fit the targets") as refusal:
                method(jnp.zeros(shape), y)
            assert f"outputs of shape (9, {size})" in str(refusal.value)
            assert str(shape) in str(refusal.value)


@each
def test_a_column_of_targets_never_meets_outputs_for_a_vector(case):
    with pytest.raises(InputError, match=r"column|do not fit"):
        case.likelihood.log_prob(jnp.zeros((9, case.likelihood.size)), jnp.asarray(case.y)[:, None])


@each
def test_samples_agree_with_predictions(case):
    likelihood, n = case.likelihood, 20_000
    outputs = outputs_of(case, 1, seed=3)
    sample = likelihood.sample(random.key(5), jnp.tile(outputs, (n, 1)))
    likelihood.check(np.asarray(sample))
    if likelihood.kind == "classification":
        p = likelihood.probabilities(outputs)[0]
        frequency = jnp.bincount(sample, length=len(p)) / n
        assert jnp.argmax(p) == likelihood.predict(outputs)[0]
        np.testing.assert_array_less(abs(frequency - p), 4 * np.sqrt(p * (1 - p) / n) + 1e-6)
    else:
        error = float(np.mean(sample) - likelihood.predict(outputs)[0])
        assert abs(error) < 4 * float(np.std(sample)) / np.sqrt(n)


@each
def test_probabilities_belong_to_classes_and_add_up_to_1(case):
    outputs = outputs_of(case, 3, seed=3)
    if case.likelihood.kind == "classification":
        np.testing.assert_allclose(case.likelihood.probabilities(outputs).sum(-1), 1, rtol=1e-6)
    else:
        with pytest.raises(InputError, match="a likelihood of classes"):
            case.likelihood.probabilities(outputs)


@each
def test_marginal_bias_leaves_the_output_bias_nothing_to_learn(case, float64):
    y = jnp.asarray(case.y)

    def loss(bias):
        return -case.likelihood.log_prob(jnp.tile(bias[None], (len(y), 1)), y).mean()

    bias = case.likelihood.marginal_bias(y)
    at_start = jnp.max(jnp.abs(jax.grad(loss)(bias)))
    assert at_start <= max(case.inexact, 1e-12)
    without = jnp.max(jnp.abs(jax.grad(loss)(jnp.zeros_like(bias))))
    assert at_start < without / 2


@each
def test_marginal_bias_counts_targets_by_their_weight(case, float64):
    """Weight 0 is absence, no weights are equal weights, and their scale means nothing."""
    bias, y = case.likelihood.marginal_bias, jnp.asarray(case.y)
    weight = jnp.array([0.0, 2.0, 2.0, 0.0, 2.0, 2.0, 2.0, 0.0, 2.0])
    there = np.flatnonzero(weight)
    np.testing.assert_allclose(bias(y, weight), bias(y[there]), rtol=1e-9)
    np.testing.assert_allclose(bias(y, jnp.full(9, 1e-3)), bias(y), rtol=1e-9, atol=1e-12)
    two = jnp.stack([y, y[::-1]], axis=1)
    mask = jnp.stack([weight, weight[::-1]], axis=1)
    np.testing.assert_allclose(bias(two, mask), bias(two[there].at[:, 1].set(y[there])), rtol=1e-9)


@each
def test_marginal_bias_of_uneven_weights_is_that_of_repeated_targets(case, float64):
    bias, y = case.likelihood.marginal_bias, np.resize(case.y, 3000)
    times = np.resize([1, 2, 3, 1], 3000)
    weighted = bias(jnp.asarray(y), jnp.asarray(times, float))
    # not to the last digit: "as if seen once more" weighs less beside more examples
    np.testing.assert_allclose(weighted, bias(jnp.asarray(np.repeat(y, times))), atol=2e-3)


@each
@pytest.mark.parametrize("constant", [0, 1])
def test_marginal_bias_is_finite_for_constant_targets(case, constant):
    y = jnp.full(4, constant, case.y.dtype.name.replace("64", "32"))
    assert jnp.all(jnp.isfinite(case.likelihood.marginal_bias(y)))


@each
def test_check_accepts_what_it_describes(case):
    case.likelihood.check(case.y)
    case.likelihood.check(case.y.astype(np.float32))
    case.likelihood.check(np.stack([case.y, case.y], 1))


@each
@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.array(["cat", "dog"]), r"targets\n  Expected: an array of numbers(.|\n)*type <U3"),
        (np.array([1, None], object), "type object"),
        (np.array(1.0), r"shape \(\)"),
        (np.array([1, np.nan]), "target in row 1\n  Expected: finite numbers\n  Got:      nan"),
        (np.array([[0, 1], [1, np.inf]]), "target in row 1, column 1"),
    ],
    ids=["text", "object", "no rows", "NaN", "infinity"],
)
def test_check_refuses_what_nothing_describes(case, y, message):
    with pytest.raises(InputError, match=message):
        case.likelihood.check(y)


@pytest.mark.parametrize(
    ("likelihood", "y", "message"),
    [
        (Categorical(3), [0, 3], "row 1\n  Expected: whole numbers from 0 to 2\n  Got:      3"),
        (Categorical(3), [0, 1, -1], "row 2"),
        (Categorical(3), [0.5, 1.0], "row 0"),
        (Bernoulli(), [0, 1, 2], "row 2\n  Expected: 0 or 1"),
        (
            Bernoulli(),
            [[0, 1], [1, -1]],
            r"row 1, column 1(.|\n)*labels −1 and \+1: \(y \+ 1\) / 2",
        ),
        (Poisson(), [3, -1], "row 1\n  Expected: whole numbers 0, 1, 2"),
        (Poisson(), [0.5], "row 0(.|\n)*use Gaussian"),
        (Gaussian(), [[1.0], [2.0]], r"column(.|\n)*y\[:, 0\]"),
    ],
)
def test_check_names_the_first_bad_row(likelihood, y, message):
    with pytest.raises(InputError, match=message):
        likelihood.check(np.array(y))


@each
def test_written_and_read_back(case):
    arrays = {}
    text = json.dumps(encode(case.likelihood, arrays))
    assert decode(json.loads(text), arrays) == case.likelihood


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Gaussian(0.0), "Gaussian: scale"),
        (lambda: Laplace(-1.0), "Laplace: scale"),
        (lambda: HeteroscedasticGaussian(0.0), "smallest"),
        (lambda: Mixture(0), "components"),
        (lambda: Mixture(2, 0.0), "smallest"),
        (lambda: Mixture(2.5), "set components to a whole number from 1 up"),
        (lambda: Gaussian("a"), "Got:      'a'"),
        (lambda: HeteroscedasticGaussian("a"), "smallest"),
        (lambda: Categorical(0), "set classes to a whole number from 2 up"),
        (lambda: Categorical(2.5), r"Got:      2\.5"),
        (lambda: Categorical("a"), "Got:      'a'"),
        (lambda: Bernoulli(smoothing=1.0), "smoothing"),
        (lambda: Bernoulli(positive_weight=0.0), "positive_weight"),
        (lambda: Categorical(1), "classes"),
        (lambda: Categorical(3, smoothing=-0.1), "smoothing"),
        (lambda: Categorical(3, class_weight=(1.0, 2.0)), "class_weight\n  Expected: 3 numbers"),
    ],
)
def test_hyperparameters_that_make_no_likelihood_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_outputs_that_cannot_be_read_are_refused():
    with pytest.raises(InputError, match="2 outputs per target"):
        HeteroscedasticGaussian().predict(jnp.zeros((5, 3)))


def test_the_fix_fits_the_slip():
    with pytest.raises(InputError, match=r"y\.to_numpy\(\)\[:, 0\] of a data frame"):
        Gaussian().check(np.zeros((5, 1)))
    with pytest.raises(InputError, match=r"y.argmax\(-1\)"):
        Categorical(3).log_prob(jnp.zeros((5, 3)), jnp.zeros((5, 3), int))
    with pytest.raises(InputError, match=r"y\[..., None\]"):
        Gaussian().log_prob(jnp.zeros((5, 7, 1)), jnp.zeros((5, 7)))
    with pytest.raises(InputError, match=r"begin the model with nn\.Flatten\(\)"):
        Categorical(3).log_prob(jnp.zeros((32, 4, 3)), jnp.zeros(32))
    with pytest.raises(InputError, match=r"for every step, y of shape \(5, 7\)"):
        Categorical(3).log_prob(jnp.zeros((5, 7, 3)), jnp.zeros(5))
