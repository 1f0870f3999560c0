"""Floor 5: one self-contained page about a run, and pictures of landscapes and spectra."""

from gradus.report.document import page, write
from gradus.report.landscapes import landscape
from gradus.report.linear import Diagnostics, diagnostics, logistic_curve
from gradus.report.spectrum import spectrum
from gradus.report.standalone import standalone

__all__ = [
    "Diagnostics",
    "diagnostics",
    "landscape",
    "logistic_curve",
    "page",
    "spectrum",
    "standalone",
    "write",
]
