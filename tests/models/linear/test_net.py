"""The same model by statistics and by gradient."""

import jax
import numpy as np
import pytest

from gradus import InputError, fit, nn
from gradus.likelihoods import Bernoulli, Categorical, Gaussian, Poisson
from gradus.models import linear
from gradus.optim import adam

RANDOM = np.random.default_rng(3)
N = 200
X, Z = RANDOM.normal(size=N), 1e9 * (1 + RANDOM.normal(size=N))  # scales 10⁹ apart
TABLE = {
    "x": X,
    "z": Z,
    "y": 3 + X + 2e-9 * Z + RANDOM.normal(size=N),
    "two": RANDOM.logistic(size=N) < X + 1e-9 * Z,
    "count": RANDOM.poisson(np.exp(0.5 + 0.3 * X)),
    "three": np.digitize(X + RANDOM.logistic(size=N), [-1, 1]),
}
ROUTES = {
    "least squares": ("y ~ x * z", Gaussian(), linear.least_squares, 200),
    "logistic": ("two ~ x + z", Bernoulli(), linear.logistic, 300),
    "Poisson": ("count ~ x + z", Poisson(), linear.poisson, 1500),
    "without an intercept": ("y ~ x - 1", Gaussian(), linear.least_squares, 100),
}


@pytest.mark.parametrize("route", ROUTES)
def test_both_routes_end_at_the_same_place(route):
    """To four digits, or a thousandth of the standard error where a coefficient is near 0."""
    formula, likelihood, by_statistics, epochs = ROUTES[route]
    expected = by_statistics(formula, TABLE)
    net = linear.as_net(formula, TABLE, likelihood)
    run = fit(net.algorithm, net.data, epochs=epochs, batch=net.rows)
    found = net.coefficients_of(run.model)
    assert list(found) == [c.term for c in expected.coefficients]
    for c in expected.coefficients:
        assert found[c.term] == pytest.approx(c.estimate, rel=5e-5, abs=1e-3 * c.error)


def test_double_precision_gives_more_digits(float64):
    expected = linear.logistic("two ~ x + z", TABLE)
    net = linear.as_net("two ~ x + z", TABLE, Bernoulli())
    run = fit(net.algorithm, net.data, epochs=600, batch=net.rows)
    for term, value in net.coefficients_of(run.model).items():
        assert value == pytest.approx(expected[term].estimate, rel=1e-9)


def test_several_classes_against_the_first():
    expected = linear.softmax("three ~ x + z", TABLE)
    net = linear.as_net("three ~ x + z", TABLE, Categorical(3))
    run = fit(net.algorithm, net.data, epochs=300, batch=net.rows)
    found = net.coefficients_of(run.model)
    assert list(found) == ["1", "2"]
    for c in expected.coefficients:
        assert found[c.of][c.term] == pytest.approx(c.estimate, abs=1e-3 * c.error)


def test_any_start_reaches_the_same_optimum():
    """The cost is convex; starts far from 0 and far apart."""
    net = linear.as_net("two ~ x + z", TABLE, Bernoulli())
    ends = []
    for seed in range(3):
        start = nn.Dense(1, weight_init=nn.Normal(3.0)).init(jax.random.key(seed), (2,))
        algorithm = net.algorithm._replace(
            init=lambda key, batch, start=start: net.algorithm.init(key, batch)._replace(
                model=start
            )
        )
        run = fit(algorithm, net.data, epochs=500, batch=net.rows)
        ends.append(list(net.coefficients_of(run.model).values()))
    np.testing.assert_allclose(ends[1:], [ends[0]] * 2, rtol=1e-4)


def test_another_optimiser():
    net = linear.as_net("y ~ x", TABLE, Gaussian(), optimizer=adam(0.05))
    run = fit(net.algorithm, net.data, epochs=300, batch=net.rows)
    expected = linear.least_squares("y ~ x", TABLE)["x"].estimate
    assert net.coefficients_of(run.model)["x"] == pytest.approx(expected, rel=1e-2)


def test_columns_are_of_length_one_and_unlike_each_other():
    net = linear.as_net("y ~ x * z", TABLE, Gaussian())
    z = net.data[0]
    np.testing.assert_allclose(z.T @ z / N, np.eye(3), atol=1e-5)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-6)


@pytest.mark.parametrize(
    ("formula", "likelihood", "words"),
    [
        ("three ~ x", Bernoulli(), "has 3 classes"),
        ("three ~ x", Categorical(2), "has 3 classes"),
        ("y ~ x", Poisson(), "a count"),
        ("y ~ x + I(2 * x)", Gaussian(), "depend on each other"),
    ],
)
def test_targets_that_do_not_fit(formula, likelihood, words):
    with pytest.raises(InputError, match=words):
        linear.as_net(formula, TABLE, likelihood)


def test_a_model_of_something_else_is_refused():
    net = linear.as_net("y ~ x", TABLE, Gaussian())
    with pytest.raises(InputError, match="the model of a run"):
        net.coefficients_of(nn.Sequential(nn.Dense(1)))
