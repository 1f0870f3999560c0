"""Read a table from a file: CSV, Parquet or named arrays."""

from __future__ import annotations

import csv
import gzip
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.data.encoding import refuse_other_encodings
from gradus.data.frames import as_table

if TYPE_CHECKING:
    import polars as pl

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
NAMELESS_INDEX = "index"
UTF8 = "a table of text in UTF-8"


def read_table(path: str | Path, *, header: bool | None = None) -> pl.DataFrame:
    """Read a file as a Polars data frame whose columns have the types their values show.

    CSV is read with any of the separators `,` `;` tab `|`, also gzipped. Blanks around values are
    dropped; empty cells, `?`, `NA`, `NaN` and `null` are missing. A first column without a name,
    as R and pandas write it for row numbers, is called `index`.

    Arguments:
        path: a `.csv`, `.tsv` or `.txt` file (also `.csv.gz`), `.parquet`, or `.npz`, whose
            arrays are columns; an array of shape (n, d) called x gives columns x0, x1 …
        header: whether the first line of a CSV file names the columns; None: `has_header` judges.
            Without names the columns are called column_1, column_2 …

    Raises InputError for a file that is missing, empty or no table, for a line with too few or too
    many values, and for columns that have no name or the same name.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "sales.csv"
    >>> _ = file.write_text("tv,radio,day\\n230.1, ?,2024-01-31\\n44.5, 39,2024-02-01\\n")
    >>> [str(kind) for kind in read_table(file).dtypes]
    ['Float64', 'Int64', "Datetime(time_unit='us', time_zone=None)"]
    """
    path = Path(path).expanduser()
    check_file(path)
    suffix = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    if suffix.lower() in TEXT_SUFFIXES:
        return as_table(_read_csv(path, header))
    if suffix.lower() == ".npz":
        return as_table(_columns(read_npz(path)))
    if suffix.lower() == ".parquet":
        return as_table(_read_parquet(path))
    raise InputError(
        f"{path.name} is not a table that can be read",
        expected=f"a file that ends in {', '.join(TEXT_SUFFIXES)}, .parquet or .npz",
        got=path.suffix or "a name without an ending",
        fix="save the table as CSV or Parquet",
    )


