"""Tables from files and from memory: what is read, how it is typed, and what is refused."""

import gzip

import numpy as np
import polars as pl
import pytest

from gradus.base.errors import InputError
from gradus.data import as_table, has_header, read_arrays, read_table


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


READABLE = {
    "comma": ("t.csv", "a,b\n1,x\n2,y\n", {"a": [1, 2], "b": ["x", "y"]}),
    "semicolon": ("t.csv", "a;b\n1;x\n2;y\n", {"a": [1, 2], "b": ["x", "y"]}),
    "tab": ("t.tsv", "a\tb\n1\tx\n2\ty\n", {"a": [1, 2], "b": ["x", "y"]}),
    "names with separators": ("t.csv", '"a, in €";b\n1;2\n', {"a, in €": [1], "b": [2]}),
    "quoted separator": ("t.csv", 'a,b\n1,"x,y"\n', {"a": [1], "b": ["x,y"]}),
    "blanks around values": ("t.csv", "a, b\n 1, x\n 2, ?\n", {"a": [1, 2], "b": ["x", None]}),
    "missing marks": (
        "t.csv",
        "a,b\n1,NA\n,2.5\nNaN,\n",
        {"a": [1, None, None], "b": [None, 2.5, None]},
    ),
    "blank line": ("t.csv", "a,b\n1,2\n\n3,4\n\n", {"a": [1, 3], "b": [2, 4]}),
    "byte order mark": ("t.csv", "\ufeffa,b\n1,2\n", {"a": [1], "b": [2]}),
    "row numbers of pandas": ("t.csv", ",b\n0,5\n1,6\n", {"index": [0, 1], "b": [5, 6]}),
    "no header": ("t.csv", "1,x\n2,y\n", {"column_1": [1, 2], "column_2": ["x", "y"]}),
    "true and false": ("t.csv", "a\nTrue\nfalse\n", {"a": [True, False]}),
    "codes stay text": ("t.csv", "zip\n01234\n90210\n", {"zip": ["01234", "90210"]}),
    "zero is a number": ("t.csv", "a\n0\n0.5\n", {"a": [0.0, 0.5]}),
    "one column with a gap": ("t.csv", "a\n1\n\n3\n", {"a": [1, None, 3]}),
    "gzipped": ("t.csv.gz", gzip.compress(b"a,b\n1,2\n"), {"a": [1], "b": [2]}),
}


@pytest.mark.parametrize(("name", "content", "columns"), READABLE.values(), ids=READABLE)
def test_reads(write, name, content, columns):
    assert read_table(write(name, content)).to_dict(as_series=False) == columns


@pytest.mark.filterwarnings("ignore:column .* are read as month/day/year")
@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2024-02-01", 2),
        ("2024-02-01 10:30", 2),
        ("2024-02-01T10:30:00", 2),
        ("01.02.2024", 2),
        ("02/01/2024", 2),  # month/day/year comes first
        ("13/02/2024", 2),  # which 13 rules out
    ],
)
def test_dates_are_recognised(write, text, month):
    column = read_table(write("t.csv", f"d,n\n{text},1\n"))["d"]
    assert column.dtype == pl.Datetime("us")
    assert column.dt.month()[0] == month


REFUSED = {
    "missing file": (None, "", "no file of that name"),
    "empty": ("t.csv", "", "empty"),
    "header only": ("t.csv", "a,b\n", "nothing below"),
    "row too short": ("t.csv", "a,b\n1,2\n3\n4,5\n", "line 3"),
    "row too long": ("t.csv", "a,b\n1,2\n3,4\n5,6,7\n", "line 4"),
    "same name": ("t.csv", "a,b,a\n1,2,3\n", "two columns are called 'a'"),
    "no name": ("t.csv", "a,,c\n1,2,3\n", "column 2 has no name"),
    "not UTF-8": ("t.csv", "größe,b\n1,2\n".encode("latin-1"), "UTF-8"),
    "binary": ("t.csv", bytes(range(256)), "UTF-8"),
    "not gzip": ("t.csv.gz", "a,b\n1,2\n", "cannot be read"),
    "not Parquet": ("t.parquet", "hello", "Parquet"),
    "not npz": ("t.npz", "hello", "npz"),
    "half an npz": ("t.npz", b"PK\x03\x04 and no more", "npz"),
    "spreadsheet": ("t.xlsx", "hello", "save the table as CSV or Parquet"),
}


