"""Runs over chunks that come one after the other."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError, Patience, fit, nn, supervised
from gradus.data.batch import Batch
from gradus.data.stream import Stream
from gradus.likelihoods import Categorical, Gaussian
from gradus.optim import adam, sgd
from gradus.training import streaming

from .problems import same


def chunks_of(data, *lengths):
    """A stream of the same examples in the same order, cut into chunks of some lengths."""

    def factory(seed):
        start = 0
        for length in lengths:
            yield tuple(array[start : start + length] for array in data)
            start += length

    return Stream(factory)


def test_a_stream_is_the_plain_fold_over_its_examples_in_order(line, monkeypatch):
    """40 examples in chunks of 7, 20 and 13; blocks of 2 batches of 8; the last batch is full."""
    monkeypatch.setattr(streaming, "BLOCK_BATCHES", 2)
    algorithm = supervised(nn.Dense(1, use_bias=False), Gaussian(), sgd(0.1))
    run = fit(algorithm, chunks_of(line, 7, 20, 13), epochs=2, batch=8)
    x, y = map(jnp.asarray, line)
    state = algorithm.init(jax.random.fold_in(jax.random.key(0), 0), Batch(x, y))
    for start in [*range(0, 40, 8)] * 2:
        batch = Batch(x[start : start + 8], y[start : start + 8])
        state, _ = algorithm.step(state, batch, jax.random.key(0))
    assert np.allclose(run.model.weight, state.model.weight, rtol=1e-5)
    assert run.history.epochs == 2


def test_the_cut_into_chunks_does_not_matter(blobs, classify):
    first = fit(classify, chunks_of(blobs, 70), epochs=3, batch=16)
    second = fit(classify, chunks_of(blobs, 1, 50, 19), epochs=3, batch=16)
    assert same(first.state, second.state)


def test_a_short_last_batch_counts_with_the_examples_it_has(line, regress):
    """40 examples in batches of 16: the mean loss of an epoch is that of 40 examples."""
    still = supervised(nn.Dense(1, weight_init=nn.Zeros(), use_bias=False), Gaussian(), sgd(0.0))
    run = fit(still, chunks_of(line, 40), epochs=1, batch=16)
    assert run.history["mse"][0] == pytest.approx(float(np.mean(line[1] ** 2)), rel=1e-5)


def test_validation_and_early_stopping(blobs):
    x, y = blobs
    algorithm = supervised(nn.Dense(3), Categorical(3), adam(0.05))
    stream = Stream.from_arrays(x[:50], y[:50], rows=20)
    run = fit(
        algorithm,
        stream,
        epochs=99,
        batch=8,
        validation=(x[50:], y[50:]),
        stop=Patience(2, min_delta=0.02),
    )
    assert run.status.startswith("stopped early: no improvement for 2 epochs; best was epoch")
    assert run.best_epoch == run.history.epochs - 2


def test_resuming_between_epochs(blobs, classify, tmp_path):
    stream = chunks_of(blobs, 30, 40)
    whole = fit(classify, stream, epochs=4, batch=16)
    fit(classify, stream, epochs=2, batch=16, folder=tmp_path)
    resumed = fit(classify, stream, epochs=4, batch=16, folder=tmp_path, resume=True)
    assert same(whole.state, resumed.state)


def test_a_loss_that_blows_up_leaves_the_last_good_model(line):
    algorithm = supervised(nn.Dense(1), Gaussian(), sgd(1e25))
    run = fit(algorithm, chunks_of(line, 40), epochs=3, batch=8)
    assert "not finite at step" in run.status
    assert np.isfinite(run.predict(line[0])).all()


def test_memory_mapped_arrays_are_read_block_by_block(tmp_path, blobs, classify):
    x = np.memmap(tmp_path / "x", "float32", "w+", shape=blobs[0].shape)
    x[:] = blobs[0]
    run = fit(classify, Stream.from_arrays(x, blobs[1], rows=32), epochs=20, batch=8)
    assert (run.predict(blobs[0]) == blobs[1]).mean() > 0.8


@pytest.mark.parametrize(
    ("stream", "given", "message"),
    [
        (Stream(lambda seed: iter(())), {}, "the stream is empty"),
        (Stream(lambda seed: iter([(np.ones((2, 1)), np.array([0, 9]))])), {}, "chunk 0"),
        (Stream(lambda seed: iter([(np.ones((2, 1)), np.zeros(2, int))])), {"validation": 0.1},
         "set some examples aside"),
    ],
)  # fmt: skip
def test_streams_that_cannot_be_learned_from(stream, given, message):
    algorithm = supervised(nn.Dense(2), Categorical(2), sgd(0.1))
    with pytest.raises(InputError) as refusal:
        fit(algorithm, stream, **given)
    assert message in str(refusal.value)


def test_every_epoch_asks_the_stream_for_another_order(line, regress):
    seen = []

    def factory(seed):
        seen.append(seed)
        yield line

    fit(regress, Stream(factory), epochs=3, batch=8, seed=5)
    assert len(set(seen)) == 3  # the first chunks are read once more, to compile for their shapes
