"""`gradus demo`: a first run, on digits that come with the package."""

from __future__ import annotations

from pathlib import Path

from gradus.cli.fit import fit
from gradus.cli.settings import Settings

DEMO = Settings(data="digits", hidden=(256, 128), dropout=0.3, epochs=60, rate=0.002)


def demo(out: Path | None = None) -> None:
    """Train on the digits, and show what a run leaves behind."""
    folder = fit(DEMO, out)
    print(
        f"\nNext: open {folder / 'report.html'}, or try\n"
        f"  gradus summary {folder}\n"
        f"  gradus predict {folder} digits\n"
        "  gradus fit your-table.csv --target the-column-to-predict"
    )
