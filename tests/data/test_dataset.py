"""Arrays at the door, and datasets made of them."""

import jax.numpy as jnp
import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.data import Dataset, Scale, check_arrays

X = np.arange(12.0).reshape(6, 2)
HOLE = np.where(X == 7, np.nan, X)  # row 3, column 1

TYPES = {
    "doubles": (np.zeros(2), np.float32),
    "singles": (np.zeros(2, np.float32), np.float32),
    "halves": (np.zeros(2, np.float16), np.float16),
    "long integers": (np.zeros(2, np.int64), np.int32),
    "bytes": (np.zeros(2, np.uint8), np.uint8),
    "booleans": (np.zeros(2, bool), np.bool_),
    "a list": ([1.0, 2.0], np.float32),
    "a JAX array": (jnp.zeros(2), np.float32),
}


@pytest.mark.parametrize(("x", "dtype"), TYPES.values(), ids=TYPES)
def test_types(x, dtype):
    assert check_arrays(x)[0].dtype == dtype


REFUSED = {
    "gap": ((HOLE,), "x, row 3, column 1"),
    "both infinities": ((np.array([[1.0], [np.inf], [-np.inf]]),), "x, row 1, column 0"),
    "infinite": ((X, np.array([0, 0, np.inf, 0, 0, 0])), "y, row 2"),
    "too large for 32 bits": ((X * 1e300,), "1e+300"),
    "inside an image": ((np.full((2, 3, 3), np.nan),), "x, row 0, place (0, 0)"),
    "inside a tuple": (((X, HOLE),), "x[1], row 3, column 1"),
    "inside a dict": (({"a": X, "b": HOLE},), "x['b'], row 3"),
    "text": ((np.array(["a", "b"]),), "`ClassTarget`"),
    "objects": ((np.array([1, "b"], object),), "`Preprocessor`"),
    "dates": ((np.array(["2024-01-01"], "datetime64[D]"),), "datetime64"),
    "ragged": (([[1.0], [2.0, 3.0]],), "rows of different lengths"),
    "no examples": ((np.zeros((0, 2)),), "at least one example"),
    "a single number": ((3.0,), "at least one example"),
    "lengths": ((X, np.zeros(5)), "y does not fit the other arrays"),
    "lengths inside": (((X, X[:4]),), "x[1] does not fit"),
    "a list (x, y)": (([X, np.zeros(6)],), "give a tuple of arrays: (x, y)"),
    "names of classes": ((X, ["a", "b"] * 3), "np.unique(y, return_inverse=True)[1]"),
    "labels (n, 1)": ((X, np.zeros((6, 1), int)), "`y.ravel()`, or `y.to_numpy()"),
    "huge integers": ((np.array([2**40, 1]),), "beyond 32 bits"),
    "weight of other shape": ((X, None, np.ones((6, 2))), "weight › shape"),
    "negative weight": ((X, None, [1, 1, -1, 1, 1, 1]), "weight › row 2"),
}


@pytest.mark.parametrize(("arrays", "words"), REFUSED.values(), ids=REFUSED)
def test_refuses(arrays, words):
    with pytest.raises(InputError) as error:
        check_arrays(*arrays)
    assert words in str(error.value)


def test_shapes_of_targets_are_kept():
    assert check_arrays(X, np.zeros(6))[1].shape == (6,)
    assert check_arrays(X, np.zeros((6, 1)))[1].shape == (6, 1)


def test_a_memory_mapped_array_is_passed_through(tmp_path):
    np.save(tmp_path / "x.npy", HOLE)
    x = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert check_arrays(x, np.zeros(6))[0] is x  # not read, so its gap is not seen
    assert isinstance(Dataset(x).take(slice(0, 2)).x, np.memmap)


def test_shows_its_shapes():
    assert repr(Dataset((X, X[:, 0]), [0, 1] * 3, labels=("a", "b"))) == (
        "Dataset of 6 examples: x[0] (6, 2) float32, x[1] (6,) float32, y (6,) int32, 2 classes"
    )


def test_takes_rows_of_everything():
    part = Dataset({"a": X, "b": X[:, 0]}, np.arange(6), np.arange(6.0)).take([4, 1])
    assert len(part) == 2
    assert part.x["b"].tolist() == [8, 2]
    assert part.y.tolist() == part.weight.tolist() == [4, 1]


def test_split_is_stratified_where_there_are_classes():
    data = Dataset(np.zeros((40, 1)), np.repeat([0, 1], [30, 10]), labels=("a", "b"))
    for part, share in zip(data.split(0.2, 0.2), [18, 6, 6], strict=True):
        assert np.bincount(part.y).tolist() == [share, share // 3]


def test_split_by_groups_and_without_a_part():
    data = Dataset(np.arange(10.0), np.arange(10.0))
    parts = data.split(0, 0.2, groups=np.arange(10) // 2)
    assert parts.validation is None
    assert len(parts.train) + len(parts.test) == 10
    with pytest.raises(InputError, match="stratified parts"):
        Dataset(X).split(stratify=True)


def test_map_changes_the_inputs_only():
    data = Dataset(np.array([[0], [255]], np.uint8), [0, 1]).map(Scale(255))
    assert data.x.tolist() == [[0.0], [1.0]]
    assert data.y.tolist() == [0, 1]
