"""Saliency and integrated gradients: linear models by hand, completeness, PyTorch."""

import numpy as np
import pytest
from insight.planted import PATCH, curved_net, linear_model, patch_detector

from gradus import insight, nn
from gradus.base.errors import InputError

RNG = np.random.default_rng(0)
W = RNG.normal(size=(5, 3))
X = RNG.normal(size=(4, 5))


def test_the_saliency_of_a_linear_model_is_the_size_of_its_weights(float64):
    found = insight.saliency(linear_model(W), X, target=[0, 1, 2, 0])
    np.testing.assert_allclose(found, np.abs(W.T)[[0, 1, 2, 0]])


def test_the_parts_of_a_linear_model_are_its_terms(float64):
    start = RNG.normal(size=5)
    found = insight.integrated_gradients(linear_model(W), X, 1, baseline=start, steps=1)
    np.testing.assert_allclose(found, (X - start) * W[:, 1])


def test_the_parts_of_a_square_by_hand(float64):
    """f = x₁² + x₂² along a straight line from 0: the parts are x₁² and x₂²."""
    model = nn.Lambda(lambda x: (x**2).sum(axis=1, keepdims=True))
    found = insight.integrated_gradients(model, np.array([[2.0, -3.0]]), 0, steps=1)
    np.testing.assert_allclose(found, [[4.0, 9.0]])  # the midpoint rule is exact for lines


def test_parts_sum_to_the_change_of_the_output(float64):
    model, x = curved_net(), RNG.normal(size=(3, 6, 6, 1))
    start = 0.5 * np.ones((6, 6, 1))
    change = np.asarray(model(x) - model(np.stack([start] * 3)))[np.arange(3), [0, 1, 2]]

    def miss(steps):
        parts = insight.integrated_gradients(model, x, [0, 1, 2], baseline=start, steps=steps)
        return np.abs(parts.sum(axis=(1, 2, 3)) - change).max()

    assert miss(64) < 2e-4 * np.abs(change).max()
    assert miss(64) < miss(16) / 10  # the midpoint rule: 16 times less


def test_what_has_decided_is_seen_by_integration_and_not_by_saliency(float64):
    """f = min(x, 1) at x = 2: saturated, so the gradient is 0, and yet x made it 1."""
    model = nn.Lambda(lambda x: 1 - nn.relu(1 - x))
    assert insight.saliency(model, np.array([[2.0]]))[0, 0] == 0
    assert insight.integrated_gradients(model, np.array([[2.0]]))[0, 0] == pytest.approx(1)


def test_the_planted_patch_is_found():
    x = RNG.normal(size=(2, 6, 6, 1)).astype(np.float32)
    for ask in (insight.saliency, insight.integrated_gradients):
        np.testing.assert_array_equal(ask(patch_detector(), x, 1)[..., 0] != 0, [PATCH, PATCH])


def test_by_default_the_largest_output_is_asked(float64):
    model = linear_model(W)
    largest = np.asarray(model(X)).argmax(axis=1)
    assert len(set(largest)) > 1
    np.testing.assert_array_equal(insight.saliency(model, X), insight.saliency(model, X, largest))


def test_blocks_change_nothing(monkeypatch, float64):
    model, x = curved_net(), RNG.normal(size=(5, 6, 6, 1))
    whole = insight.saliency(model, x)
    monkeypatch.setattr("gradus.insight.question.BLOCK", 2)
    np.testing.assert_allclose(insight.saliency(model, x), whole)


def test_the_gradient_is_that_of_pytorch(float64):
    torch = pytest.importorskip("torch")
    model, x = curved_net(), RNG.normal(size=(2, 6, 6, 1))
    conv, _, _, hidden, head = model.layers
    names = [
        torch.tensor(np.asarray(a))
        for layer in (conv, hidden, head)
        for a in (layer.weight, layer.bias)
    ]
    kernel, kernel_bias, w1, b1, w2, b2 = names
    pixels = torch.tensor(x, requires_grad=True)
    maps = torch.tanh(
        torch.conv2d(pixels.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), kernel_bias)
    )
    flat = torch.nn.functional.avg_pool2d(maps, 2).permute(0, 2, 3, 1).reshape(2, -1)
    (torch.tanh(flat @ w1 + b1) @ w2 + b2)[:, 2].sum().backward()
    np.testing.assert_allclose(insight.saliency(model, x, 2), pixels.grad.abs().numpy(), rtol=1e-9)


REFUSED = {
    "a class that is not there": (lambda: insight.saliency(linear_model(W), X, 3), "0 … 2"),
    "a negative class": (lambda: insight.saliency(linear_model(W), X, -1), "count classes from 0"),
    "one of several classes": (
        lambda: insight.saliency(linear_model(W), X, [0, 1, 2, 99]), "from 0 to 99"),
    "a target that is no whole number": (
        lambda: insight.saliency(linear_model(W), X, 0.5), "the number of an output"),
    "targets for other examples": (
        lambda: insight.saliency(linear_model(W), X, [0, 1]), "for each of 4"),
    "several inputs": (lambda: insight.saliency(linear_model(W), (X, X)), "one array"),
    "no model": (lambda: insight.saliency(len, X), "run.model"),
    "inputs that are not finite": (
        lambda: insight.saliency(linear_model(W), X * np.nan), "a finite number"),
    "outputs of another form": (
        lambda: insight.saliency(nn.Lambda(lambda x: x.sum(axis=1)), X), r"\(B, k\)"),
    "a baseline of another shape": (
        lambda: insight.integrated_gradients(linear_model(W), X, baseline=np.ones(4)), "baseline"),
    "no steps": (lambda: insight.integrated_gradients(linear_model(W), X, steps=0), "steps"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    ask, words = REFUSED[case]
    with pytest.raises(InputError, match=words):
        ask()
