"""`gradus evaluate DATA --folds 5`: what settings are worth, before any of them is chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradus
from gradus.base.errors import InputError
from gradus.cli.images import decided
from gradus.cli.prepare import Prepared, chosen_kinds, prepare, refuse_other_tasks, rule
from gradus.cli.recipe import build, plan, settled
from gradus.cli.settings import Settings
from gradus.cli.source import Source, form_of, read
from gradus.data import Dataset, Preprocessor, Standardize
from gradus.data.preprocess import check_column
from gradus.training import Patience


def cross_validate(settings: Settings, folds: int, repeats: int = 1) -> None:
    """Print the measures of the settings over folds; preprocessing is fitted anew for each."""
    refuse_other_tasks(settings)
    source = read(settings.data, form=form_of(settings))
    settings = replace(settings, target=settings.target or source.target)
    whole = prepare(source, undivided(source, settings))
    seen = round(len(source.examples) * (1 - settings.validation) * (1 - 1 / folds))
    settings = settled(decided(settings, whole), seen)
    print(*whole.preprocessor.sentences, plan(settings, whole.kind), "", sep="\n", flush=True)
    held_out = {"validation": settings.validation, "stop": Patience(settings.patience)}
    result = gradus.evaluate(
        build(settings, whole._replace(train=tuple(part[:seen] for part in whole.train))),
        folds=folds,
        repeats=repeats,
        seed=settings.seed,
        epochs=settings.epochs,
        batch=settings.batch,
        **examples(source, settings, whole),
        **(held_out if settings.validation else {}),
    )
    print(result)


def undivided(source: Source, settings: Settings) -> Settings:
    """Settings by which all rows are one part: the folds divide them, by group or time too.

    The column of groups takes no part in learning, as in every fold.
    """
    whole = replace(settings, validation=0, test=0)
    if isinstance(source.examples, Dataset) or not settings.group:
        return whole
    check_column(settings.group, source.examples.columns)
    dropped = (*settings.drop, settings.group)
    return replace(whole, group="", time=settings.group, drop=dropped)


def examples(source: Source, settings: Settings, whole: Prepared) -> dict[str, Any]:
    """What is evaluated on, how it is prepared, and how it is divided, as `evaluate` takes it."""
    data, target = source.examples, settings.target
    if isinstance(data, Dataset):
        return {"data": data, "prepare": Standardize.fit}
    known = data.filter(data[target].is_not_null())
    divided = rule(known, target, whole.kind, settings)
    divided.pop("stratify", None)  # `evaluate` knows classes when it sees them

    def fitted(rows: Any) -> Preprocessor:
        kinds = chosen_kinds(settings)
        return Preprocessor.fit(rows, target, kinds=kinds, target_kind=whole.kind)

    return {"data": known, "target": target, "prepare": fitted, **divided}


def refuse_settings(given: dict[str, Any], folds: int | None) -> None:
    """Refuse settings for a run, which has its own."""
    if given or folds is not None:
        name = next(iter(given), "folds")
        raise InputError(
            f"--{name.replace('_', '-')} with RUN and DATA",
            expected="a run, which has its own settings, or DATA alone, to cross-validate",
            got="both",
            fix="gradus evaluate RUN DATA, or gradus evaluate DATA --folds 5 …",
        )
