"""A picture as a file of its own."""

from __future__ import annotations

import re
from importlib.resources import files

LIGHT = re.compile(r":root \{(.*?)\}", re.DOTALL)  # the first of the page: its light colours
VARIABLE = re.compile(r"(--[\w-]+): *(#\w+)")


def standalone(picture: str) -> str:
    """A picture of a page as the text of an SVG file, in the light colours of the page.

    Arguments:
        picture: what `landscape` or `spectrum` gave.

    >>> standalone('<svg viewBox="0 0 1 1"><path fill="var(--accent)"/></svg>')
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path fill="#2563ab"/></svg>'
    """
    page = files("gradus.report").joinpath("page.html").read_text(encoding="utf-8")
    found = LIGHT.search(page)
    colors = dict(VARIABLE.findall(found[1])) if found else {}
    drawn = re.sub(r"var\((--[\w-]+)\)", lambda name: colors[name[1]], picture)
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