@pytest.mark.parametrize(("name", "content", "words"), REFUSED.values(), ids=REFUSED)
def test_refuses(write, tmp_path, name, content, words):
    path = tmp_path / "absent.csv" if name is None else write(name, content)
    with pytest.raises(InputError) as error:
        read_table(path)
    assert words in str(error.value)


def test_a_missing_file_names_its_neighbour(write):
    write("sales.csv", "a\n1\n")
    with pytest.raises(InputError) as error:
        read_table(write("x.csv", "a\n1\n").with_name("slaes.csv"))
    assert error.value.fix == "did you mean 'sales.csv'?"


def test_header_can_be_chosen(write):
    path = write("t.csv", "red,blue\ngreen,red\n")
    assert has_header(path)
    assert read_table(path, header=False).shape == (2, 2)


def test_parquet_keeps_types(tmp_path):
    frame = pl.DataFrame({"a": [1, 2], "b": ["x", None], "c": [True, False]})
    frame.write_parquet(tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet").equals(frame)


def test_npz_as_columns_and_as_dataset(tmp_path):
    path = tmp_path / "t.npz"
    np.savez(path, x=np.arange(6.0).reshape(3, 2), y=np.arange(3))
    assert read_table(path).columns == ["x0", "x1", "y"]
    data = read_arrays(path)
    assert data.x.shape == (3, 2)
    assert data.y.tolist() == [0, 1, 2]


def test_npz_with_objects_or_images_is_no_table(tmp_path):
    np.savez(tmp_path / "objects.npz", x=np.array([None, 1]))
    np.savez(tmp_path / "images.npz", x=np.zeros((2, 3, 3)))
    np.savez(tmp_path / "other.npz", inputs=np.zeros(3))
    with pytest.raises(InputError, match="cannot be read"):
        read_table(tmp_path / "objects.npz")
    with pytest.raises(InputError, match="'x' is not a column"):
        read_table(tmp_path / "images.npz")
    with pytest.raises(InputError, match="is not a dataset"):
        read_arrays(tmp_path / "other.npz")


MEMORY = {
    "lists": ({"a": [1, None], "b": ["x", "y"]}, [(1, "x"), (None, "y")]),
    "arrays": ({"a": np.array([1.0, np.nan])}, [(1.0,), (None,)]),
    "objects": ({"a": np.array(["x", None], object)}, [("x",), (None,)]),
    "numbers as text": ({"a": ["1", " 2"]}, [(1,), (2,)]),
    "whole and broken": ({"a": [1, 2.5]}, [(1.0,), (2.5,)]),
    "nothing": ({"a": [None, None]}, [(None,), (None,)]),
}


@pytest.mark.parametrize(("columns", "rows"), MEMORY.values(), ids=MEMORY)
def test_tables_from_memory(columns, rows):
    assert as_table(columns).rows() == rows


def test_pandas_and_polars_give_the_same_table():
    pandas = pytest.importorskip("pandas")
    columns = {"n": [1.5, None], "s": ["x", None], "b": [True, False]}
    from_pandas = as_table(pandas.DataFrame(columns))
    assert from_pandas.equals(as_table(pl.DataFrame(columns)))
    repeated = pandas.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(InputError, match="two columns are called 'a'"):
        as_table(repeated)


def test_pandas_extension_types():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "whole": pandas.array([1, None], dtype="Int64"),
            "kind": pandas.Categorical(["u", "v"]),
            "day": pandas.to_datetime(["2024-02-01", None]),
        }
    )
    table = as_table(frame)
    assert table["whole"].to_list() == [1, None]
    assert table["kind"].to_list() == ["u", "v"]
    assert table["day"].dt.month().to_list() == [2, None]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([[1, 2]], "not a table"),
        ({"a": [1], "b": [1, 2]}, "different lengths"),
        ({"a": 3}, "column 'a'"),
        ({"a": np.zeros((2, 2))}, "column 'a'"),
        (pl.DataFrame({"a": [[1], [2]]}), "'a' cannot be used"),
    ],
)
def test_what_is_no_table_is_refused(data, words):
    with pytest.raises(InputError, match=words):
        as_table(data)


def test_dates_that_can_be_read_two_ways_say_which():
    with pytest.warns(UserWarning, match=r"'d': dates such as 05/02/2023 are read as month/day"):
        dates = as_table({"d": ["05/02/2023", "03/03/2023"]})["d"]
    assert dates.dt.month().to_list() == [5, 3]
    assert as_table({"d": ["05/02/2023", "25/02/2023"]})["d"].dt.month().to_list() == [2, 2]
