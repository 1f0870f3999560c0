"""The command as a process: what it imports, how it ends, how it behaves in pipes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = ("jax", "sklearn", "polars", "equinox", "optax", "numpy")


@pytest.mark.parametrize("arguments", [["--help"], ["fit", "--help"]])
def test_help_imports_nothing_heavy(arguments):
    code = (
        "import sys\nfrom gradus.cli.main import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.splitlines()[-1] == "[]"


def test_wrong_use_ends_with_2_and_a_message_on_stderr():
    command = [sys.executable, "-m", "gradus", "fit", "nothing.csv"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr.startswith("nothing.csv cannot be read\n  Expected:")


def test_an_output_that_cannot_show_every_letter_is_no_failure():
    code = "from gradus.cli.exits import exits\nwith exits():\n    print('a → b')"
    old = {**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"}
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, env=old, check=True)
    assert answer.stdout.split() == [b"a", b"\\u2192", b"b"]


def test_predictions_can_be_cut_short_by_a_pipe(sizes_run, tmp_path):
    rows = "\n".join(["colour,height", *["red,120"] * 20_000])  # more than a pipe holds
    (tmp_path / "new.csv").write_text(rows)
    command = [sys.executable, "-m", "gradus", "predict", sizes_run, tmp_path / "new.csv"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"prediction,p(short),p(tall)\n"
        process.stdout.close()
        assert process.stderr.read() == b""
