"""`gradus search DATA --target COL`: settings to fit with."""

from __future__ import annotations

import shlex
from dataclasses import replace

from gradus.base.words import counted
from gradus.cli.images import decided
from gradus.cli.prepare import Prepared, prepare, refuse_other_tasks
from gradus.cli.recipe import build, settled
from gradus.cli.settings import Settings
from gradus.cli.source import form_of, read
from gradus.learn import Algorithm
from gradus.tuning import Search, Space, choice, log_uniform
from gradus.tuning import search as find

RATE, L2 = (1e-4, 3e-2), (1e-6, 1e-1)
HIDDEN, DROPOUT = ((32,), (128,), (256, 128)), (0.0, 0.3)


def search(settings: Settings, budget: int | None, seconds: float | None, sampler: str) -> None:
    """Print what was found, and the command that fits with it. Test rows are not looked at."""
    refuse_other_tasks(settings)
    source = read(settings.data, form=form_of(settings))
    settings = replace(settings, target=settings.target or source.target)
    prepared = prepare(source, settings)
    rows = len(prepared.train[0])
    settings = settled(decided(settings, prepared), rows)
    print(f"Searching with {counted(rows, 'row')}; Ctrl-C keeps what was found.", flush=True)
    budget = 16 * settings.epochs if budget is None and seconds is None else budget
    found = find(
        space(settings, prepared),
        prepared.train,
        budget,
        seconds=seconds,
        epochs=settings.epochs,
        batch=settings.batch,
        validation=prepared.validation,
        sampler=sampler,
        first=begin(settings),
        seed=settings.seed,
    )
    print(f"{found}\n\n{command(settings, found)}")


def space(settings: Settings, prepared: Prepared) -> Space:
    """Rates, penalties and sizes around the settings that the user gave."""

    def make(rate, l2, hidden, dropout) -> Algorithm:
        changed = replace(settings, hidden=hidden, dropout=dropout)
        return build(changed, prepared, rate=rate, l2=l2)

    return Space(
        make,
        rate=log_uniform(min(RATE[0], settings.rate), max(RATE[1], settings.rate)),
        l2=log_uniform(L2[0], max(L2[1], settings.l2)),
        hidden=choice(list(dict.fromkeys([settings.hidden, *HIDDEN]))),
        dropout=choice(list(dict.fromkeys([settings.dropout, *DROPOUT]))),
    )


def begin(settings: Settings) -> dict:
    """The user's own settings, which are tried first."""
    kept = {name: getattr(settings, name) for name in ("rate", "hidden", "dropout")}
    return {**kept, "l2": max(settings.l2, L2[0])}


def command(settings: Settings, found: Search) -> str:
    """The command that fits with the best settings.

    >>> from gradus.tuning import Trial
    >>> best = {"rate": 0.01234, "l2": 1e-5, "hidden": (32, 16), "dropout": 0.3}
    >>> found = Search(None, [Trial(1, best, [0.5])], None, 32, 0, 1, "", 0.0)
    >>> command(Settings("a b.csv", "size"), found)
    "gradus fit 'a b.csv' --target size --hidden 32,16 --dropout 0.3 --rate 0.0123 --l2 1e-05"
    """
    best = found.best.settings
    hidden = ",".join(map(str, best["hidden"])) or "0"
    named = ["--target", settings.target] if settings.target else []
    words = ["gradus", "fit", settings.data, *named, "--hidden", hidden]
    numbers = [f"--{name} {best[name]:.3g}" for name in ("dropout", "rate", "l2")]
    return f"{shlex.join(words)} {' '.join(numbers)}"
