"""Every example in the README and the documentation runs, and prints what the page says.

Blocks of one page share their names, as a reader would type them one after the other. A `text`
block right after a `python` block is what it prints; `…` in it stands for anything, and decimal
numbers may be off by 0.02 or 2 %, because training rounds differently on other processors.
"""

import contextlib
import io
import math
import re
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCED = re.compile(r"^```(?P<kind>\w*)[^\n]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d+(?![\w.])")


class Example(NamedTuple):
    """Some code of a page, the line it begins at, and what it should print, if that is said."""

    code: str
    line: int
    output: str | None


def examples(page: str) -> list[Example]:
    """The Python blocks of a page."""
    blocks = list(FENCED.finditer(page))
    found = []
    for block, following in pairwise([*blocks, None]):
        if block["kind"] == "python":
            line = page[: block.start()].count("\n") + 2
            found.append(Example(block["text"], line, output_after(page, block, following)))
    return found


def output_after(page: str, block: re.Match, following: re.Match | None) -> str | None:
    """The text block that follows, if nothing stands between."""
    if following is None or following["kind"] != "text":
        return None
    return None if page[block.end() : following.start()].strip() else following["text"]


def run(page: str, name: str) -> None:
    """Run the examples of a page one after the other, and compare what they print."""
    names = {"__name__": name}
    for code, line, output in examples(page):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * (line - 1) + code, name, "exec"), names)
        if output is not None:
            assert fits(printed.getvalue(), output), (
                f"{name}, line {line}, prints\n{printed.getvalue()}\nbut the page says\n{output}"
            )


def fits(printed: str, expected: str) -> bool:
    """Whether words are the same and numbers close, with `…` for any words."""
    expected = " ".join(expected.split())
    words = [re.escape(part).replace("…", ".*") for part in NUMBER.split(expected)]
    match = re.fullmatch(r"(-?\d+\.\d*)".join(words), " ".join(printed.split()), re.DOTALL)
    if match is None:
        return False
    numbers = zip(match.groups(), NUMBER.findall(expected), strict=True)
    return all(math.isclose(float(a), float(b), rel_tol=0.02, abs_tol=0.02) for a, b in numbers)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_example_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(page.read_text(encoding="utf-8"), page.name)


FAULTS = {
    "code that fails": "```python\nx = 1 / 0\n```\n",
    "another output": "```python\nprint(1)\n```\n\n```text\n2\n```\n",
    "another number": "```python\nprint(0.95)\n```\n\n```text\n0.91\n```\n",
    "output that is missing": "```python\nx = 1\n```\n\n```text\n1\n```\n",
    "a name of another page": "```python\nprint(never_defined)\n```\n",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault):
    with pytest.raises((AssertionError, ZeroDivisionError, NameError)):
        run(FAULTS[fault], "page")


def test_what_is_allowed():
    """Names are shared by blocks, words may be left out, numbers may be a little off."""
    first = "```python\nx = 0.951\n```\n"
    second = "```python\nprint('a', 'b', x)\n```\n\n```text\na … 0.96\n```\n"
    run(f"{first}text\n{second}", "page")
