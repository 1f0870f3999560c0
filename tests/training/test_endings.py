"""Runs that end before their time: numbers that blow up, Ctrl-C, a killed process."""

import os
import signal
import subprocess
import sys
import textwrap

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError, fit, nn, supervised
from gradus.likelihoods import Gaussian
from gradus.optim import Optimizer, sgd
from gradus.training import slices
from gradus.training.run import outputs

from .problems import same


def explodes_at(step: int) -> Optimizer:
    """Gradient descent whose rate becomes infinite at one step."""
    return Optimizer("trap", sgd(1.0).direction, lambda k: jnp.where(k == step, jnp.inf, 0.05))


@pytest.mark.parametrize("first_slice", [2, 1000])
def test_a_loss_that_turns_nan_stops_the_run_with_the_last_good_model(
    line, monkeypatch, first_slice
):
    """The change of step 13 (counted from 1) is infinite; the loss of step 14 shows it."""
    monkeypatch.setattr(slices, "FIRST_SLICE", first_slice)
    run = fit(supervised(nn.Dense(1), Gaussian(), explodes_at(12)), line, epochs=9, batch=10)
    assert run.status.startswith("stopped after 3 epochs: ")
    assert "not finite at step 13 (epoch 4)" in run.status
    assert run.status.endswith("the model is the last good one")
    assert run.history.epochs == 3
    good = fit(supervised(nn.Dense(1), Gaussian(), sgd(0.05)), line, epochs=3, batch=10)
    assert np.allclose(run.model.weight, good.model.weight, rtol=1e-4)


def test_with_validation_the_best_model_survives(line):
    algorithm = supervised(nn.Dense(1), Gaussian(), explodes_at(12))
    run = fit(algorithm, line, epochs=9, batch=8, validation=0.2)
    assert run.status.endswith("best was epoch 3")
    assert np.isfinite(run.predict(line[0])).all()


def test_ctrl_c_keeps_what_was_learned(blobs, classify, tmp_path):
    def interrupt(row):
        if row["epoch"] == 3:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    run = fit(
        classify,
        blobs,
        epochs=100_000,
        batch=16,
        progress=interrupt,
        folder=tmp_path,
        validation=0.2,
    )
    assert run.status.startswith("interrupted after ")
    assert 3 <= run.history.epochs < 100_000
    assert signal.getsignal(signal.SIGINT) is before
    assert (tmp_path / "checkpoint.safetensors").exists()


def test_a_second_ctrl_c_ends_at_once(blobs, classify):
    def insist(row):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        fit(classify, blobs, epochs=100_000, batch=16, progress=insist)


def test_a_resumed_run_equals_an_uninterrupted_one_bit_for_bit(blobs, classify, tmp_path):
    given = {"batch": 16, "validation": 0.2}
    whole = fit(classify, blobs, epochs=6, **given)
    fit(classify, blobs, epochs=2, **given, folder=tmp_path)
    resumed = fit(classify, blobs, epochs=6, **given, folder=tmp_path, resume=True)
    assert same(whole.state, resumed.state)
    assert same(whole.model, resumed.model)
    for name in set(whole.history) - {"seconds"}:
        assert np.array_equal(whole.history[name], resumed.history[name]), name


def test_resuming_in_the_middle_of_an_epoch(blobs, classify, tmp_path, monkeypatch):
    """Every slice writes a checkpoint; one is taken away from the middle of an epoch."""
    monkeypatch.setattr(slices.Pace, "took", lambda *args: None)
    monkeypatch.setattr(slices, "FIRST_SLICE", 3)  # of 5 steps in an epoch
    kept = []
    save = slices.Checkpoint.__call__

    def keep(self, carry, histories, final=False):
        save(self, carry, histories, final=True)
        kept.append((int(carry.step), self.path.read_bytes()))

    monkeypatch.setattr(slices.Checkpoint, "__call__", keep)
    whole = fit(classify, blobs, epochs=4, batch=16, folder=tmp_path)
    step, content = kept[2]
    assert step % 5
    (tmp_path / "checkpoint.safetensors").write_bytes(content)
    resumed = fit(classify, blobs, epochs=4, batch=16, folder=tmp_path, resume=True)
    assert same(whole.state, resumed.state)


def test_without_a_checkpoint_resume_starts_afresh(line, regress, tmp_path):
    run = fit(regress, line, epochs=2, folder=tmp_path, resume=True)
    assert run.history.epochs == 2


def damaged(path):
    path.write_bytes(path.read_bytes()[:100])


def foreign(path):
    from safetensors.numpy import save_file

    save_file({"a": np.zeros(3)}, path)


@pytest.mark.parametrize("spoil", [damaged, foreign])
def test_a_checkpoint_that_cannot_be_used_is_refused_and_left_alone(line, regress, tmp_path, spoil):
    fit(regress, line, epochs=1, folder=tmp_path)
    path = tmp_path / "checkpoint.safetensors"
    spoil(path)
    content = path.read_bytes()
    with pytest.raises(InputError, match="a checkpoint that gradus wrote|checkpoint"):
        fit(regress, line, epochs=2, folder=tmp_path, resume=True)
    assert path.read_bytes() == content


