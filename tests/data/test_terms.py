"""Polynomial terms: known answers, and scikit-learn's numbers."""

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.data import Polynomial

X = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)


def test_interactions_by_hand():
    terms = Polynomial(2, interactions_only=True)
    assert terms(np.array([[2.0, 3.0, 5.0]])).tolist() == [[2, 3, 5, 6, 10, 15]]
    assert terms.names(("a", "b", "c")) == ("a", "b", "c", "a·b", "a·c", "b·c")


@pytest.mark.parametrize("degree", [1, 2, 3])
@pytest.mark.parametrize("interactions_only", [False, True])
def test_agrees_with_scikit_learn(degree, interactions_only):
    from sklearn.preprocessing import PolynomialFeatures

    theirs = PolynomialFeatures(degree, interaction_only=interactions_only, include_bias=False)
    ours = Polynomial(degree, interactions_only)
    np.testing.assert_allclose(ours(X), theirs.fit_transform(X), rtol=1e-5)
    assert len(ours.names(("a", "b", "c"))) == ours(X).shape[1]


def test_powers_have_names():
    assert Polynomial(3).names(("x",)) == ("x", "x²", "x³")


def test_images_are_refused():
    with pytest.raises(InputError, match="Polynomial"):
        Polynomial()(np.zeros((2, 3, 3)))
