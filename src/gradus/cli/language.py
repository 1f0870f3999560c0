"""`gradus fit book.txt --language-model`: learning to write a text, one token after the other."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import jax
import numpy as np

from gradus import data, learn, models, nn
from gradus.base.errors import InputError
from gradus.cli.prepare import Part, Prepared, sizes
from gradus.cli.recipe import OPTIMIZERS, build_penalty, build_schedule, optimisation
from gradus.cli.settings import Settings, choose, option_name
from gradus.cli.source import Source
from gradus.data import LanguagePreprocessor
from gradus.data.text.language import escaped, is_list, texts_of
from gradus.data.text.reading import read_text
from gradus.learn import Algorithm
from gradus.likelihoods import Categorical
from gradus.training import Run

CELLS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.SimpleRNN}
TOKENS = {"characters": data.Characters.fit, "words": data.Words.fit}
WIDTHS = {"characters": 64, "words": 128}  # numbers in the vector of a token
LINES = {"auto": None, "yes": True, "no": False}
WINDOW = 64  # steps that a gradient goes back in a long text
BATCHES = {True: 64, False: 32}  # of lines, and of rows of a long text
LESSONS, EPOCHS, LEAST_PATIENCE = 5_000_000, (5, 200), 3  # tokens seen in a run, unless chosen
SHORTEST, FEWEST = 200, 10  # characters of a text, lines of a list
WRITTEN = {True: 10, False: 1}  # texts, unless chosen
AS_LONG = 500  # tokens of a text
SHOWN = 20  # unseen tokens


def read(path: str, part: str = "train", form: Any = None) -> Source:
    """The text of a file; raises InputError for what is no text in UTF-8, naming the place."""
    if not path:
        raise InputError(
            "no data",
            expected="a text file",
            got="none",
            fix="gradus fit book.txt --language-model",
        )
    if Path(path).is_dir():
        raise InputError(
            f"{path} is a folder",
            expected="a text file",
            got="a folder",
            fix=f"give one of its files, or join them: cat {path}/* > book.txt",
        )
    text, name = read_text(path), Path(path).name
    table = Path(path).suffix.lower() in (".csv", ".tsv")
    note = f"{name} is learned letter by letter, not as a table: gradus fit {path} --target COLUMN"
    return Source(Path(path).stem, text, notes=(note,) if table else ())


def prepare(source: Source, settings: Settings) -> Prepared:
    """Divide a text and number its tokens; raises InputError for what is too short."""
    refuse_small(settings)
    text = source.examples
    lines = choose("lines", settings.lines, LINES)
    lines = is_list(text) if lines is None else lines
    refuse_short(text, lines)
    name = tokens_of(settings)
    vectoriser = choose("tokens", name, TOKENS)
    texts = divided(text, lines, settings)
    preprocessor = LanguagePreprocessor.fit(
        texts[0],
        lines=lines,
        length=settings.length or None,
        vectoriser=lambda texts, ends: vectoriser(texts, most=settings.vocabulary, ends=ends),
    )
    longest_row = max(preprocessor.rows(part).shape[1] for part in texts if part) - 1
    preprocessor = preprocessor.replace(length=longest_row)
    train = preprocessor.examples(texts[0])
    validation, test = (preprocessor.examples(part) if part else None for part in texts[1:])
    how = "at random" if lines else "in the order of the text"
    told = [*source.notes, *preprocessor.sentences, *unseen(preprocessor, (validation, test))]
    told += [sizes([train, validation, test], how)]
    return Prepared(train, validation, test, preprocessor, settings.task, told)


def divided(text: str, lines: bool, settings: Settings) -> list[str]:
    """Three parts of a text: lines at random, a long one in its order."""
    texts = texts_of(text, lines) if lines else text
    order = np.random.default_rng(settings.seed).permutation(len(texts)) if lines else None
    last = round(len(texts) * settings.test)
    first = len(texts) - last - round(len(texts) * settings.validation)
    if first < 2:
        raise InputError(
            "--validation and --test",
            expected="less than 1 together",
            got=f"{settings.validation} and {settings.test}, which leave nothing to learn from",
            fix="leave them out for 0.1 and 0.2",
        )
    places = slice(0, first), slice(first, len(texts) - last), slice(len(texts) - last, None)
    if order is None:
        return [text[place] for place in places]
    return ["\n".join(texts[i] for i in order[place]) for place in places]


def refuse_small(settings: Settings) -> None:
    """Refuse nets without layers over time, and rows of a single token."""
    for name, wrong, least in (
        ("hidden", not settings.hidden, "layers over time, of 1 unit or more"),
        ("length", settings.length == 1, "2 tokens or more"),
    ):
        if wrong:
            raise InputError(
                f"{option_name(name)} with --language-model",
                expected=least,
                got=getattr(settings, name) or 0,
                fix="leave it out",
            )


def refuse_short(text: str, lines: bool) -> None:
    """Refuse a text of which there is too little to learn from."""
    count, least = (len(texts_of(text, True)), FEWEST) if lines else (len(text), SHORTEST)
    if count < least:
        what = "lines" if lines else "characters"
        raise InputError(
            "a text that is too short",
            expected=f"{least} {what} or more",
            got=f"{count} {what}",
            fix="give more text"
            + ("" if lines else "; of a list of short lines, say so with --lines yes"),
        )


def tokens_of(settings: Settings) -> str:
    """What the text is made of."""
    return "characters" if settings.tokens == "auto" else settings.tokens


def unseen(preprocessor: LanguagePreprocessor, parts: tuple) -> list[str]:
    """A sentence about tokens of other parts that the training part lacks."""
    counts = [np.sum(part.y == preprocessor.vectoriser.unknown) for part in parts if part]
    if not sum(counts):
        return []
    return [f"unknown: {sum(counts):,} tokens to validate and test on are not in the training part"]


def decided(settings: Settings, prepared: Prepared) -> Settings:
    """The settings with everything decided: an LSTM, and five million tokens to see."""
    model = "lstm" if settings.model == "auto" else settings.model
    choose("model", model, CELLS, ("auto", *CELLS))
    lines = prepared.preprocessor.lines
    seen = LESSONS / float(prepared.train[2].sum())
    epochs = settings.epochs or min(max(round(seen), EPOCHS[0]), EPOCHS[1])
    return replace(
        settings,
        model=model,
        tokens=tokens_of(settings),
        lines="yes" if lines else "no",
        length=prepared.preprocessor.length,
        batch=settings.batch or BATCHES[lines],
        epochs=epochs,
        patience=settings.patience or max(math.ceil(epochs / 5), LEAST_PATIENCE),
        augment="none",
    )


def build(settings: Settings, prepared: Prepared) -> Algorithm:
    """The algorithm that the settings describe, which writes a little after every epoch."""
    prep = prepared.preprocessor
    layers = [CELLS[settings.model](units) for units in settings.hidden]
    model = models.language_model(
        prep.vectoriser.size, *layers, width=WIDTHS[settings.tokens], dropout=settings.dropout
    )
    windows = 1 if prep.lines else math.ceil(prep.length / WINDOW)
    updates = math.ceil(prepared.rows / min(settings.batch, prepared.rows)) * windows
    schedule = build_schedule(replace(settings, batch=1), updates)
    optimizer = choose("optimizer", settings.optimizer, OPTIMIZERS)(schedule)
    given = model, Categorical(prep.vectoriser.size), optimizer
    penalty = build_penalty(settings)
    if prep.lines:
        learner = learn.supervised(*given, penalty=penalty)
    else:
        learner = learn.truncated_bptt(*given, window=WINDOW, penalty=penalty)
    prompt = np.repeat(prep.prompt(), WRITTEN[prep.lines], axis=0)
    return learn.writing(learner, prompt, longest(prep), never=prep.unwritten, end=prep.end)


def longest(prep: LanguagePreprocessor) -> int:
    """How many tokens are written, unless chosen."""
    return prep.length if prep.lines else AS_LONG


def sentences(settings: Settings, prepared: Prepared) -> list[str]:
    """What will be trained, for people to read."""
    units = "-".join(map(str, settings.hidden))
    back = "" if prepared.preprocessor.lines else f"; gradients go back {WINDOW} steps at most"
    return [
        f"model: {settings.model} of {units} units, dropout {settings.dropout}; "
        f"{optimisation(settings)}{back}"
    ]


def encoded(preprocessor: LanguagePreprocessor, text: str) -> Part:
    """A text to measure on; tokens that the run has never seen are told of."""
    if new := preprocessor.unseen(*texts_of(text, preprocessor.lines)):
        shown = " ".join(map(escaped, new[:SHOWN])) + (" …" if len(new) > SHOWN else "")
        warnings.warn(
            f"{shown}: not in the text that the run has learned from; each counts as the one "
            "unknown token",
            stacklevel=2,
        )
    return preprocessor.examples(text)


def samples(run: Run, count: int, seed: int = 0) -> list[str]:
    """Some new texts, for people to look at."""
    return texts(run, min(count, WRITTEN[run.preprocessor.lines]), seed=seed)


def texts(
    run: Run,
    count: int | None = None,
    prompt: str = "",
    length: int | None = None,
    temperature: float = 1.0,
    seed: int = 0,
) -> list[str]:
    """New texts that begin with a prompt."""
    prep = run.preprocessor
    begun = np.repeat(prep.prompt(prompt), count or WRITTEN[prep.lines], axis=0)
    written = run.model.generate(
        jax.random.key(seed),
        begun,
        length or longest(prep),
        temperature=temperature,
        never=prep.unwritten,
        end=prep.end,
    )
    kept = begun if prompt or prep.lines else begun[:, :0]
    return prep.decode(np.concatenate([kept, np.asarray(written)], axis=1))


def refused(run: Run, rows: Any, worth: Any = None) -> NoReturn:
    """There is nothing to predict: the run has learned to write."""
    raise InputError(
        "predict with a run of --language-model",
        expected="a run that says something of given rows",
        got="one that writes",
        fix='gradus generate RUN --prompt "…"; gradus evaluate RUN other.txt measures a text',
    )
