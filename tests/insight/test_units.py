"""The unit that tells two kinds apart: a planted one is found, and chance is called chance."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from gradus import models, nn
from gradus.base.errors import InputError
from gradus.insight import separating_unit

RANDOM = np.random.default_rng(0)
LABELS = RANDOM.random(80) < 0.4
NOISE = RANDOM.normal(size=(80, 12)).round(1)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_planted_unit_is_found(sign):
    codes = NOISE.copy()
    codes[:, 7] = sign * (LABELS + 0.1 * RANDOM.normal(size=80))
    found = separating_unit(codes, LABELS)
    assert found.unit == 7
    assert found.auc == (1 if sign > 0 else 0)
    assert found.accuracy == 1
    assert ((sign * codes[:, 7] > sign * found.threshold) == LABELS).all()


def test_areas_and_accuracy_are_those_of_a_search():
    found = separating_unit(NOISE, LABELS)
    areas = [roc_auc_score(LABELS, column) for column in NOISE.T]  # with ties
    np.testing.assert_allclose(found.every, areas)
    best = NOISE[:, found.unit]
    right = [
        max(np.mean((sign * best > edge) == LABELS) for sign in (1, -1))
        for edge in np.concatenate([np.unique(best), np.unique(-best)]) + 0.05
    ]
    assert found.accuracy == pytest.approx(max(right))


def test_the_unit_of_a_language_model_that_follows_a_token():
    """Unit 2 is made to remember token 5, h ← tanh(10 [x = 5] + 10 h): it tells the texts with it,
    however long ago it was.
    """
    model = models.language_model(6, nn.SimpleRNN(4), width=6).init(jax.random.key(0), (8,))
    rnn: Any = model.body.layers[0]
    weight, recurrent = (np.array(a) for a in (rnn.weight, rnn.recurrent))
    weight[:, 2], recurrent[:, 2] = 0, 0
    weight[5, 2], recurrent[2, 2] = 10, 10
    planted = rnn.replace(weight=jnp.asarray(weight), recurrent=jnp.asarray(recurrent))
    model = model.replace(
        embedding=nn.Embedding.of(np.eye(6)), body=model.body.replace(layers=(planted,))
    )
    rows = RANDOM.integers(1, 5, (60, 8))
    there = RANDOM.random(60) < 0.5
    rows[there, RANDOM.integers(0, 8, there.sum())] = 5
    found = separating_unit(model.embed(rows), there)
    assert (found.unit, found.auc, found.accuracy) == (2, 1.0, 1.0)


@pytest.mark.parametrize(
    ("codes", "labels", "wording"),
    [
        (NOISE, np.ones(80), "both present"),
        (NOISE, LABELS[:9], "for each of 80 examples"),
        (NOISE, np.arange(80), r"labels == 3"),
        (NOISE[:1], LABELS[:1], "codes"),
    ],
)
def test_wrong_use(codes, labels, wording):
    with pytest.raises(InputError, match=wording):
        separating_unit(codes, labels)
