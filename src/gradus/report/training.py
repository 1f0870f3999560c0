"""The parts of the page about the training: what was done, traces, gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gradus.report import traces
from gradus.report.axes import wants_log
from gradus.report.html import Markup, element, figure, paragraphs, section, table
from gradus.report.names import heading, told
from gradus.report.style import svg
from gradus.training.history import History
from gradus.training.run import Run

GOOD_RATIO = 1e-3  # of a step's length to the length of the array it changes
LONGEST = 300  # letters of one setting


def what_was_done(run: Run, sentences: Sequence[str]) -> Markup:
    """Sentences about the data, and what was chosen."""
    settings = [
        (name, cut(words)) for name, value in run.settings.items() if (words := told(value))
    ]
    chosen = table(("setting", "value"), settings, "words") if settings else ""
    return section("What was done", paragraphs(sentences), chosen)


def cut(text: str) -> str:
    """A setting without its end where it is very long."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def training(run: Run) -> Markup:
    """Traces of the loss, the measures and the learning rate."""
    history = run.history
    if not history.epochs:
        return section("Training", element("p", "No epoch was finished: there is nothing to draw."))
    names = [name for name in history.measures if worth_drawing(history, name)]
    names.sort(key=lambda name: name != "loss")
    figures = [measure_figure(history, name, run.best_epoch) for name in names]
    if "rate" in history and np.ptp(history["rate"]) > 0:
        figures.append(rate_figure(history))
    return section("Training", element("div", *figures, class_="figures"))


def worth_drawing(history: History, name: str) -> bool:
    """Whether a column gets a panel: not one of the validation part, which stands beside another,
    and no penalty that is 0 throughout.
    """
    return not name.startswith("val_") and not (is_penalty(name) and not history[name].any())


def is_penalty(name: str) -> bool:
    """Whether a column is a part of the loss that training alone has."""
    return name.endswith("penalty")


def measure_figure(history: History, name: str, best: int) -> Markup:
    """One measure over the epochs, on the training and the validation part."""
    both = {"training": name, "validation": f"val_{name}"}
    series = {part: history[column] for part, column in both.items() if column in history}
    spec = traces.trace(history["epoch"], series, best if "validation" in series else 0)
    ends = "; ".join(f"{part} ends at {values[-1]:.4g}" for part, values in series.items())
    picture = svg(spec, heading(name), f"{heading(name)} over the epochs: {ends}.")
    caption = trace_caption(history, name) + holes(history["epoch"], series)
    return figure(heading(name) + log_note(series), picture, caption)


def trace_caption(history: History, name: str) -> str:
    """What to look for in a trace."""
    if is_penalty(name):
        return "A part of the training loss; nothing is penalised on other examples."
    if not any(column.startswith("val_") for column in history):
        return "Without a validation part nobody can see here whether the model overfits."
    if f"val_{name}" not in history:
        return "Measured on the training part alone."
    if name == "loss":
        return (
            "A validation line that turns upwards while the training line still falls is "
            "overfitting; two high lines side by side are underfitting."
        )
    return "A gap between the lines is what the model knows only about its training examples."


def holes(epochs: np.ndarray, series: Mapping[str, np.ndarray]) -> str:
    """A warning where values were not finite and are missing in the picture."""
    bad = np.any([~np.isfinite(values) for values in series.values()], axis=0)
    return f" Not finite from epoch {int(epochs[bad][0])} on." if bad.any() else ""


def rate_figure(history: History) -> Markup:
    """The learning rate over the epochs."""
    series = {"rate": history["rate"]}
    words = f"Learning rate over the epochs, at the end {history['rate'][-1]:.3g}."
    picture = svg(traces.trace(history["epoch"], series), "Learning rate", words)
    caption = "The mean step size of each epoch; it should be small before the end."
    return figure("Learning rate" + log_note(series), picture, caption)


def gradients(run: Run) -> Markup:
    """Length of the gradient and size of the updates, array by array."""
    length = depth_figure(
        run.history,
        "gradient/",
        "Gradient length (log scale)",
        "Lines that lie powers of ten apart are vanishing or exploding gradients; colour runs "
        "from the first array to the last.",
    )
    ratio = depth_figure(
        run.history,
        "update/",
        "Relative update (log scale)",
        "Around the dashed line at 0.001 a step changes an array by a thousandth of itself: "
        "far above it learning is rough, far below it hardly moves.",
        guide=GOOD_RATIO,
    )
    drawn = element("div", length, ratio, class_="figures") if length or ratio else ""
    return section("Flow of the gradient", drawn)


def depth_figure(
    history: History, prefix: str, title: str, caption: str, guide: float | None = None
) -> Markup:
    """The columns of one prefix, a line for each array; nothing where there are none."""
    names = [name for name in history if name.startswith(prefix)]
    every = {name.removeprefix(prefix): history[name] for name in names}
    if not every or not history.epochs:
        return Markup()
    shown = traces.some(every)
    if len(shown) < len(every):
        caption += f" {len(shown)} of {len(every)} arrays are shown."
    words = f"{title} over the epochs, for {', '.join(shown)}."
    picture = svg(traces.by_depth(history["epoch"], shown, guide), title, words)
    return figure(title, picture, caption + holes(history["epoch"], every))


def log_note(series: traces.Series) -> str:
    """A warning in a title that the axis is logarithmic."""
    return " (log scale)" if wants_log(traces.joined(series)) else ""
