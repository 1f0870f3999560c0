"""Try settings side by side, stop the worse half early, and keep the best."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.data.batch import Batch
from gradus.data.dataset import Dataset
from gradus.data.splits import k_folds
from gradus.training.door import Admitted, admit, as_batch
from gradus.training.interrupt import ctrl_c_ends_the_run
from gradus.training.launch import whole_number
from gradus.tuning.hunt import Benches, Hunt, Purse
from gradus.tuning.progress import Line
from gradus.tuning.result import Search
from gradus.tuning.samplers import sampler_of
from gradus.tuning.space import Settings, Space
from gradus.tuning.trials import rungs


def search(
    space: Space,
    data: Any,
    budget: int | None = None,
    *,
    seconds: float | None = None,
    epochs: int = 30,
    batch: int = 32,
    validation: Any = 0.2,
    folds: int | None = None,
    sampler: str = "random",
    stopping: bool = True,
    first: Settings | None = None,
    seed: int = 0,
    progress: Any = None,
) -> Search:
    """Find settings whose model has a low validation loss.

    Trials that differ in numbers only, such as rates and penalties, learn side by side in one
    compiled program, eight at a time. After ⅛, ¼ and ½ of its epochs a trial goes on only if its
    lowest loss so far is not above the median of all that came as far; a new one takes its place.

    Arguments:
        space: what to try.
        data: (x, y), (x, y, weight) or a `Dataset`: the training part. The validation part is
            drawn from it; keep the test part out, to measure the best model with.
        budget: how many epochs all trials may learn together; with folds, an epoch of each counts.
        seconds: how long the search may take, instead of a budget or besides.
        epochs: how long a trial learns, at most.
        batch: examples per step.
        validation: a fraction to hold out, or data.
        folds: k: the loss is the mean over k folds instead, which is less a matter of luck.
        sampler: "random"; or "tpe", which learns from trials that have ended and needs Optuna:
            `pip install "gradus[search]"`.
        stopping: whether trials that fall behind are stopped; without it this is plain random
            search, or plain TPE.
        first: settings to try before all others, such as those in use so far.
        seed: equal seeds give equal searches, where `seconds` is not given.
        progress: True shows a live line, False nothing, None shows it where a person is looking;
            a function is called with the numbers of each trial that ends.

    Raises InputError for an empty budget, settings that do not fit the space, and data that cannot
    be used. Ctrl-C ends the search after the epochs under way and keeps what was found. A trial
    whose numbers stop being finite stays in the table as "diverged".

    >>> import numpy as np
    >>> from gradus import nn, supervised
    >>> from gradus.likelihoods import Gaussian
    >>> from gradus.optim import sgd
    >>> from gradus.tuning import Space, log_uniform
    >>> x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
    >>> space = Space(lambda rate: supervised(nn.Dense(1), Gaussian(), sgd(rate)),
    ...               rate=log_uniform(1e-4, 1.0))
    >>> found = search(space, (x, 3 * x[:, 0]), budget=200, epochs=20)
    >>> found.best.settings["rate"] > 0.1, found.cost <= 200
    (True, True)

    Bergstra and Bengio, "Random search for hyper-parameter optimization" (2012); Golovin and
    others, "Google Vizier" (2017), for the median rule; Goodfellow, Bengio and Courville (2016),
    section 11.4.
    """
    check_budget(space, budget, seconds)
    if first is not None:
        space.check(first)
    example = space.algorithm(first or space.sample(np.random.default_rng(seed)))
    check_data(example, data)
    admitted, parts = divided(example, data, validation, folds, seed)
    whole_number("epochs", epochs, 1)
    hunt = Hunt(
        space=space,
        sampler=sampler_of(sampler, space, seed),
        benches=Benches(space, admitted, parts, whole_number("batch", batch, 1), seed),
        purse=Purse(budget, seconds, len(parts)),
        rungs=rungs(epochs) if stopping else [epochs],
        line=Line(progress),
    )
    with ctrl_c_ends_the_run() as interrupt:
        why = hunt.run(first, interrupt)
    hunt.line.finished()
    return Search(space, hunt.trials, data, batch, seed, len(parts), why, hunt.purse.spent_seconds)


def divided(
    example: Any, data: Any, validation: Any, folds: int | None, seed: int
) -> tuple[Admitted, list[tuple[np.ndarray, np.ndarray]]]:
    """The examples, and the rows that are learned from and validated on, for each fold."""
    if folds is None:
        admitted = admit(example, data, validation, seed)
        if admitted.validation is None:
            raise InputError(
                "validation", expected="a fraction, or data", got="None", fix="validation=0.2"
            )
        return admitted, [(admitted.rows, admitted.validation)]
    admitted = admit(example, data, None, seed)
    train = as_batch(example, data)
    parts = k_folds(train.size, folds, stratify=admitted.classes, seed=seed)
    examples = admitted.examples._replace(validation=admitted.examples.train)
    rows = [(train.astype(np.int32), test.astype(np.int32)) for train, test in parts]
    return admitted._replace(examples=examples), rows


def check_data(example: Any, data: Any) -> None:
    """Refuse a table, and inputs alone where a likelihood needs targets."""
    table = isinstance(data, dict) or hasattr(data, "columns")
    alone = example.likelihood is not None and not isinstance(data, Dataset | Batch | tuple)
    if table or alone:
        raise InputError(
            "search: the data",
            expected="(x, y), (x, y, weight), or a Dataset with targets",
            got=f"a table ({type(data).__name__})" if table else f"x alone ({type(data).__name__})",
            fix="search(space, Preprocessor.fit(table, 'target').dataset(table), …)"
            if table
            else "search(space, (x, y), …)",
        )


def check_budget(space: Any, budget: Any, seconds: Any) -> None:
    """Refuse a search without a space, and one without an end or a beginning."""
    if not isinstance(space, Space):
        raise InputError(
            "space",
            expected="a Space",
            got=type(space).__name__,
            fix="Space(lambda rate: supervised(…, adam(rate)), rate=log_uniform(1e-4, 1e-1))",
        )
    if budget is None and seconds is None:
        raise InputError(
            "budget", expected="a number of epochs, or of seconds", got="neither", fix="budget=500"
        )
    if budget is not None:
        whole_number("budget", budget, 1)
    if seconds is not None and not seconds > 0:
        raise InputError("seconds", expected="more than 0", got=seconds, fix="seconds=60")
