"""Streams: every example once per epoch, another order per seed, faults named."""

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.data import Preprocessor, Stream, read_table


@pytest.fixture
def mapped(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(20.0).reshape(10, 2))
    return np.load(tmp_path / "x.npy", mmap_mode="r"), np.arange(10)


def rows_of(chunks):
    return np.concatenate([chunk.y for chunk in chunks]).tolist()


def test_arrays_are_streamed_in_blocks(mapped):
    stream = Stream.from_arrays(*mapped, rows=4)
    chunks = list(stream(seed=0))
    assert sorted(len(chunk.y) for chunk in chunks) == [2, 4, 4]
    assert sorted(rows_of(chunks)) == list(range(10))
    assert all(np.array_equal(chunk.x[:, 0], 2 * chunk.y) for chunk in chunks)
    assert stream.length == 10
    assert repr(stream) == "Stream of 10 examples"


def test_the_order_follows_the_seed(mapped):
    stream = Stream.from_arrays(*mapped, rows=4)
    assert rows_of(stream(1)) == rows_of(stream(1))
    assert rows_of(stream(1)) != rows_of(stream(2))


def test_inputs_alone_and_several_inputs(mapped):
    x, _ = mapped
    chunk = next(Stream.from_arrays({"a": x, "b": x[:, 0]}, rows=10)(0))
    assert chunk.y is None
    np.testing.assert_array_equal(chunk.x["a"][:, 0], chunk.x["b"])


def test_csv_is_streamed_through_a_preprocessor(tmp_path):
    path = tmp_path / "t.csv"
    rows = "".join(f"{i}.5,{'ab'[i % 2]},{i}\n" for i in range(100))
    path.write_text("size;kind;y\n".replace(";", ",") + rows)
    prep = Preprocessor.fit(read_table(path), "y", target_kind="counts")
    chunks = list(Stream.from_csv(path, prep, rows=30)(0))
    x = np.concatenate([chunk.x for chunk in chunks])
    y = np.concatenate([chunk.y for chunk in chunks])
    order = np.argsort(y)
    np.testing.assert_array_equal(y[order], np.arange(100))
    np.testing.assert_array_equal(x[order], prep.inputs(read_table(path)))


def test_what_is_no_chunk_is_named():
    def faulty(seed):
        yield np.zeros((2, 1)), np.zeros(2)
        yield np.zeros((2, 1)), np.zeros(3)

    with pytest.raises(InputError, match="chunk 1 of the stream › y does not fit"):
        list(Stream(faulty)(0))
    with pytest.raises(InputError, match="not a chunk"):
        list(Stream(lambda seed: iter([np.zeros(3)]))(0))


def test_the_next_chunk_is_read_ahead_and_no_more():
    read = []

    def source(seed):
        for i in range(5):
            read.append(i)
            yield (np.zeros(1),)

    chunks = Stream(source)(0)
    next(chunks)
    chunks.close()  # waits for what is being read
    assert read == [0, 1]


def test_errors_of_the_source_reach_the_reader():
    def broken(seed):
        yield (np.zeros(1),)
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        list(Stream(broken)(0))
