"""Arguments that are easily mistaken are refused before anything is learned."""

from __future__ import annotations

import optax
import pytest

from gradus import nn, optim
from gradus.base.errors import InputError
from gradus.learn import supervised
from gradus.likelihoods import Gaussian

MODEL, LIKELIHOOD, OPTIMIZER = nn.Dense(1), Gaussian(), optim.sgd(0.1)


@pytest.mark.parametrize(
    ("arguments", "wording"),
    [
        ((nn.Dense, LIKELIHOOD, OPTIMIZER), r"^model\n(.*\n)+.*nn\.Dense\(1\)"),
        (([MODEL], LIKELIHOOD, OPTIMIZER), r"nn\.Sequential"),
        ((LIKELIHOOD, MODEL, OPTIMIZER), "the model comes first, then the likelihood"),
        ((MODEL, Gaussian, OPTIMIZER), r"the class Gaussian\n.*Gaussian\(\)"),
        ((MODEL, OPTIMIZER, LIKELIHOOD), "^likelihood\n  Expected: a likelihood"),
        ((MODEL, LIKELIHOOD, "adam"), r"'adam'\n.*optim\.adam\(0\.001\)"),
        ((MODEL, LIKELIHOOD, optim.adam), r"the function adam, not called\n.*adam\(0\.001\)"),
        ((MODEL, LIKELIHOOD, optax.adam(1e-3)), r"Optimizer\('name', direction, rate=…\)"),
    ],
)
def test_arguments_of_another_kind_are_refused(arguments, wording):
    with pytest.raises(InputError, match=wording):
        supervised(*arguments)


def test_a_number_is_no_penalty():
    with pytest.raises(InputError, match=r"0\.0001\n.*penalties\.l2\(1e-4\)"):
        supervised(MODEL, LIKELIHOOD, OPTIMIZER, penalty=1e-4)  # pyright: ignore[reportArgumentType]
