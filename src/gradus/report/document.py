"""One page that holds everything about a run, and needs nothing beside itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.base.files import write_atomically
from gradus.evaluation.assessment import Assessment, shown
from gradus.evaluation.forecasts import Forecasts
from gradus.evaluation.scores import Scores
from gradus.nn.graph import ModelGraph
from gradus.report import examples, results, training
from gradus.report.architecture import architecture
from gradus.report.fed import what_the_net_is_fed
from gradus.report.forecasts import forecast
from gradus.report.html import Markup, element, facts, join, safe, section, table
from gradus.report.inside import looking_inside
from gradus.report.lags import back_in_time
from gradus.report.language import perplexities
from gradus.report.names import readable
from gradus.report.reading import vectoriser_of, what_tokens_add
from gradus.report.robustness import under_attack
from gradus.report.samples import drawn, while_learning
from gradus.report.worth import worth
from gradus.robust import RobustnessCurve
from gradus.training.run import Run


def page(
    run: Run,
    assessment: Assessment | None = None,
    *,
    title: str,
    scores: Scores | None = None,
    forecasts: Forecasts | None = None,
    model_table: Iterable[Mapping[str, object]] | None = None,
    model_graph: ModelGraph | None = None,
    command: str | None = None,
    sentences: Sequence[str] = (),
    samples: Any = None,
    checks: Sequence[object] = (),
    fed: np.ndarray | None = None,
    robustness: RobustnessCurve | None = None,
    further: Sequence[Markup] = (),
) -> str:
    """A run as one HTML page: no network, no other file, no script.

    Arguments:
        run: what `fit` gave back.
        assessment: what `assess` gave back; without it the page shows the training only.
        title: the heading.
        scores: what a model without targets is worth, in the place of an assessment.
        forecasts: what forecasts are worth, likewise.
        model_table: rows of the table of layers, each a dict with the same keys.
        model_graph: what `nn.graph` gave back, for a picture of the layers.
        command: what a person types to repeat the run.
        sentences: what should be said about the data, one paragraph each.
        samples: what a generative model draws: pictures, rows of numbers, or a list of texts.
        checks: what was found about them, such as `evaluation.two_sample` gives.
        fed: images beside altered copies of them, see `augment.examples`.
        robustness: what `robustness_curve` gave back.
        further: other parts, such as `report.attention_map` and `report.token_errors` give.

    Whatever comes from the user (names of columns and classes, settings) is escaped.

    Raises InputError for a run or an assessment of another kind.

    >>> from gradus.training import History, Run
    >>> run = Run(None, History({"epoch": [1, 2], "loss": [0.7, 0.5]}), "finished 2 epochs")
    >>> "<h1>Two epochs</h1>" in page(run, title="Two epochs")
    True
    """
    check_kinds(run, assessment)
    contents = [
        header(title, run, assessment or scores or forecasts),
        results.result(assessment) if assessment else "",
        worth(scores),
        forecast(forecasts),
        training.what_was_done(run, sentences),
        what_the_net_is_fed(fed),
        training.training(run),
        perplexities(run),
        results.predictions(assessment) if assessment else "",
        examples.hardest(assessment, vectoriser_of(run)) if assessment else "",
        looking_inside(run, assessment),
        what_tokens_add(run, assessment),
        back_in_time(run, assessment),
        under_attack(robustness),
        *further,
        drawn(samples, checks),
        while_learning(run.history.shown, getattr(run.preprocessor, "decode", None)),
        training.gradients(run),
        model(model_table, model_graph),
        repeat(command, run.versions),
    ]
    skeleton = files("gradus.report").joinpath("page.html").read_text(encoding="utf-8")
    body = join(part for part in contents if part)
    return Template(skeleton).substitute(title=safe(title), contents=body)


def write(
    path: str | Path, run: Run, assessment: Assessment | None = None, *, title: str, **parts: Any
) -> None:
    """Write the page whole or not at all; the arguments are those of `page`.

    Raises InputError for a path that is a folder or no path at all, and as `page` does.

    >>> import tempfile
    >>> from gradus.training import History, Run
    >>> run = Run(None, History({"epoch": [1, 2], "loss": [0.7, 0.5]}), "finished 2 epochs")
    >>> path = Path(tempfile.mkdtemp()) / "report.html"
    >>> write(path, run, title="Two epochs")
    >>> path.read_text(encoding="utf-8") == page(run, title="Two epochs")
    True
    """
    check_path(path)
    write_atomically(path, page(run, assessment, title=title, **parts).encode())


def check_path(path: Any) -> None:
    """Refuse what no file can be written to."""
    if not isinstance(path, str | Path) or Path(path).is_dir():
        raise InputError(
            "path of the report",
            expected="the name of a file",
            got=f"the folder {path}" if isinstance(path, str | Path) else type(path).__name__,
            fix='name the file first: write("report.html", run, assessment, title="…")',
        )


def check_kinds(run: Any, assessment: Any) -> None:
    """Refuse a run or an assessment that is something else."""
    for name, value, kinds, source in (
        ("run", run, Run, "fit"),
        ("assessment", assessment, Assessment | None, "assess"),
    ):
        if not isinstance(value, kinds):
            raise InputError(
                f"{name} of the report",
                expected=f"what `{source}` gave back",
                got=f"an object of type {type(value).__name__}",
                fix="give the run first, then its assessment",
            )


def header(title: str, run: Run, found: results.Found | None) -> Markup:
    """The title, how the run ended, and the few numbers to read first."""
    status = run.status[:1].upper() + run.status[1:] + "."
    return element("header", element("h1", title), element("p", status), headline(run, found))


def headline(run: Run, found: results.Found | None) -> Markup:
    """The few numbers to read first: what the run is worth before all others."""
    numbers: dict[str, object] = {}
    if found is not None:
        name, _ = results.headline(found)
        where = f"on new {results.NOUNS[found.noun]}"
        numbers[f"{readable(name)} {where}"] = shown(found.measures[name])
    numbers["epochs"] = f"{run.history.epochs:,}"
    if run.best_epoch:
        numbers["best epoch"] = f"{run.best_epoch:,}"
    numbers |= {f"seconds to {name}": f"{value:.3g}" for name, value in run.seconds.items()}
    return facts(numbers)


def model(rows: Iterable[Mapping[str, object]] | None, graph: ModelGraph | None = None) -> Markup:
    """The table of layers, and their picture."""
    rows = list(rows or ())
    layers = table(rows[0], [[number(v) for v in row.values()] for row in rows]) if rows else ""
    return section("Model", layers, architecture(graph) if graph else "")


def number(value: object) -> object:
    """Whole numbers with separators, nothing for None, anything else as it is."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value


def repeat(command: str | None, used: Mapping[str, str]) -> Markup:
    """The command that repeats the run, and what its numbers depend on besides the settings."""
    typed = element("pre", element("code", command)) if command else ""
    return section("To repeat this run", typed, table(("with", ""), used.items(), "words"))
