"""Everything that can be chosen about a run: names, defaults, help and checks in one place.

The options of `gradus fit` and the lines of a TOML file are both made from the fields of
`Settings`.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from gradus.base.errors import InputError, nearest


def setting(
    default: Any, panel: str, text: str, *, low: float | None = None, below: float | None = None
) -> Any:
    """A field of `Settings`: its default, where and how the help explains it, and its bounds."""
    about = {"panel": panel, "help": text, "low": low, "below": below}
    return dataclasses.field(default=default, metadata=about)


@dataclass(frozen=True)
class Settings:
    """What was chosen for a run; `replace(settings, epochs=5)` changes one's mind.

    Where 0 stands for a choice by the number of rows, `recipe.settled` makes it. Raises
    InputError for values out of bounds.

    >>> Settings(hidden=(32,)).hidden
    (32,)
    """

    data: str = setting("", "Data", "a table, a folder of images, or a dataset's name")
    target: str = setting("", "Data", "the column to predict")
    task: str = setting(
        "predict",
        "Data",
        "what to learn: predict, or without --target density, compress, anomaly, impute, generate; "
        "forecast, text and write, which --forecast, --text and --language-model choose",
    )
    drop: tuple[str, ...] = setting((), "Data", "columns not to learn from, as in a,b")
    category: tuple[str, ...] = setting((), "Data", "numbers that name categories, as in a,b")
    validation: float = setting(
        0.1, "Data", "fraction of the rows for early stopping", low=0, below=1
    )
    test: float = setting(0.2, "Data", "fraction of the rows for the result", low=0, below=1)
    group: str = setting("", "Data", "keep rows of one group in one part; not learned from")
    time: str = setting("", "Data", "train on the earliest rows, test on the latest")
    forecast: int = setting(
        0, "Data", "rows of a series in order of time to forecast, as in 24", low=0
    )
    window: int = setting(
        0, "Data", "rows that a forecast goes by; 0 goes by horizon and period", low=0
    )
    period: int = setting(0, "Data", "rows after which a series repeats itself; 0 finds it", low=0)
    calendar: bool = setting(False, "Data", "forecast by the time of day, week and year as well")

    image_size: int = setting(
        0, "Data", "side that images in folders are brought to, in pixels; 0 goes by them", low=0
    )

    text: tuple[str, ...] = setting(
        (), "Text", "columns of text to learn from, one after the other, as in title,review"
    )
    language_model: bool = setting(
        False, "Text", "learn to write a text file, one token after the other"
    )
    lines: str = setting(
        "auto", "Text", "whether each line is a text of its own: yes or no; auto goes by the file"
    )
    tokens: str = setting(
        "auto",
        "Text",
        "what a text is made of: words, characters, ngrams or subwords; auto is words for --text, "
        "characters for --language-model",
    )
    vocabulary: int = setting(20_000, "Text", "how many different tokens are kept", low=1)
    length: int = setting(
        0,
        "Text",
        "tokens kept of each text; 0 keeps 99 % of the texts whole, up to 500; of a row of a "
        "language model",
        low=0,
    )

    model: str = setting(
        "auto",
        "Model",
        "the net: mlp, cnn, lenet or resnet to predict; bag, cnn or rnn to read text; lstm, gru or "
        "rnn to write one; linear, rnn, cnn or mlp to forecast; made, flow, autoencoder, vae or "
        "gan for other tasks; auto goes by the task and the examples",
    )
    hidden: tuple[int, ...] = setting(
        (128, 64), "Model", "units of each hidden layer, as in 128,64; 0 for a linear model", low=1
    )
    filters: tuple[int, ...] = setting(
        (32, 64), "Model", "filters of each convolution of a cnn, as in 32,64", low=1
    )
    activation: str = setting(
        "relu", "Model", "of hidden units: relu, tanh, gelu, silu, elu, sigmoid …"
    )
    dropout: float = setting(0.1, "Model", "probability of dropping a hidden unit", low=0, below=1)
    batch_norm: bool = setting(False, "Model", "normalise before each activation")
    likelihood: str = setting(
        "auto",
        "Model",
        "what the outputs mean: categorical, gaussian, laplace, heteroscedastic, mixture, poisson",
    )
    normalise: str = setting(
        "standard", "Model", "what a forecast starts from: standard, last or none, in each window"
    )
    code: int = setting(
        0,
        "Model",
        "numbers of the code of an autoencoder, vae or gan; 0 goes by the columns",
        low=0,
    )
    anomalies: float = setting(
        0.05, "Model", "share of usual rows that --task anomaly takes for anomalies", low=0, below=1
    )
    label_smoothing: float = setting(
        0.0, "Model", "probability given away to the other classes", low=0, below=1
    )

    epochs: int = setting(
        0, "Training", "how often every row is seen, at most; 0 goes by the number of rows", low=0
    )
    batch: int = setting(0, "Training", "rows per step; 0 goes by the number of rows", low=0)
    patience: int = setting(
        0,
        "Training",
        "epochs without improvement before it stops; 0 is a fifth of the epochs, 10 at least, 3 "
        "for a language model",
        low=0,
    )
    optimizer: str = setting(
        "adam", "Training", "how to step: adam, adamw, sgd, momentum, nesterov, rmsprop …"
    )
    rate: float = setting(0.003, "Training", "learning rate at its highest", low=0)
    schedule: str = setting(
        "cosine", "Training", "how the rate falls: constant, cosine, linear, step, exponential"
    )
    warm_up: float = setting(0.0, "Training", "epochs in which the rate rises to that", low=0)
    augment: str = setting(
        "auto",
        "Training",
        "how images are altered: none, or some of crop, flip, rotate, scale, brightness, contrast, "
        "cutout, mixup, as in crop,flip; auto goes by the images",
    )
    seed: int = setting(0, "Training", "equal seeds give equal runs", low=0)

    l2: float = setting(0.0, "Penalties", "penalty ½α‖w‖² on the weights", low=0)
    l1: float = setting(0.0, "Penalties", "penalty α‖w‖₁ on the weights", low=0)
    max_norm: float = setting(
        0.0, "Penalties", "longest weight vector of a unit; 0 for no limit", low=0
    )

    def __post_init__(self):
        for field in dataclasses.fields(self):
            check(field, getattr(self, field.name))


def check(field: dataclasses.Field, value: Any) -> None:
    """Refuse a value of the wrong type or out of bounds."""
    low, below = field.metadata["low"], field.metadata["below"]
    expected = described(field)
    fits = fits_type(value, field.default)
    if fits and low is not None:
        numbers = value if isinstance(value, tuple) else (value,)
        fits = all(low <= number and (below is None or number < below) for number in numbers)
    if not fits:
        raise InputError(
            option_name(field.name),
            expected=expected,
            got=repr(value),
            fix=f"leave it out for {written(field.default)}, or see `gradus fit --help`",
        )


def fits_type(value: Any, default: Any) -> bool:
    """Whether a value has the type of the default; whole numbers are numbers, too."""
    if isinstance(default, tuple):
        kind = int if default else str
        return isinstance(value, tuple) and all(type(item) is kind for item in value)
    if isinstance(default, float):
        return type(value) in (int, float) and value == value
    return type(value) is type(default)


def described(field: dataclasses.Field) -> str:
    """What a setting may be, in words.

    >>> [described(f) for f in dataclasses.fields(Settings) if f.name in ("test", "epochs")]
    ['a number from 0 to below 1', 'a whole number from 0 up']
    """
    low, below, default = field.metadata["low"], field.metadata["below"], field.default
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
    kind = words.get(type(default)) or ("whole numbers" if default else "a list of names")
    if low is None:
        return kind
    return f"{kind} from {low} " + ("up" if below is None else f"to below {below}")


def option_name(name: str) -> str:
    """`batch_norm` as it is written on the command line: `--batch-norm`."""
    return f"--{name.replace('_', '-')}"


def written(value: Any) -> str:
    """A value as TOML.

    >>> written((128, 64)), written("relu"), written(True), written(0.1)
    ('[128, 64]', '"relu"', 'true', '0.1')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def known(name: str, where: str) -> dataclasses.Field:
    """The field of that name; raises InputError with the nearest name for another."""
    fields = {field.name: field for field in dataclasses.fields(Settings)}
    if name not in fields:
        raise InputError(
            f"{where}: there is no setting {name!r}",
            expected="a setting that `gradus fit --write-config` names",
            got=name,
            fix=nearest(name, fields),
        )
    return fields[name]


def choose(what: str, name: str, table: dict[str, Any], names: Any = None) -> Any:
    """`table[name]`; raises InputError with the nearest name for another."""
    if name not in table:
        names = list(names or table)
        raise InputError(f"--{what}", expected=", ".join(names), got=name, fix=nearest(name, names))
    return table[name]
