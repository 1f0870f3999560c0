"""Floor 5: one self-contained page about a run, and pictures of landscapes and spectra."""

from gradus.report.attention import attention_map
from gradus.report.code_maps import code_map, neighbours
from gradus.report.document import page, write
from gradus.report.insight import (
    activation_maps,
    contributions,
    explanations,
    filters,
    maximising_inputs,
)
from gradus.report.lags import lags
from gradus.report.landscapes import landscape
from gradus.report.linear import Diagnostics, diagnostics, logistic_curve
from gradus.report.robustness import robustness
from gradus.report.spectrum import spectrum
from gradus.report.standalone import standalone
from gradus.report.token_errors import token_errors
from gradus.report.weightings import heads

__all__ = [
    "Diagnostics",
    "activation_maps",
    "attention_map",
    "code_map",
    "contributions",
    "diagnostics",
    "explanations",
    "filters",
    "heads",
    "lags",
    "landscape",
    "logistic_curve",
    "maximising_inputs",
    "neighbours",
    "page",
    "robustness",
    "spectrum",
    "standalone",
    "token_errors",
    "write",
]
