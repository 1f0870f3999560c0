"""Floor 5: settings, tried side by side."""

from gradus.tuning.ranges import Range, choice, integers, log_uniform, uniform
from gradus.tuning.result import Search
from gradus.tuning.search import search
from gradus.tuning.space import Space
from gradus.tuning.trials import Trial

__all__ = [
    "Range",
    "Search",
    "Space",
    "Trial",
    "choice",
    "integers",
    "log_uniform",
    "search",
    "uniform",
]
