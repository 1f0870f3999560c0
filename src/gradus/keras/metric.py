"""What all metrics share: averages over the examples, and a number made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, fields
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError
from gradus.keras.arguments import Described
from gradus.keras.formulas import alike, mean_squared_error


@dataclass(unsafe_hash=True)
class Metric(Described):
    """Averages over examples, and a number made of them: exact over batches of any lengths."""

    _: KW_ONLY
    name: str | None = None
    dtype: Any = None

    up: ClassVar[bool | None] = None  # whether higher is better; None: not known

    def __post_init__(self):
        self.only(dtype=[None, "float32"])
        self.reset_state()

    def parts(self, y_true: jax.Array, y_pred: jax.Array) -> dict[str, jax.Array]:
        """What is averaged, numbers for every example."""
        raise InputError(
            f"metric {type(self).__name__}",
            expected="a metric of gradus.keras.metrics, or a function of targets and predictions",
            got="a class of your own",
            fix="def share_hit(y_true, y_pred): return one number per example",
        )

    def of(self, averages: dict[str, Any]) -> Any:
        """The number, from the averages."""
        return averages["mean"]

    def label(self) -> str:
        """The name in the history."""
        return self.name or snake(type(self).__name__)

    def reset_state(self) -> None:
        """Forget what was seen."""
        self._seen, self._sums = 0, {}

    def update_state(self, y_true: Any, y_pred: Any) -> None:
        """Count some examples in."""
        y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
        if y_pred.ndim == 1:  # one number for each example
            y_true, y_pred = y_true[:, None], y_pred[:, None]
        found = self.parts(y_true, y_pred)
        values = {name: v.reshape(v.shape[0], -1).mean(axis=1) for name, v in found.items()}
        self._seen += len(next(iter(values.values())))
        for name, value in values.items():
            self._sums[name] = self._sums.get(name, 0.0) + float(value.sum())

    def result(self) -> float:
        """The number over all examples since `reset_state`."""
        if not self._seen:
            return 0.0
        return float(self.of({name: v / self._seen for name, v in self._sums.items()}))


@dataclass(unsafe_hash=True)
class Mean(Metric):
    """The mean of a formula over all examples."""

    formula: ClassVar[Callable]

    def parts(self, y_true, y_pred):
        shared = {f.name for f in fields(Metric)}
        settings = {k: v for k, v in self.config().items() if k not in shared}
        return {"mean": type(self).formula(y_true, y_pred, **settings)}


@dataclass(unsafe_hash=True)
class MeanMetricWrapper(Metric):
    """The mean of a function of targets and predictions."""

    fn: Callable | None = None

    def parts(self, y_true, y_pred):
        assert self.fn is not None
        values = jnp.asarray(self.fn(y_true, y_pred))
        if values.ndim == 0:
            raise InputError(
                f"metric {self.label()}",
                expected=f"one number per example, shape ({y_pred.shape[0]},)",
                got="a single number",
                fix="average over the last axis alone: jnp.mean(…, axis=-1)",
            )
        return {"mean": values}

    def label(self):
        return self.name or getattr(self.fn, "__name__", "metric")


@dataclass(unsafe_hash=True)
class RootMeanSquaredError(Metric):
    """√mean (y − ŷ)²."""

    up = False

    def parts(self, y_true, y_pred):
        return {"mean": mean_squared_error(y_true, y_pred)}

    def of(self, averages):
        return averages["mean"] ** 0.5


@dataclass(unsafe_hash=True)
class R2Score(Metric):
    """1 − Σ(y − ŷ)² / Σ(y − ȳ)², for one target."""

    up = True

    def parts(self, y_true, y_pred):
        y, guess = alike(y_true, y_pred)
        return {"error": jnp.square(y - guess), "square": jnp.square(y), "y": y}

    def of(self, averages):
        spread = averages["square"] - averages["y"] ** 2
        return 1 - averages["error"] / spread if spread > 0 else 0.0


@dataclass(unsafe_hash=True)
class Ratio(Metric):
    """A ratio of counts of (y, p > threshold)."""

    thresholds: float | None = None
    up = True

    def hits(self, y_true: Any, y_pred: Any) -> tuple[jax.Array, jax.Array]:
        """What is true and what is said, as booleans."""
        y, p = alike(y_true, y_pred)
        return y > 0.5, p > (0.5 if self.thresholds is None else self.thresholds)

    def parts(self, y_true, y_pred):
        true, said = self.hits(y_true, y_pred)
        counted = {"both": true & said, "true": true, "said": said}
        return {name: value.astype(y_pred.dtype) for name, value in counted.items()}


@dataclass(unsafe_hash=True)
class Precision(Ratio):
    """Share of what is said to be 1 that is 1."""

    def of(self, averages):
        return averages["both"] / averages["said"] if averages["said"] > 0 else 0.0


@dataclass(unsafe_hash=True)
class Recall(Ratio):
    """Share of what is 1 that is said to be 1."""

    def of(self, averages):
        return averages["both"] / averages["true"] if averages["true"] > 0 else 0.0


def snake(name: str) -> str:
    """`BinaryAccuracy` → `binary_accuracy`, as Keras names its metrics."""
    if name in ("R2Score", "KLDivergence"):
        return {"R2Score": "r2_score", "KLDivergence": "kl_divergence"}[name]
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
