"""Members trained together are the runs they would be alone."""

import jax.numpy as jnp
import numpy as np
import pytest

from gradus import (
    InputError,
    Patience,
    fit,
    fit_many,
    folds,
    nn,
    resamples,
    seeds,
    supervised,
    vary,
)
from gradus.data.splits import k_folds
from gradus.likelihoods import Bernoulli, Categorical, Gaussian
from gradus.optim import adam, sgd
from gradus.penalties import l2
from gradus.training import divided, leave_one_out
from gradus.training.door import Admitted


def test_each_seed_is_the_run_it_would_be_alone(blobs, classify):
    given = {"epochs": 4, "batch": 16, "validation": 0.2}
    runs = fit_many(classify, blobs, seeds(3), **given)
    split_by_the_first = fit(classify, blobs, **given)
    assert np.allclose(runs[0].history["loss"], split_by_the_first.history["loss"], rtol=1e-4)
    assert len({float(run.history["loss"][-1]) for run in runs}) == 3
    alone = fit(classify, blobs, epochs=4, batch=16, seed=2)
    together = fit_many(classify, blobs, seeds(3), epochs=4, batch=16)
    assert np.allclose(together[2].history["loss"], alone.history["loss"], rtol=1e-4)


def test_rates_and_penalties_vary_in_one_program(line):
    def make(rate, strength):
        return supervised(nn.Dense(1), Gaussian(), sgd(rate), penalty=l2(strength))

    runs = fit_many(make, line, vary(rate=[0.01, 0.1], strength=[0.0, 1.0]), epochs=5, batch=10)
    assert runs.names == ["rate=0.01, strength=0", "rate=0.1, strength=1"]
    for run, rate, strength in zip(runs, (0.01, 0.1), (0.0, 1.0), strict=True):
        alone = fit(make(rate, strength), line, epochs=5, batch=10)
        assert np.allclose(run.model.weight, alone.model.weight, rtol=1e-5)


def test_folds_validate_on_what_they_have_not_seen():
    """Targets that only memory can know: a row's own number. No fold is right on its own part."""
    y = np.arange(20, dtype="int32")
    plan = folds(4)._replace(parts=lambda admitted, seed: k_folds(20, 4))
    algorithm = supervised(nn.Dense(20), Categorical(20), adam(0.1))
    runs = fit_many(algorithm, (np.eye(20, dtype="float32"), y), plan, epochs=60, batch=5)
    assert all(run.history["accuracy"][-1] == 1 for run in runs)
    assert (runs.measure("val_accuracy") == 0).all()


def test_resamples_validate_on_what_was_never_drawn(blobs, classify):
    runs = fit_many(classify, blobs, resamples(3), epochs=5, batch=16)
    assert runs.measure("val_accuracy").min() > 0.5
    assert runs.names == ["sample 1", "sample 2", "sample 3"]


def test_members_stop_each_at_its_own_time(blobs):
    def make(rate):
        return supervised(nn.Dense(3), Categorical(3), sgd(rate))

    given = {"epochs": 40, "batch": 16, "validation": 0.3, "stop": Patience(2, min_delta=1e-3)}
    runs = fit_many(make, blobs, vary(rate=[0.0, 0.3]), **given)
    assert runs[0].status == "stopped early: no improvement for 2 epochs; best was epoch 1"
    assert runs[0].history.epochs == 3
    assert runs[1].history.epochs > 3
    alone = fit(make(0.3), blobs, **given)
    assert runs[1].best_epoch == alone.best_epoch
    assert np.allclose(runs[1].model.weight, alone.model.weight, rtol=1e-3)


def test_one_member_may_diverge(line):
    def make(rate):
        return supervised(nn.Dense(1), Gaussian(), sgd(rate))

    good, bad = fit_many(make, line, vary(rate=[0.1, 1e30]), epochs=3, batch=10)
    assert good.status == "finished 3 epochs"
    assert np.isfinite(good.model.weight).all()
    assert "not finite at step" in bad.status


def test_the_ensemble_averages_probabilities_and_means(blobs, line, classify, regress):
    runs = fit_many(classify, blobs, seeds(2), epochs=2, batch=16)
    expected = np.mean([run.probabilities(blobs[0]) for run in runs], axis=0)
    assert np.allclose(runs.probabilities(blobs[0]), expected)
    assert (runs.predict(blobs[0]) == expected.argmax(-1)).all()
    lines = fit_many(regress, line, seeds(2), epochs=2, batch=16)
    assert np.allclose(lines.predict(line[0]), np.mean([r.predict(line[0]) for r in lines], 0))


def test_an_ensemble_of_two_classes_votes_for_each_row(blobs):
    x, y = blobs[0], (blobs[1] > 0).astype("int32")
    algorithm = supervised(nn.Dense(1), Bernoulli(), adam(0.1))
    runs = fit_many(algorithm, (x, y), seeds(2), epochs=30, batch=16)
    assert runs.predict(x).shape == y.shape
    assert (runs.predict(x) == y).mean() > 0.9


