"""HTML that cannot be broken by what is written into it: text is escaped unless it is markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

VOID = {"img", "br"}  # elements without content and without an end tag


class Markup(str):
    """Text that is HTML already; everything else is escaped before it enters a page."""

    __slots__ = ()


def safe(content: object) -> Markup:
    """Markup as it is, anything else as escaped text.

    >>> safe("a < b")
    'a &lt; b'
    """
    return content if isinstance(content, Markup) else Markup(escape(str(content)))


def join(parts: Iterable[object], between: str = "\n") -> Markup:
    """Pieces of a page, one after another."""
    return Markup(between.join(safe(part) for part in parts))


def element(tag: str, *content: object, **attributes: object) -> Markup:
    """One element with its content; `class_` stands for the attribute `class`.

    >>> element("p", "1 < 2", class_="note")
    '<p class="note">1 &lt; 2</p>'
    """
    written = "".join(f' {k.rstrip("_")}="{escape(str(v))}"' for k, v in attributes.items())
    if tag in VOID:
        return Markup(f"<{tag}{written}>")
    return Markup(f"<{tag}{written}>{join(content, '')}</{tag}>")


def section(title: str, *content: object) -> Markup:
    """A titled part of the page; nothing at all where it has no content."""
    filled = [part for part in content if part]
    return element("section", element("h2", title), *filled) if filled else Markup()


def paragraphs(sentences: Iterable[object]) -> Markup:
    """One paragraph for every sentence."""
    return join(element("p", sentence) for sentence in sentences)


def table(header: Iterable[object], rows: Iterable[Iterable[object]], class_: str = "") -> Markup:
    """A table that scrolls by itself where it is wider than the page.

    The first cell of a row is its name; cells that are numbers stand to the right.
    """
    head = element("tr", *(element("th", name, scope="col") for name in header))
    body = [element("tr", *_cells(row)) for row in rows]
    whole = element("table", element("thead", head), element("tbody", *body))
    return element("div", whole, class_=f"table {class_}".strip(), tabindex="0")


def facts(values: dict[str, object]) -> Markup:
    """Names and values, as a list of definitions."""
    pairs = [element("div", element("dt", k), element("dd", v)) for k, v in values.items()]
    return element("dl", *pairs, class_="headline")


def figure(title: str, picture: Markup, caption: str) -> Markup:
    """A picture with its title and one sentence that says what to look for."""
    return element("figure", element("h3", title), picture, element("figcaption", caption))


def _cells(row: Iterable[object]) -> list[Markup]:
    first, *rest = row
    return [element("th", first, scope="row"), *(element("td", cell) for cell in rest)]