def has_header(path: str | Path) -> bool:
    """Whether the first line of a CSV file names the columns: none of its cells is a number.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "claims.csv"
    >>> _ = file.write_text("108,392.5\\n19,46.2\\n")
    >>> has_header(file)
    False
    """
    cells = _first_row(Path(path))
    return not any(re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", c) for c in cells)


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an .npz file by name; a file that holds Python objects is refused."""
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (ValueError, TypeError, OSError, EOFError, BadZipFile):
        got = ValueError("Python objects, or another kind of file")
        raise _not_readable(path, "an .npz file of numbers and text", got) from None


def check_file(path: Path) -> None:
    """Refuse a path that is no file, or an empty one."""
    if not path.is_file():
        neighbours = sorted(p.name for p in path.parent.glob("*"))
        raise InputError(
            f"{path} cannot be read",
            expected="a file",
            got="a folder" if path.is_dir() else "no file of that name",
            fix="give the path of a file" if path.is_dir() else nearest(path.name, neighbours),
        )
    if path.stat().st_size == 0:
        raise _empty(path, "a file of no bytes")


def csv_options(path: Path, header: bool | None = None) -> dict[str, Any]:
    """How Polars should read a CSV file: separator, header and names, with all values as text."""
    first = _first_row(path)
    header = has_header(path) if header is None else header
    names = [f"column_{place}" for place in range(1, len(first) + 1)]
    if header:
        names = [first[0] or NAMELESS_INDEX, *first[1:]]
        _check_names(path, names)
    return {
        "separator": _separator(path),
        "has_header": header,
        "new_columns": names,
        "infer_schema": False,
    }


@contextmanager
def readable(path: Path, form: str):
    """Turn the errors of Polars while it reads a file into an InputError."""
    import polars as pl

    try:
        yield
    except pl.exceptions.PolarsError as error:
        raise _not_readable(path, form, error) from None


def _read_csv(path: Path, header: bool | None) -> pl.DataFrame:
    import polars as pl

    try:
        options = csv_options(path, header)
        with readable(path, UTF8):
            frame = pl.read_csv(path, **options)
    except InputError:
        _refuse_encoding(path)
        _refuse_ragged(path)
        raise
    if frame.height == 0:
        raise _empty(path, "a line of names and nothing below")
    if frame[:, -1].null_count():
        _refuse_ragged(path)
    blank = pl.all_horizontal(pl.all().is_null())
    return frame.filter(~blank) if frame.width > 1 else frame


def _read_parquet(path: Path) -> pl.DataFrame:
    import polars as pl

    with readable(path, "a Parquet file"):
        return pl.read_parquet(path)


def _open(path: Path):
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return open(path, encoding="utf-8-sig", newline="")


def _separator(path: Path) -> str:
    with _open(path) as file:
        first = re.sub(r'"[^"]*"', "", file.readline())  # names in quotes may hold separators
    return max(",;\t|", key=first.count)


def _first_row(path: Path) -> list[str]:
    try:
        with _open(path) as file:
            return [cell.strip() for cell in next(csv.reader(file, delimiter=_separator(path)), [])]
    except (UnicodeDecodeError, OSError, csv.Error) as error:
        raise _not_readable(path, UTF8, error) from None


def _check_names(path: Path, names: list[str]) -> None:
    for place, name in enumerate(names, start=1):
        if not name and place > 1:
            raise InputError(
                f"{path.name}: column {place} has no name",
                expected="a name for every column in the first line",
                got=names,
                fix="name the column; if the first line holds values, put a line of names above it",
            )
        if names.index(name) < place - 1:
            raise InputError(
                f"{path.name}: two columns are called {name!r}",
                expected="different names",
                got=f"columns {names.index(name) + 1} and {place}",
                fix="rename one; if the first line holds values, put a line of names above it",
            )


def _refuse_encoding(path: Path) -> None:
    """Raise InputError naming the first byte that is not UTF-8; else return."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
            content = file.read()
    except (OSError, EOFError):  # no gzip file: said elsewhere
        return
    refuse_other_encodings(path.name, content)


def _refuse_ragged(path: Path) -> None:
    """Raise InputError naming the first line whose number of values differs; else return."""
    try:
        with _open(path) as file:
            rows = csv.reader(file, delimiter=_separator(path))
            width = len(next(rows))
            for row in rows:
                if row and len(row) != width:
                    raise InputError(
                        f"{path.name}, line {rows.line_num}",
                        expected=f"{width} values, as in the first line",
                        got=f"{len(row)} values",
                        fix="correct this line; put quotes around text that holds the separator",
                    )
    except (UnicodeDecodeError, OSError, csv.Error):
        return


def _columns(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Named arrays as columns: (n,) as they are, (n, d) as d columns."""
    columns = {}
    for name, array in arrays.items():
        if array.ndim == 1:
            columns[name] = array
        elif array.ndim == 2:
            columns |= {f"{name}{i}": array[:, i] for i in range(array.shape[1])}
        else:
            raise InputError(
                f"the array {name!r} is not a column",
                expected="shape (n,) or (n, d)",
                got=array.shape,
                fix="read arrays of more axes with `read_arrays`",
            )
    return columns


def _empty(path: Path, got: str) -> InputError:
    return InputError(
        f"{path.name} is empty",
        expected="a file with something in it",
        got=got,
        fix="check the file",
    )


def _not_readable(path: Path, form: str, error: Exception) -> InputError:
    return InputError(
        f"{path.name} cannot be read",
        expected=form,
        got=str(error).splitlines()[0] if str(error) else type(error).__name__,
        fix=f"check that the file is complete, and save it as {form}",
    )
