"""Search: a planted optimum, trials as they would be alone, budgets, and what goes wrong."""

import os
import signal
import sys

import numpy as np
import pytest

import gradus
from gradus import InputError, fit, models, nn, penalties, supervised
from gradus.learn import Algorithm
from gradus.likelihoods import Categorical, Gaussian
from gradus.optim import adam, sgd
from gradus.tuning import Space, choice, hunt, log_uniform, uniform
from gradus.tuning.bench import Bench

search = gradus.search


@pytest.fixture(scope="module")
def line():
    """y = 3x − 1, 60 examples."""
    x = np.linspace(-1, 1, 60, dtype="float32")[:, None]
    return x, 3 * x[:, 0] - 1


def regress(rate):
    return supervised(nn.Dense(1), Gaussian(), sgd(rate))


RATES = Space(regress, rate=log_uniform(1e-4, 1.0))


def planted(x, y):
    """An algorithm that learns nothing and is worth (x − 0.3)² + (y − 0.7)²."""
    fixed = supervised(nn.Dense(1), Gaussian(), sgd(0.0))

    def evaluate(state, batch):
        return {"loss": (x - 0.3) ** 2 + (y - 0.7) ** 2 + 0 * state.model.bias[0]}

    return Algorithm(fixed.init, fixed.step, evaluate, likelihood=Gaussian())


@pytest.mark.parametrize(("sampler", "near"), [("random", 0.2), ("tpe", 0.1)])
def test_it_finds_a_planted_optimum(line, sampler, near):
    space = Space(planted, x=uniform(0, 1), y=uniform(0, 1))
    found = search(space, line, 100, epochs=1, sampler=sampler, seed=1)
    assert len(found.trials) == 100
    assert abs(found.best.settings["x"] - 0.3) < near
    assert abs(found.best.settings["y"] - 0.7) < near
    assert found.best.value == min(trial.value for trial in found.trials)


def test_a_trial_is_the_run_it_would_be_alone(line):
    found = search(RATES, line, 60, epochs=5, batch=16, stopping=False)
    assert len(found.trials) == 12  # in 8 slots: some were taken by a second trial
    for trial in (found.trials[1], found.trials[11]):
        alone = fit(regress(trial.settings["rate"]), line, epochs=5, batch=16, validation=0.2)
        if trial.number <= 8:
            np.testing.assert_allclose(trial.losses, alone.history["val_loss"], rtol=1e-3)
        else:  # its examples come in another order
            np.testing.assert_allclose(trial.losses, alone.history["val_loss"], rtol=0.3)


def test_with_folds_the_loss_is_their_mean(line):
    space = Space(regress, rate=choice([0.1]))
    found = search(space, line, 12, epochs=4, batch=16, folds=3)
    assert found.cost == 12
    runs = gradus.fit_many(regress(0.1), line, gradus.folds(3), epochs=4, batch=16)
    expected = np.mean([run.history["val_loss"] for run in runs], axis=0)
    np.testing.assert_allclose(found.trials[0].losses, expected, rtol=1e-3)


def test_structures_have_programs_of_their_own_and_numbers_share_one(line, monkeypatch):
    made = []

    def watched(*given):
        made.append(Bench(*given))
        return made[-1]

    monkeypatch.setattr(hunt, "Bench", watched)

    def make(rate, units):
        return supervised(models.mlp([units], 1), Gaussian(), adam(rate))

    space = Space(make, rate=log_uniform(1e-3, 1e-1), units=choice([2, 4]))
    found = search(space, line, 100, epochs=2)
    assert {trial.settings["units"] for trial in found.trials} == {2, 4}
    assert len(made) == 2
    assert [bench.width for bench in made] == [8, 8]


@pytest.mark.parametrize("budget", [1, 7, 40, 61])
def test_no_more_than_the_budget_is_spent(line, budget):
    found = search(RATES, line, budget, epochs=8)
    assert 0 < found.cost <= budget
    assert found.why == "the budget is spent"


def test_seconds_end_a_search(line):
    found = search(RATES, line, seconds=1e-9, epochs=2)
    assert found.trials == []
    with pytest.raises(InputError, match="give a larger budget"):
        _ = found.best


def test_the_worse_half_is_stopped_and_the_epochs_go_to_others(line):
    plain = search(RATES, line, 160, epochs=16, stopping=False)
    stopping = search(RATES, line, 160, epochs=16)
    assert {trial.epochs for trial in plain.trials} == {16}
    assert len(stopping.trials) > 1.5 * len(plain.trials)
    assert {"stopped", "finished"} <= {trial.status for trial in stopping.trials}
    stopped = [t for t in stopping.trials if t.status == "stopped"]
    assert all(trial.epochs in (2, 4, 8) for trial in stopped)


def test_what_was_in_use_is_tried_first(line):
    found = search(RATES, line, 20, epochs=4, first={"rate": 0.01})
    assert found.trials[0].settings == {"rate": 0.01}
    assert found.trials[1].settings != {"rate": 0.01}


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_equal_seeds_search_equally(line, sampler):
    first, second = (search(RATES, line, 40, epochs=4, sampler=sampler) for _ in range(2))
    assert [t.settings for t in first.trials] == [t.settings for t in second.trials]
    assert first.best.value == second.best.value


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_trials_that_diverge_stay_in_the_table(line, sampler):
    space = Space(regress, rate=log_uniform(0.1, 1e20))
    found = search(space, line, 60, epochs=4, sampler=sampler)
    statuses = {trial.status for trial in found.trials}
    assert "diverged" in statuses
    assert np.isfinite(found.best.value)
    assert str(found).count("diverged") >= 1
    assert "<svg" in found.picture()


