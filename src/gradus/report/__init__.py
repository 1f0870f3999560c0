"""Floor 5: one self-contained page about a run."""

from gradus.report.document import page, write

__all__ = ["page", "write"]
