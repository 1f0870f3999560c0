"""A rule without gradients is the same kind of thing."""

import numpy as np
import pytest

from gradus import InputError, fit, fit_many, perceptron, seeds


def separable(n, dimensions, margin, seed):
    """Examples in the unit ball, at least `margin` away from a plane through the origin."""
    random = np.random.default_rng(seed)
    w = random.normal(size=dimensions)
    w /= np.linalg.norm(w)
    x = random.uniform(-1, 1, size=(20 * n, dimensions))
    x = x[(np.linalg.norm(x, axis=1) < 1) & (np.abs(x @ w) > margin)][:n]
    return x.astype("float32"), np.sign(x @ w).astype("int32")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("margin", [0.1, 0.3])
def test_novikoffs_bound_on_mistakes(seed, margin):
    x, y = separable(100, 3, margin, seed)
    run = fit(perceptron(), (x, y), epochs=200, batch=25)
    radius = np.sqrt(1 + (np.linalg.norm(x, axis=1) ** 2).max())  # with the 1 of the bias
    mistakes = run.history["mistakes"][-1]
    assert 0 < mistakes <= (radius / margin) ** 2
    assert run.history["loss"][-1] == 0
    assert (np.sign(run.outputs(x)[:, 0]) == y).all()


def test_the_plain_rule_step_by_step():
    """One epoch, example by example."""
    x, y = separable(12, 2, 0.05, 3)
    run = fit(perceptron(), (x, y), epochs=1, batch=1)
    w, b = np.zeros(2, "float32"), np.float32(0)
    for i in np.random.default_rng([0, 0]).permutation(12):
        if y[i] * (1 if x[i] @ w + b >= 0 else -1) < 0:
            w, b = w + y[i] * x[i], b + y[i]
    assert np.allclose(run.model.weight[:, 0], w)
    assert np.allclose(run.model.bias, b)


def test_batches_only_group_the_examples():
    x, y = separable(30, 2, 0.05, 1)
    one, all_at_once = (fit(perceptron(), (x, y), epochs=3, batch=b) for b in (1, 30))
    assert np.array_equal(one.model.weight, all_at_once.model.weight)


def test_several_at_once():
    x, y = separable(30, 2, 0.1, 1)
    runs = fit_many(perceptron(), (x, y), seeds(3), epochs=60, batch=30)
    assert (runs.measure("loss") == 0).all()


def test_targets_must_be_signs():
    with pytest.raises(InputError, match="−1 or \\+1"):
        fit(perceptron(), (np.ones((3, 2)), np.array([0, 1, 1])))
    with pytest.raises(InputError, match="targets"):
        fit(perceptron(), np.ones((3, 2)))
