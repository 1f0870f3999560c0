"""Any way of learning a language model, which writes something at the end of every epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from gradus.base.errors import located
from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm
from gradus.learn.checks import require
from gradus.learn.truncated_bptt import check_stepwise
from gradus.models.sequences.language_model import written
from gradus.models.sequences.prompt import ANY, as_prompt, check_writing


def writing(
    algorithm: Algorithm,
    prompt: Any,
    length: int,
    *,
    temperature: float = 1.0,
    never: Sequence[int] = (),
    end: int | None = None,
) -> Algorithm:
    """The same way of learning, which keeps what the model of every epoch writes.

    Texts begin from the same random numbers in every epoch: what differs is the model. They are
    in `history.shown["written"]`, the prompt included, shape (epochs, n, P + length), int32.

    Arguments:
        algorithm: such as `supervised(models.language_model(…), …)`.
        prompt, length, temperature, never, end: as of `LanguageModel.generate`.

    Raises InputError for arguments of another kind, a model that does not go step by step, and
    tokens that it does not know; when learning begins, where the model is not known before.

    >>> import numpy as np
    >>> from gradus import fit, models, nn, supervised
    >>> from gradus.likelihoods import Categorical
    >>> from gradus.optim import adam
    >>> x = np.tile([1, 2, 3], (32, 4))
    >>> model = models.language_model(4, nn.GRU(8))
    >>> learner = supervised(model, Categorical(4), adam(0.05))
    >>> run = fit(writing(learner, [1], 5, temperature=0), (x, np.roll(x, -1, 1)), epochs=20)
    >>> run.history.shown["written"][-1]
    array([[1, 2, 3, 1, 2, 3]], dtype=int32)
    """
    fix = "writing(supervised(model, likelihood, optimizer), prompt, length=200)"
    require(algorithm, Algorithm, "algorithm", "a way of learning", fix)
    rows = as_prompt(prompt)
    check_writing(length, temperature, never, end)
    begun = jnp.asarray(rows)

    def check(model: Any) -> None:
        with located("writing"):
            check_stepwise(model)
            tokens = getattr(model, "tokens", ANY)
            as_prompt(rows, tokens)
            check_writing(length, temperature, never, end, tokens)

    def init(key: jax.Array, batch: Batch) -> Any:
        state = algorithm.init(key, batch)
        check(state.model)
        return state

    def watch(state: Any, trace: Any) -> dict[str, jax.Array]:
        seen = {} if algorithm.watch is None else algorithm.watch(state, trace)
        new = written(state.model, jax.random.key(0), begun, length, temperature, None, never, end)
        return seen | {"written": jnp.concatenate([begun, new.tokens], axis=1)}

    if "model" in algorithm.settings:
        check(algorithm.settings["model"])
    return algorithm._replace(init=init, watch=watch)
