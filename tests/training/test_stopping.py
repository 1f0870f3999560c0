"""Early stopping, the best epoch's model, and what the validation examples are used for then."""

import jax.numpy as jnp
import numpy as np
import pytest

from gradus import Patience, fit, nn, supervised
from gradus.data.batch import Batch
from gradus.data.splits import split
from gradus.likelihoods import Categorical
from gradus.optim import adam
from gradus.training.stopping import Reach

from .problems import same


@pytest.fixture(scope="module")
def overfits():
    """A net that soon fits noise: the labels are random."""
    random = np.random.default_rng(0)
    x, y = random.normal(size=(60, 5)).astype("float32"), random.integers(0, 2, 60)
    model = nn.Sequential(nn.Dense(32, nn.tanh), nn.Dense(2))
    return supervised(model, Categorical(2), adam(0.02)), (x, y.astype("int32"))


def follow(rule, values):
    """The tracker after each of some values; the model is the number of the epoch."""
    tracker, trail = rule.start(jnp.asarray(-1)), []
    for epoch, value in enumerate(values):
        tracker = rule.update(tracker, jnp.asarray(value), jnp.asarray(epoch), jnp.asarray(epoch))
        trail.append(tracker)
    return trail


def test_patience_waits_and_keeps_the_best():
    trail = follow(Patience(2), [5.0, 3.0, 4.0, 3.0, 1.0])
    assert [int(t.epoch) for t in trail] == [0, 1, 1, 1, 1]  # nothing changes once stopped
    assert [int(t.waited) for t in trail] == [0, 0, 1, 2, 2]
    assert [bool(t.stopped) for t in trail] == [False, False, False, True, True]
    assert int(trail[-1].model) == 1


def test_patience_can_watch_what_should_grow_and_ask_for_more_than_a_little():
    trail = follow(Patience(2, higher_is_better=True, min_delta=0.1), [0.5, 0.55, 0.7, 0.75, 0.79])
    assert [int(t.epoch) for t in trail] == [0, 0, 2, 2, 2]
    assert bool(trail[-1].stopped)


def test_nan_is_never_an_improvement():
    trail = follow(Patience(None), [2.0, float("nan"), 1.0])
    assert [int(t.epoch) for t in trail] == [0, 0, 2]


def test_reach_keeps_the_first_model_that_is_good_enough():
    trail = follow(Reach(0.5), [0.9, 0.4, 0.1])
    assert [int(t.model) for t in trail] == [0, 1, 1]
    assert [bool(t.stopped) for t in trail] == [False, True, True]


@pytest.mark.parametrize("stop", [None, Patience(3)])
def test_the_best_epochs_model_is_returned_whether_or_not_it_stopped(overfits, stop):
    algorithm, data = overfits
    run = fit(algorithm, data, epochs=25, batch=16, validation=0.3, stop=stop)
    best = int(np.argmin(run.history["val_loss"])) + 1
    assert best < run.history.epochs
    assert run.best_epoch == best
    assert run.status.endswith(f"best was epoch {best}")
    until_then = fit(algorithm, data, epochs=best, batch=16, validation=0.3)
    assert same(run.model, until_then.state.model)


def test_the_status_is_a_sentence(overfits):
    algorithm, data = overfits
    run = fit(algorithm, data, epochs=99, batch=16, validation=0.3, stop=Patience(3))
    best = run.best_epoch
    assert run.status == f"stopped early: no improvement for 3 epochs; best was epoch {best}"
    assert run.history.epochs == best + 3


def test_retrain_learns_from_all_examples_for_as_many_steps(overfits):
    algorithm, data = overfits
    given = {"epochs": 99, "batch": 16, "validation": 0.3, "stop": Patience(3)}
    plain, again = fit(algorithm, data, **given), fit(algorithm, data, **given, then="retrain")
    steps = plain.best_epoch * 3  # 42 training examples make 3 batches
    assert again.status == f"{plain.status}; retrained on all examples for {steps} steps"
    assert int(again.state.optimizer.step) == steps
    assert not same(plain.model, again.model)


def test_continue_goes_on_until_the_validation_loss_is_the_training_loss(overfits):
    algorithm, data = overfits
    given = {"epochs": 99, "batch": 16, "validation": 0.3, "stop": Patience(3)}
    plain, longer = fit(algorithm, data, **given), fit(algorithm, data, **given, then="continue")
    x, y = (a[split(60, 0.3, test=0, stratify=data[1]).validation] for a in data)
    limit = plain.history["loss"][plain.best_epoch - 1]

    def loss(run):
        return algorithm.evaluate(run, Batch(x, jnp.asarray(y)))["loss"]

    assert loss(longer) <= limit < loss(plain)
    assert "went on with all examples for" in longer.status
