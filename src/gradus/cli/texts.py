"""`gradus fit --text COLUMN`: learning from the words of a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from gradus import models, nn
from gradus.base.errors import InputError
from gradus.base.words import counted
from gradus.cli.measure import measured as without_baselines
from gradus.cli.prepare import Part, Prepared, prepare_table
from gradus.cli.recipe import (
    DEFAULT,
    OPTIMIZERS,
    build_likelihood,
    build_penalty,
    build_schedule,
    optimisation,
)
from gradus.cli.settings import Settings, choose
from gradus.cli.source import Source
from gradus.cli.text_baselines import baselines
from gradus.data import (
    Characters,
    Dataset,
    NGrams,
    NumberTarget,
    Subwords,
    TextPreprocessor,
    Words,
)
from gradus.data.preprocess import check_column
from gradus.data.text.preprocess import check_is_text, texts_of
from gradus.evaluation import Assessment
from gradus.learn import Algorithm, supervised
from gradus.training import Run

TOKENS: dict[str, Callable[..., Any]] = {
    "auto": Words.fit,
    "words": Words.fit,
    "characters": Characters.fit,
    "ngrams": NGrams.fit,
    "subwords": Subwords.fit,
}
KINDS = {
    "bag": "mean of the vectors",
    "cnn": "convolution over the vectors",
    "rnn": "LSTM in both directions over the vectors",
}
WIDTH = 64  # numbers in the vector of each token; patterns of each window; units of each direction


def prepare(source: Source, settings: Settings) -> Prepared:
    """Divide and encode the rows; raises InputError for what cannot be learned from."""
    if not settings.text or isinstance(source.examples, Dataset):
        raise InputError(
            "text to learn from",
            expected="a table, and the name of a column of text in it",
            got="images" if settings.text else "no --text",
            fix="gradus fit reviews.csv --text review --target label",
        )
    target = settings.target or source.target
    check_target(target, settings.text, source.examples.columns)
    used = [*settings.text, *filter(None, (target, settings.group, settings.time))]
    for name in used:
        check_column(name, source.examples.columns)
    for name in settings.text:
        check_is_text(source.examples[name])
    others = [name for name in source.examples.columns if name not in used]
    table, notes = with_words(source.examples.select(list(dict.fromkeys(used))), settings.text)
    if others:
        notes = (*notes, f"left out, as only text is learned from: {', '.join(others)}")
    source = source._replace(examples=table, notes=(*source.notes, *notes))
    return prepare_table(source, target, settings, fitted)


def fitted(rows: Any, target: str, settings: Settings, kind: str) -> TextPreprocessor:
    """The vocabulary of the training part."""
    vectoriser = choose("tokens", settings.tokens, TOKENS)
    return TextPreprocessor.fit(
        rows,
        settings.text,
        target,
        vectoriser=partial(vectoriser, most=settings.vocabulary),
        length=settings.length or None,
        target_kind=kind,
    )


def with_words(table: Any, names: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]:
    """The rows that have some text, and a sentence about the others."""
    there = [bool(text.strip()) for text in texts_of(table, names)]
    empty = len(there) - sum(there)
    words = f"{counted(empty, 'row')} without text in {', '.join(map(repr, names))} left out"
    return table.filter(there), (words,) if empty else ()


def check_target(target: str, text: tuple[str, ...], columns: list[str]) -> None:
    """Refuse no target, and to predict a text from itself."""
    if not target or target in text:
        others = [name for name in columns if name not in text]
        fix = f"--target {others[-1]}" if others else "add a column to predict"
        if target and others:
            fix = f"--text {' or '.join(others)}, or another --target"
        raise InputError(
            f"--target {target}" if target else "the target is not named",
            expected="the column to predict, another than those of --text",
            got=target or "no --target",
            fix=fix,
        )


def decided(settings: Settings, prepared: Prepared) -> Settings:
    """The settings with the net decided: a bag of vectors, unless chosen otherwise."""
    model = "bag" if settings.model == "auto" else settings.model
    choose("model", model, KINDS, ("auto", *KINDS))
    tokens = "words" if settings.tokens == "auto" else settings.tokens
    return replace(settings, model=model, tokens=tokens, augment="none")


def build(settings: Settings, prepared: Prepared) -> Algorithm:
    """The algorithm that the settings describe."""
    likelihood = build_likelihood(settings, prepared)
    likelihood.check(prepared.train[1])
    model = models.text_classifier(
        prepared.preprocessor.vectoriser.size,
        likelihood.size,
        settings.model,
        width=WIDTH,
        units=WIDTH,
        hidden=settings.hidden,
        activation=choose("activation", settings.activation, nn.ACTIVATIONS),
        dropout=settings.dropout,
    )
    optimizer = choose("optimizer", settings.optimizer, OPTIMIZERS)
    schedule = build_schedule(settings, prepared.rows)
    return supervised(model, likelihood, optimizer(schedule), penalty=build_penalty(settings))


def sentences(settings: Settings, prepared: Prepared) -> list[str]:
    """What will be trained, for people to read."""
    auto = settings.likelihood == "auto"
    likelihood = f"{DEFAULT[prepared.kind] if auto else settings.likelihood} likelihood"
    units = "-".join(map(str, settings.hidden))
    dense = f", {units} hidden units ({settings.activation})" if units else ""
    net = f"{KINDS[settings.model]} of {settings.tokens}, {WIDTH} numbers each"
    return [
        f"model: {net}{dense}, dropout {settings.dropout}; {likelihood}; {optimisation(settings)}"
    ]


def measured(run: Run, part: Part, train: Part | None = None) -> Assessment:
    """The net on some texts, beside baselines that learned from bags of the same tokens."""
    found = without_baselines(run, part)
    if train is None:
        return found
    target = run.preprocessor.target
    decode = target.decode if isinstance(target, NumberTarget) else None
    beside = baselines(found.kind, run.preprocessor.vectoriser, train, part, decode)
    return replace(found, baselines=beside)
