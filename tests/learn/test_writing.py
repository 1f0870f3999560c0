"""What is written while a model learns: refused before it learns, not after."""

from __future__ import annotations

import numpy as np
import pytest

from gradus import fit, models, nn, optim
from gradus.base.errors import InputError
from gradus.learn import supervised, truncated_bptt, writing
from gradus.likelihoods import Categorical

X = np.tile([1, 2, 3], (8, 3))
DATA = X, np.roll(X, -1, axis=1)
MODEL = models.language_model(10, nn.GRU(4), width=3)


def learner(model, learn=supervised):
    return learn(model, Categorical(10), optim.adam(0.01))


@pytest.mark.parametrize("learn", [supervised, truncated_bptt])
@pytest.mark.parametrize(
    ("prompt", "options", "wording"),
    [
        ([99], {}, r"writing › prompt: a token that there is not\n.*0 to 9\n.*99"),
        ([1], {"never": [99]}, r"writing › never, end\n.*0 to 9"),
        ([1], {"end": 10}, r"writing › never, end\n.*0 to 9"),
    ],
)
def test_tokens_that_the_model_does_not_know(learn, prompt, options, wording):
    with pytest.raises(InputError, match=wording):
        writing(learner(MODEL, learn), np.array(prompt), length=3, **options)


def test_tokens_that_a_model_is_found_not_to_know_when_learning_begins():
    unknown = writing(learner(MODEL)._replace(settings={}), [99], length=3)
    with pytest.raises(InputError, match="writing › prompt: a token that there is not"):
        fit(unknown, DATA, epochs=1)


def test_models_that_do_not_go_step_by_step():
    with pytest.raises(InputError, match=r"writing › model\n.*`start` and `steps`"):
        writing(learner(nn.Dense(10)), [1], length=3)


def test_the_last_token_is_gone_on_from():
    run = fit(writing(learner(MODEL), [9], length=3, end=9), DATA, epochs=2)
    assert run.history.shown["written"].shape == (2, 1, 4)
