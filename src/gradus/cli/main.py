"""The command line: commands and their options. The work is in the files of the same names.

Nothing heavy is imported here, so that help is there at once.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from gradus.cli.config import combined, read_config, to_toml
from gradus.cli.exits import exits
from gradus.cli.options import with_settings

app = typer.Typer(
    help="Deep learning you can see through.\n\nBegin with `gradus demo`, then give your own table:"
    " `gradus fit sales.csv --target price`.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

DATA = typer.Argument(
    metavar="DATA",
    help="A table (.csv, .parquet, .npz), a folder of images by class, a text file, or a"
    " dataset's name",
)
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run")]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Where to write the run (runs/NAME-1, -2 …)"),
]


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit: 0 it is done, 2 it was used wrongly, 1 it failed."""
    with exits():
        app(shielded(sys.argv[1:] if arguments is None else arguments), prog_name="gradus")


def shielded(arguments: list[str]) -> list[str]:
    """A formula that begins with a minus is no option.

    >>> shielded(["explain", "-x**2", "--at", "x=1"])
    ['explain', ' -x**2', '--at', 'x=1']
    """
    if arguments[:1] != ["explain"]:
        return arguments
    return [f" {a}" if re.match("-[^-]", a) and a != "-h" else a for a in arguments]


def show_version(wanted: bool) -> None:
    """Print the version and exit, if it was asked for."""
    if wanted:
        from gradus import __version__

        print(__version__)
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Show the version"),
    ] = False,
) -> None:
    """Options of every command."""


@app.command()
def demo(out: Out = None) -> None:
    """Learn to read digits, in some seconds."""
    from gradus.cli.demo import demo

    demo(out)


@app.command()
@with_settings
def fit(
    data: Annotated[str | None, DATA] = None,
    out: Out = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Settings from a TOML file; options here overrule it"),
    ] = None,
    write_config: Annotated[
        bool, typer.Option("--write-config", help="Print all settings as TOML and exit")
    ] = False,
    resume: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="Go on with the run in this folder, exactly"),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the result")] = False,
    given: dict | None = None,
) -> None:
    """Train a network on a table, images or text, and compare it with simple baselines.

    Columns are judged by what they hold: numbers are standardised, categories become dummies,
    dates their parts, and what is missing is filled and marked. Images are found in folders, one
    for each class, and brought to one size. What was decided is printed.

    - `gradus fit sales.csv --target price`
    - `gradus fit digits --hidden 256,128 --dropout 0.3`
    - `gradus fit visits.csv --target stays --group patient --epochs 30`
    - `gradus fit photos --image-size 64 --augment crop,flip,rotate`
    - `gradus fit sales.csv --task anomaly`
    - `gradus fit reviews.csv --text review --target label`
    - `gradus fit power.csv --forecast 24 --target load --time hour`
    - `gradus fit book.txt --language-model`
    - `gradus fit --resume runs/sales-1`

    Ctrl-C ends the training early and keeps what was learned.
    """
    given = {**(given or {}), **({"data": data} if data else {})}
    settings = combined(read_config(config) if config else {}, given)
    if write_config:
        print(to_toml(settings), end="")
        return
    if resume and (out or config):
        raise typer.BadParameter("a resumed run keeps its folder and its settings file")
    from gradus.cli import fit as work

    if resume:
        work.resume(resume, given, quiet=quiet)
    else:
        work.fit(settings, out, quiet=quiet)


@app.command()
@with_settings
def evaluate(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The folder of a run; or DATA, to cross-validate")
    ],
    data: Annotated[str | None, typer.Argument(metavar="[DATA]", help="Other rows")] = None,
    folds: Annotated[int | None, typer.Option(help="Parts of a cross-validation (5)")] = None,
    repeats: Annotated[int, typer.Option(help="How often rows are divided anew")] = 1,
    robust: Annotated[
        bool, typer.Option("--robust", help="Attack the images of DATA as well; the page shows it")
    ] = False,
    given: dict | None = None,
) -> None:
    """Measure a run on other rows, which must have the target; or settings by cross-validation.

    - `gradus evaluate runs/sales-1 new.csv`
    - `gradus evaluate runs/photos-1 more-photos --robust`
    - `gradus evaluate sales.csv --target price --folds 5 --hidden 32`
    """
    from gradus.cli.cross_validate import cross_validate, refuse_settings

    if data is None and robust:
        raise typer.BadParameter("--robust attacks a run: gradus evaluate RUN DATA --robust")
    if data is None and (Path(run) / "run.json").is_file():
        raise typer.BadParameter(f"{run} is a run: gradus evaluate {run} DATA")
    if data is None:
        return cross_validate(combined({"data": run}, given or {}), folds or 5, repeats)
    refuse_settings(given or {}, folds)
    from gradus.cli.evaluate import evaluate

    return evaluate(Path(run), data, robust)


