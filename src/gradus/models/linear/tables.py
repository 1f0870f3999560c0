"""Tables of results, as text and as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

import numpy as np

HUGE = 1e6


class Table(NamedTuple):
    """Rows of written cells below a header; the first cell of a row is its name.

    >>> print(Table(("term", "t"), (("Intercept", "9.42"), ("TV", "32.81"))).text())
    term           t
    Intercept   9.42
    TV         32.81
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """Aligned columns: names to the left, all else to the right."""
        lines = (self.header, *self.rows)
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(_aligned(line, widths) for line in lines)

    def html(self) -> str:
        """A table element, with everything escaped."""
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.header)
        body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def number(value: float | None, digits: int = 5) -> str:
    """A number with some significant digits; nothing where there is none.

    >>> number(0.0457646454), number(1234567.0), number(None)
    ('0.045765', '1.2346e+06', '')
    """
    if value is None:
        return ""
    return f"{value:.{digits}g}" if np.isfinite(value) else str(float(value))


def decimal(value: float | None, places: int = 2) -> str:
    """A number with some decimals, unless it is huge; nothing where there is none.

    >>> decimal(-0.1767), decimal(3e15)
    ('-0.18', '3e+15')
    """
    if value is None or abs(value) >= HUGE:
        return number(value)
    return f"{value:.{places}f}"


def probability(p: float | None) -> str:
    """A p-value to four decimals.

    >>> probability(0.85991505), probability(1e-20)
    ('0.8599', '<0.0001')
    """
    if p is None:
        return ""
    return "<0.0001" if p < 0.00005 else f"{p:.4f}"


def paragraphs(parts: Iterable[str]) -> str:
    """Pieces of text, those that are empty left out, with a blank line between."""
    return "\n\n".join(part for part in parts if part)


def html_paragraphs(texts: Iterable[str]) -> str:
    """One escaped paragraph for every text that is not empty."""
    return "".join(f"<p>{escape(text)}</p>" for text in texts if text)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (f"{cell:{w}}" for cell, w in zip(line, widths, strict=True))
    return "  ".join([first, *(cell.strip().rjust(len(cell)) for cell in others)]).rstrip()


def _cell(text: str) -> str:
    return f"<td>{escape(text)}</td>"
