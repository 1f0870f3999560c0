"""A command line within the test's process, and small tables with known answers."""

from __future__ import annotations

import shutil
from typing import NamedTuple

import pytest

from gradus.cli.main import main


class Answer(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def gradus(capsys, tmp_path, monkeypatch):
    """Run a command in a fresh folder: gradus("fit", "a.csv") -> exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments) -> Answer:
        with pytest.raises(SystemExit) as end:
            main([str(a) for a in arguments])
        return Answer(end.value.code or 0, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def tables(tmp_path_factory):
    """Tables whose right answers are known.

    sizes.csv: tall from 200 on, short below 160, nothing in between; colour says nothing.
    line.csv: y = 3a − 2b + 10.
    """
    folder = tmp_path_factory.mktemp("tables")
    sizes = [f"{'red' if i % 3 else 'blue'},{200 + i if i % 2 else 100 + i}" for i in range(60)]
    lines = [f"{row},{'tall' if i % 2 else 'short'}" for i, row in enumerate(sizes)]
    (folder / "sizes.csv").write_text("\n".join(["colour,height,size", *lines]))
    points = [(i % 17, (i * 7) % 23) for i in range(300)]
    rows = [f"{a},{b},{3 * a - 2 * b + 10 + 0.5}" for a, b in points]
    (folder / "line.csv").write_text("\n".join(["a,b,y", *rows]))
    return folder


@pytest.fixture(scope="session")
def sizes_run(tables, tmp_path_factory):
    """The folder of a run on sizes.csv."""
    from gradus.cli.fit import fit
    from gradus.cli.settings import Settings

    chosen = Settings(str(tables / "sizes.csv"), "size", hidden=(8,), epochs=60, rate=0.03)
    return fit(chosen, tmp_path_factory.mktemp("runs") / "sizes", quiet=True)


@pytest.fixture
def sizes_copy(sizes_run, tmp_path):
    """A copy of that folder which a test may damage."""
    return shutil.copytree(sizes_run, tmp_path / "copied" / sizes_run.name)