@app.command()
@with_settings
def search(
    data: Annotated[str, DATA],
    budget: Annotated[
        int | None, typer.Option(help="Epochs of all trials together (16 trials' worth)")
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="How long it may take")] = None,
    sampler: Annotated[str, typer.Option(help="random, or tpe (needs Optuna)")] = "random",
    given: dict | None = None,
) -> None:
    """Find settings for a table: rate, penalty, sizes and dropout, tried side by side.

    Test rows are not looked at. The last line is the command that fits with what was found.

    - `gradus search sales.csv --target price --seconds 60`
    """
    from gradus.cli.search import search

    search(combined({"data": data}, given or {}), budget, seconds, sampler)


@app.command()
def predict(
    run: RunFolder,
    data: Annotated[
        list[str], typer.Argument(metavar="DATA", help="A table, or images and folders of images")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="A .csv, .parquet or .npz file"),
    ] = None,
) -> None:
    """Predict the target of new rows or images, with the probability of every class; or what
    comes after the last row of a series.

    Columns are found by their names, in any order; further columns are left alone. Images are
    brought to the size and the colours that the run has learned from.

    - `gradus predict runs/sales-1 new.csv -o predictions.csv`
    - `gradus predict runs/sales-1 new.csv | head`
    - `gradus predict runs/photos-1 holiday.jpg`
    """
    from gradus.cli.predict import predict

    predict(run, data, output)


@app.command()
def generate(
    run: RunFolder,
    count: Annotated[
        int | None, typer.Option("--count", "-n", min=1, help="How many (100; 1 text, 10 lines)")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help=".csv, .parquet, .npz; .png or .npz for images; .txt for text",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed draws others")] = 0,
    prompt: Annotated[str | None, typer.Option(help="What a text begins with")] = None,
    length: Annotated[
        int | None, typer.Option(min=1, help="Tokens that are written after it (500)")
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(min=0, help="Below 1 the likely is likelier; 0 writes the likeliest (1)"),
    ] = None,
) -> None:
    """Draw new rows, images or texts from a run of `--task generate`, `--task density` or
    `--language-model`.

    - `gradus generate runs/sales-1 --count 1000 -o more.csv`
    - `gradus generate runs/digits-1 --count 64 -o samples.png`
    - `gradus generate runs/book-1 --prompt "It was" --temperature 0.7`
    """
    from gradus.cli.generate import generate

    written = {"prompt": prompt, "length": length, "temperature": temperature}
    given = {name: value for name, value in written.items() if value is not None}
    generate(run, count, output, seed, given)


@app.command()
def report(run: RunFolder) -> None:
    """Write the report of a run anew."""
    from gradus.cli.report import report

    report(run)


@app.command()
def summary(run: RunFolder) -> None:
    """Show layers, settings and result of a run."""
    from gradus.cli.summary import summary

    summary(run)


@app.command()
def explain(
    formula: Annotated[str, typer.Argument(metavar="FORMULA", help="As in x1*x2 + sin(x1)")],
    at: Annotated[
        str, typer.Option(metavar="VALUES", help="The value of every variable: x1=2,x2=pi/2")
    ] = "",
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the graph as a picture")
    ] = None,
    digits: Annotated[
        int, typer.Option(min=1, max=17, help="Significant digits of the numbers")
    ] = 4,
) -> None:
    """Show how a formula is computed and differentiated, step by step.

    Prints the computational graph, forward and reverse accumulation, and the derivatives.

    - `gradus explain "x1*x2 + sin(x1)" --at x1=2,x2=3`
    - `gradus explain "log(1 + exp(-w*x))" --at w=3,x=1 --svg loss.svg`
    """
    from gradus.cli.explain import explain

    explain(formula, at, svg, digits)


@app.command()
def datasets() -> None:
    """List the datasets that are known by name."""
    from gradus.cli.datasets import datasets

    datasets()