def test_xor_is_learned_from_most_seeds():
    """Goodfellow, Bengio and Courville (2016), section 6.1, by gradient descent."""
    x = jnp.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
    y = np.array([0, 1, 1, 0], "int32")
    model = nn.Sequential(nn.Dense(8, nn.relu), nn.Dense(2))
    algorithm = supervised(model, Categorical(2), adam(0.05))
    runs = fit_many(algorithm, (x, y), seeds(20), epochs=200, batch=4)
    solved = [bool((run.predict(x) == y).all()) for run in runs]
    assert sum(solved) >= 15


@pytest.mark.parametrize(
    ("plan", "given", "message"),
    [
        (folds(3), {"validation": 0.2}, "each fold or resample validates"),
        (folds(99), {}, "99"),
    ],
)
def test_plans_that_cannot_be(blobs, classify, plan, given, message):
    with pytest.raises(InputError, match=message):
        fit_many(classify, blobs, plan, **given)


def test_values_must_come_in_lists_of_one_length():
    with pytest.raises(InputError, match="lists of one length"):
        vary(rate=[0.1], strength=[0.1, 0.2])


def test_together_runs_resume_too(blobs, classify, tmp_path):
    given = {"batch": 16}
    whole = fit_many(classify, blobs, seeds(2), epochs=4, **given)
    fit_many(classify, blobs, seeds(2), epochs=2, **given, folder=tmp_path)
    resumed = fit_many(classify, blobs, seeds(2), epochs=4, **given, folder=tmp_path, resume=True)
    for one, other in zip(whole, resumed, strict=True):
        assert np.array_equal(one.history["loss"], other.history["loss"])


@pytest.mark.parametrize(
    ("algorithm", "plan", "message"),
    [
        (lambda rate: None, lambda: vary(lr=[0.1]), "does not take what varies"),
        (lambda rate: None, lambda: vary(rate=[0.1]), "a way of learning"),
        (lambda: None, lambda: seeds(0), "seeds"),
        (lambda: None, lambda: 5, "a plan"),
    ],
)
def test_plans_and_algorithms_that_do_not_fit(blobs, algorithm, plan, message):
    with pytest.raises(InputError, match=message):
        fit_many(algorithm, blobs, plan(), epochs=1)


def test_members_take_the_steps_of_their_own_examples():
    """7 examples in 2 folds and batches of 1: one learns from 3, and rests while the other's
    fourth is learned from."""
    x = np.linspace(-1, 1, 7, dtype="float32")[:, None]
    algorithm = supervised(nn.Dense(1), Gaussian(), adam(0.1))
    runs = fit_many(algorithm, (x, x[:, 0]), folds(2), epochs=5, batch=1)
    steps = [int(run.state.optimizer.step) for run in runs]
    assert steps == [5 * len(fold.train) for fold in k_folds(7, 2)]


def test_folds_may_be_repeated_and_every_repetition_begins_anew(blobs, classify):
    runs = fit_many(classify, blobs, folds(2, repeats=2), epochs=1, batch=16)
    assert runs.names[2:] == ["repeat 2, fold 1", "repeat 2, fold 2"]
    assert runs[0].history["loss"] != runs[2].history["loss"]
    assert [int(run.state.optimizer.step) for run in runs] == [3] * 4


def test_folds_keep_groups_together_and_go_by_time(blobs):
    _, y = blobs
    admitted = Admitted(None, np.arange(70), None, y)
    groups = np.arange(70) // 5
    for train, test in folds(4, groups=groups).parts(admitted, 0):
        assert not set(groups[train]) & set(groups[test])
    for train, test in folds(4, time=np.arange(70)).parts(admitted, 0):
        assert train.max() < test.min()


def test_leaving_one_out_has_a_member_for_each_example(line):
    short = tuple(a[:5] for a in line)
    algorithm = supervised(nn.Dense(1), Gaussian(), adam(0.1))
    runs = fit_many(algorithm, short, leave_one_out(5), epochs=2, batch=2)
    assert runs.names[4] == "without row 4"
    assert [int(run.state.optimizer.step) for run in runs] == [4] * 5


def test_members_learn_from_rows_of_one_s_own_choice(line):
    algorithm = supervised(nn.Dense(1), Gaussian(), sgd(0.1))
    rows = [(np.arange(10), None), (np.arange(20, 30), None)]
    runs = fit_many(algorithm, line, divided(rows), epochs=3, batch=5)
    alone = fit(algorithm, tuple(a[20:30] for a in line), epochs=3, batch=5)
    assert np.allclose(runs[1].model.weight, alone.model.weight, rtol=1e-5)
    assert "val_loss" not in runs[0].history
    with pytest.raises(InputError, match="None for some of them"):
        divided([(np.arange(3), None), (np.arange(3), np.arange(3))])