def test_a_search_in_which_all_diverge_says_so(line):
    space = Space(regress, rate=log_uniform(1e19, 1e20))
    found = search(space, line, 40, epochs=4)
    assert len(found.trials) > 8
    assert {trial.status for trial in found.trials} == {"diverged"}
    with pytest.raises(InputError, match=r"trials that all diverged(.*\n)+.*lower rates"):
        found.fit()


def test_ctrl_c_keeps_what_was_found(line):
    def stop(trial):
        if trial["trial"] == 1:
            os.kill(os.getpid(), signal.SIGINT)

    found = search(RATES, line, 10_000, epochs=2, progress=stop)
    assert found.why == "interrupted"
    assert 0 < len(found.trials) < 100
    assert np.isfinite(found.best.value)


def test_the_best_is_trained_on_all_examples(line):
    found = search(RATES, line, 80, epochs=10)
    run = found.fit(progress=False)
    assert run.history.epochs == found.best.best_epoch
    alone = fit(regress(found.best.settings["rate"]), line, epochs=found.best.best_epoch)
    np.testing.assert_allclose(run.predict(line[0]), alone.predict(line[0]), rtol=1e-5)
    assert found.fit(epochs=1).history.epochs == 1


def test_rows_held_out_by_the_user_are_validated_on(line):
    x, y = line
    space = Space(regress, rate=choice([0.1]))
    found = search(space, (x[:40], y[:40]), 3, epochs=3, validation=(x[40:], y[40:]))
    alone = fit(regress(0.1), (x[:40], y[:40]), epochs=3, validation=(x[40:], y[40:]))
    np.testing.assert_allclose(found.trials[0].losses, alone.history["val_loss"], rtol=1e-4)


def test_it_is_better_than_its_worst_trials_where_it_was_not_chosen():
    """Noise in the labels: a large penalty helps on examples that no trial has seen."""
    random = np.random.default_rng(0)
    x = random.normal(size=(400, 20)).astype("float32")
    y = ((x[:, 0] + random.normal(size=400)) > 0).astype("int32")

    def make(strength):
        net = nn.Sequential(nn.Dense(32, nn.relu), nn.Dense(2))
        return supervised(net, Categorical(2), adam(0.01), penalty=penalties.l2(strength))

    def loss(run):
        return -np.log(run.probabilities(x[100:])[np.arange(300), y[100:]]).mean()

    space, given = Space(make, strength=log_uniform(1e-5, 1e-1)), (x[:100], y[:100])
    found = search(space, given, 400, epochs=20, folds=2)
    worst = fit(make(found.ranked[-1].settings["strength"]), given, epochs=20)
    assert loss(found.fit()) < loss(worst)


def test_it_prints(line):
    lines = str(search(RATES, line, 200, epochs=8)).splitlines()
    assert lines[0].split() == ["trial", "rate", "loss", "best", "epoch", "epochs", "status"]
    assert lines[11].startswith("… and")
    assert "trials (" in lines[-1]
    assert lines[-1].endswith("the budget is spent")


def test_it_draws(line):
    def make(rate, units):
        return supervised(models.mlp(units, 1), Gaussian(), adam(rate))

    space = Space(make, rate=log_uniform(1e-3, 1e-1), units=choice([(), (4,)]))
    found = search(space, line, 40, epochs=2)
    assert "Settings and validation loss of every trial. The lowest loss is" in found.picture()
    assert "<table" in found._repr_html_()


def test_progress_is_told_for_every_trial(line, capsys):
    told = []
    found = search(RATES, line, 30, epochs=2, progress=told.append)
    assert sorted(told, key=lambda t: t["trial"])[0].keys() == {"trial", "value", "epochs"}
    assert len(told) == len(found.trials)
    search(RATES, line, 10, epochs=2, progress=True)
    assert "trials  best" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "wording"),
    [
        ({"budget": 0}, "budget"),
        ({"budget": None}, "neither"),
        ({"budget": None, "seconds": 0}, "seconds"),
        ({"epochs": 0}, "epochs"),
        ({"batch": 0}, "batch"),
        ({"validation": None}, "validation"),
        ({"validation": 2.0}, "validation"),
        ({"folds": 61}, "61 folds"),
        ({"sampler": "tpi"}, "did you mean 'tpe'"),
        ({"first": {"rat": 0.1}}, "did you mean 'rate'"),
        ({"space": regress}, r"Space\(lambda rate"),
        ({"space": {"rate": 0.1}}, "a Space"),
        ({"data": np.zeros((4, 1))}, "x alone"),
        ({"data": {"a": [1.0]}}, r"(?s)a table.*Preprocessor"),
    ],
)
def test_what_cannot_be_is_refused(line, given, wording):
    with pytest.raises(InputError, match=wording):
        search(**{"space": RATES, "data": line, "budget": 10, **given})


def test_settings_to_begin_with_are_told_the_choices(line):
    def make(units):
        return regress(0.1)

    with pytest.raises(InputError, match=r"(?s)'units'.*Expected: 8 or 32\n.*Got:      9\n"):
        search(Space(make, units=choice([8, 32])), line, 10, first={"units": 9})


def test_one_trial_is_one(line):
    found = search(Space(regress, rate=choice([0.1])), line, 2, epochs=2, first={"rate": 0.1})
    assert len(found.trials) == 1
    assert "\n1 trial (" in str(found)


def test_optuna_is_named_where_it_is_missing(line, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(InputError, match=r'pip install "gradus\[search\]"'):
        search(RATES, line, 10, sampler="tpe")