def test_a_checkpoint_of_another_model_is_refused(line, regress, tmp_path):
    fit(regress, line, epochs=1, folder=tmp_path)
    other = supervised(nn.Sequential(nn.Dense(3), nn.Dense(1)), Gaussian(), sgd(0.1))
    with pytest.raises(InputError, match="resume with the same model"):
        fit(other, line, epochs=2, folder=tmp_path, resume=True)


def test_a_run_killed_at_any_moment_leaves_a_checkpoint_to_resume_from(tmp_path):
    """A process that writes a checkpoint after every slice is killed without warning."""
    code = """
        import sys, numpy as np
        from gradus import fit, nn, supervised
        from gradus.likelihoods import Gaussian
        from gradus.optim import sgd
        x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
        def tell(row):
            print(row["epoch"], flush=True)
        fit(supervised(nn.Dense(1), Gaussian(), sgd(1e-4)), (x, x[:, 0]), epochs=10**6, batch=4,
            folder=sys.argv[1], save_every=0.0, progress=tell)
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        for _ in range(200):
            process.stdout.readline()
        process.kill()
    x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
    algorithm = supervised(nn.Dense(1), Gaussian(), sgd(1e-4))
    given = {"batch": 4, "folder": tmp_path, "resume": True}
    run = fit(algorithm, (x, x[:, 0]), epochs=1, **given)
    done = run.history.epochs
    assert done > 50
    whole = fit(algorithm, (x, x[:, 0]), epochs=done, batch=4)
    assert np.array_equal(run.history["loss"], whole.history["loss"])


def test_keys_in_the_state_survive_a_checkpoint(tmp_path):
    from gradus.training.checkpoint import Checkpoint

    carry = {"key": jax.random.key(7), "bf16": jnp.ones(3, jnp.bfloat16)}
    checkpoint = Checkpoint(tmp_path)
    checkpoint(carry, [], final=True)
    read, _ = checkpoint.load(carry)
    assert jax.random.uniform(read["key"]) == jax.random.uniform(carry["key"])
    assert read["bf16"].dtype == jnp.bfloat16


def test_a_gradient_that_is_nan_where_the_loss_is_not(line, monkeypatch):
    """√0 has an infinite slope: the second of two steps in a slice breaks the weights, and the
    first of the next slice shows it."""
    monkeypatch.setattr(slices.Pace, "took", lambda *args: None)
    monkeypatch.setattr(slices, "FIRST_SLICE", 1)
    root = nn.Lambda(lambda x: jnp.sqrt(jnp.maximum(x, 0)))
    model = nn.Sequential(nn.Dense(1, weight_init=nn.Zeros()), root)
    run = fit(supervised(model, Gaussian(), sgd(0.1)), line, epochs=3, batch=10)
    assert "not finite at step" in run.status
    assert all(bool(jnp.isfinite(a).all()) for a in jax.tree.leaves(run.model))


@pytest.mark.parametrize("change", ["data", "seed", "validation"])
def test_a_checkpoint_of_other_data_is_refused(line, regress, tmp_path, change):
    given = {"epochs": 2, "folder": tmp_path, "validation": 0.2}
    fit(regress, line, **given)
    data, other = line, {}
    if change == "data":
        data = (line[0] + 1, line[1])
    else:
        other = {"seed": 3} if change == "seed" else {"validation": 0.25}
    with pytest.raises(InputError, match="the data, the division into parts and the seed"):
        fit(regress, data, **{**given, "epochs": 4, **other}, resume=True)


@pytest.mark.parametrize("first_slice", [1, 3, 8])
def test_epochs_that_were_undone_are_not_in_the_history(line, monkeypatch, first_slice):
    """√0 has an infinite slope: the weights break in a step whose loss is finite."""
    monkeypatch.setattr(slices.Pace, "took", lambda *args: None)
    monkeypatch.setattr(slices, "FIRST_SLICE", first_slice)

    def broken_from(step):
        direction = sgd(1.0).direction
        return Optimizer("trap", direction, lambda k: jnp.where(k == step, jnp.nan, 0.05))

    run = fit(supervised(nn.Dense(1), Gaussian(), broken_from(7)), line, epochs=9, batch=10)
    assert run.history["epoch"].tolist() == [1]


def test_each_member_knows_its_settings_and_ends_in_its_own_way(line):
    from gradus import Patience, fit_many, vary

    def make(rate):
        return supervised(nn.Dense(1), Gaussian(), sgd(rate))

    runs = fit_many(make, line, vary(rate=[0.01, 1e20]), epochs=3, batch=10)
    assert [run.settings["optimizer"] for run in runs] == ["sgd(0.01)", "sgd(1e+20)"]
    assert np.isfinite(runs[0].model.weight).all()
    assert "not finite" in runs[1].status
    given = {"epochs": 30, "batch": 8, "validation": 0.2, "stop": Patience(2, min_delta=0.5)}
    stopped = fit_many(make, line, vary(rate=[0.0, 0.05]), **given)[0]
    assert stopped.status.startswith("stopped early")


def test_several_outputs_come_back_as_they_are(line):
    model = nn.Branches(nn.Dense(1), nn.Dense(2)).init(jax.random.key(0), (1,))
    one, two = outputs(model, np.ones((1500, 1), "float32"))
    assert (one.shape, two.shape) == ((1500, 1), (1500, 2))
