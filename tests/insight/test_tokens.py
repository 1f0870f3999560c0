"""What each token adds to an output."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from gradus import models, nn
from gradus.base.errors import InputError
from gradus.insight import token_occlusion

TABLE = nn.Embedding.of([[0.0, 0.0], [1.0, 0.0], [5.0, 1.0]], padding=0)
MEAN = nn.Sequential(TABLE, nn.MeanOverTime()).init(jax.random.key(0), (2,))


def test_leaving_out_by_hand():
    x = np.array([[1, 2], [2, 0]])
    # output 0: 3 − 5, 3 − 1; 5 − 0 for the only token, and 0 for padding
    assert token_occlusion(MEAN, x, 0).tolist() == [[-2.0, 2.0], [5.0, 0.0]]
    assert token_occlusion(MEAN, x, [1, 1]).tolist() == [[-0.5, 0.5], [1.0, 0.0]]


def test_equals_leaving_out_one_after_the_other():
    net = models.text_classifier(9, 2, "cnn", width=3, units=2, windows=(2,))
    net = net.init(jax.random.key(1), (4,))
    x = np.array([[3, 8, 2, 5]])
    shorter = jax.jit(net.__call__)
    expected = [shorter(x)[0, 1] - shorter(np.delete(x, t, axis=1))[0, 1] for t in range(4)]
    np.testing.assert_allclose(token_occlusion(net, x, 1)[0], expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("x", "target", "wording"),
    [
        (np.ones((2, 3), np.float32), 0, "whole numbers"),
        (np.array([[1, 2]]), 2, "0 … 1"),
        (np.array([[1, 3]]), 0, "not in the table"),
    ],
)
def test_refuses(x, target, wording):
    with pytest.raises(InputError, match=wording):
        token_occlusion(MEAN, x, target)
