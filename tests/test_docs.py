"""Every example in the README and the documentation runs, and prints what the page says.

Blocks of one page share their names, as a reader would type them one after the other. A `text`
block right after a `python` block is what it prints; a `console` block is a command and what it
prints. In both `…` stands for anything, and decimal numbers may be off by 0.05 or 5 %, because
training rounds differently on other processors.
"""

import contextlib
import io
import math
import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCED = re.compile(r"^```(?P<kind>\w*)[^\n]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
TOLERANCE = 0.05
NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d+(?![\w.])")


class Example(NamedTuple):
    """Some code or a command of a page, its line, and what it should print, if that is said."""

    kind: str  # "python" or "console"
    code: str
    line: int
    output: str | None


def examples(page: str) -> list[Example]:
    """The Python blocks and the commands of a page."""
    blocks = list(FENCED.finditer(page))
    found = []
    for block, following in pairwise([*blocks, None]):
        line = page[: block.start()].count("\n") + 2
        if block["kind"] == "python":
            output = output_after(page, block, following)
            found.append(Example("python", block["text"], line, output))
        if block["kind"] == "console":
            command, output = block["text"].removeprefix("$ gradus ").split("\n", 1)
            found.append(Example("console", command, line, output))
    return found


def output_after(page: str, block: re.Match, following: re.Match | None) -> str | None:
    """The text block that follows, if nothing stands between."""
    if following is None or following["kind"] != "text":
        return None
    return None if page[block.end() : following.start()].strip() else following["text"]


def run(page: str, name: str) -> None:
    """Run the examples of a page one after the other, and compare what they print."""
    names = {"__name__": name}
    for kind, code, line, output in examples(page):
        printed = typed(code) if kind == "console" else executed(code, line, name, names)
        if output is not None:
            assert fits(printed, output), (
                f"{name}, line {line}, prints\n{printed}\nbut the page says\n{output}"
            )


def executed(code: str, line: int, name: str, names: dict) -> str:
    """What some Python code prints; a failure names the line of the page."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile("\n" * (line - 1) + code, name, "exec"), names)
    return printed.getvalue()


def typed(command: str) -> str:
    """What `gradus` prints, its refusals included."""
    arguments = [sys.executable, "-m", "gradus", *shlex.split(command)]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout


def fits(printed: str, expected: str) -> bool:
    """Whether words are the same and numbers close, with `…` for any words."""
    expected = " ".join(expected.split())
    words = [re.escape(part).replace("…", ".*") for part in NUMBER.split(expected)]
    match = re.fullmatch(r"(-?\d+\.\d*)".join(words), " ".join(printed.split()), re.DOTALL)
    if match is None:
        return False
    numbers = zip(match.groups(), NUMBER.findall(expected), strict=True)
    return all(
        math.isclose(float(a), float(b), rel_tol=TOLERANCE, abs_tol=TOLERANCE) for a, b in numbers
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_example_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(page.read_text(encoding="utf-8"), page.name)


FAULTS = {
    "code that fails": "```python\nx = 1 / 0\n```\n",
    "another output": "```python\nprint(1)\n```\n\n```text\n2\n```\n",
    "another number": "```python\nprint(0.95)\n```\n\n```text\n0.88\n```\n",
    "a command that refuses": "```console\n$ gradus summary nowhere\nLayer …\n```\n",
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
