"""Losses and likelihoods of the user's own: taken as they are written, evaluated as they should."""

from __future__ import annotations

import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import assess, fit, fit_many, load, named, nn, save, supervised, vary
from gradus.base.errors import InputError
from gradus.base.tree import split
from gradus.data.batch import Batch
from gradus.likelihoods import Bernoulli, Gaussian, Written
from gradus.optim import adam, sgd

KEY = jax.random.key(1)


def cross_entropy(outputs, y):
    """As on the board; in 32 bits log 0 from a logit of 104 on."""
    p = 1 / (1 + jnp.exp(-outputs[:, 0]))
    return -(y * jnp.log(p) + (1 - y) * jnp.log(1 - p))


def of_probability(p, y):
    """For a model that ends with a sigmoid."""
    return -jnp.where(y > 0, jnp.log(p[:, 0]), jnp.log(1 - p[:, 0]))


@named
def absolute(outputs, y):
    return jnp.abs(outputs[:, 0] - y)


class Naive(Bernoulli):
    """A likelihood of the user's own, with the formula of the textbook."""

    def log_prob(self, outputs, y):
        return -cross_entropy(outputs, y.astype(outputs.dtype))


@pytest.fixture
def line():
    """y = 3x − 1 without noise."""
    x = np.linspace(-1, 1, 40, dtype="float32")[:, None]
    return x, 3 * x[:, 0] - 1


@pytest.fixture
def far():
    """Two classes on a line, with inputs so large that logits are in the hundreds."""
    y = np.arange(24, dtype="float32") % 2
    x = (np.linspace(50, 150, 24) * np.where(y > 0, 1, -1))[:, None]
    return x.astype("float32"), y


def wrong(likelihood, *, activation=nn.identity, **options):
    """A model that begins wrong about every example of `far`, by 50 to 150 at its logit."""
    start = nn.Dense(1, activation, weight_init=nn.Constant(-1.0))
    return supervised(start, likelihood, sgd(0.02), **options)


@pytest.mark.parametrize("loss", [cross_entropy, Written(cross_entropy), Naive()])
def test_a_textbook_loss_learns_where_plain_numbers_are_infinite(far, loss):
    run = fit(wrong(loss), far, epochs=3, batch=8)
    assert run.status == "finished 3 epochs"
    assert run.history["loss"][0] == pytest.approx(33, abs=10)
    assert run.history["loss"][-1] == pytest.approx(0, abs=1e-6)


def test_plain_numbers_are_infinite_there(far):
    plain = fit(wrong(cross_entropy, stable=False), far, epochs=3, batch=8)
    assert "not finite" in plain.status
    assert plain.settings["stable form"] == "switched off"


def test_the_last_layer_is_seen_too(far):
    run = fit(wrong(of_probability, activation=nn.sigmoid), far, epochs=3, batch=8)
    assert run.history["loss"][-1] == pytest.approx(0, abs=1e-6)


def test_it_is_the_loss_of_the_likelihood_that_means_the_same(far):
    mine = fit(wrong(cross_entropy), far, epochs=2, batch=8, validation=0.25)
    ours = fit(wrong(Bernoulli()), far, epochs=2, batch=8, validation=0.25)
    # the bias of ours starts at the logit of the mean, which is 0 for classes of one size
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(mine.history[name], ours.history[name], rtol=1e-3, atol=1e-6)
    assert "accuracy" not in mine.history


def test_members_side_by_side_are_repaired_too(far):
    def make(rate):
        start = nn.Dense(1, weight_init=nn.Constant(-1.0))
        return supervised(start, cross_entropy, sgd(rate))

    runs = fit_many(make, far, vary(rate=[0.0, 0.02]), epochs=2, batch=8)
    assert runs[0].history["loss"][-1] == pytest.approx(100, abs=1)  # the mean of |x|
    assert runs[1].history["loss"][-1] == pytest.approx(0, abs=1e-6)
    assert all("cross_entropy" in run.settings["stable form"] for run in runs)


def test_it_is_said_and_kept(far, capsys, tmp_path):
    run = fit(wrong(cross_entropy), far, epochs=1, batch=8, progress=True)
    said = capsys.readouterr().err
    sentence = run.settings["stable form"]
    assert sentence.startswith("cross_entropy is evaluated in its stable form: ")
    assert "log(1 / (1 + exp u)) → −softplus(u)" in sentence
    assert "(test_stability.py:" in sentence
    assert sentence in said


def test_that_nothing_is_to_be_repaired_is_said_too(line, capsys):
    run = fit(supervised(nn.Dense(1), absolute, adam(0.1)), line, epochs=1, progress=True)
    assert run.settings["stable form"] == "absolute: nothing to repair"
    assert "absolute: nothing to repair\n" in capsys.readouterr().err


def test_what_is_quiet_says_nothing(line, capsys):
    fit(supervised(nn.Dense(1), absolute, adam(0.1)), line, epochs=1, progress=False)
    assert capsys.readouterr().err == ""


def test_nothing_is_done_to_our_own_likelihoods(line, monkeypatch):
    def never(f):
        raise AssertionError

    monkeypatch.setattr(sys.modules["gradus.learn.supervised"], "stable_form", never)
    algorithm = supervised(nn.Dense(1), Gaussian(), adam(0.1))
    assert algorithm.remarks is None
    assert list(fit(algorithm, line, epochs=1).settings) == list(algorithm.settings)
    with pytest.raises(AssertionError):
        fit(supervised(nn.Dense(1), absolute, adam(0.1)), line, epochs=1)


def test_weights_count_each_example():
    """Errors 1 and 3, counted 1 and 3 times: (1 + 9) / 4."""
    algorithm = supervised(nn.Dense(1, weight_init=nn.Zeros()), absolute, sgd(0.1))
    batch = Batch(jnp.ones((2, 1)), jnp.array([1.0, 3.0]), jnp.array([1.0, 3.0]))
    state = algorithm.init(KEY, batch)
    assert float(algorithm.step(state, batch, KEY)[1]["loss"]) == pytest.approx(2.5)


def test_predictions_are_the_outputs(line):
    run = fit(supervised(nn.Dense(1), absolute, adam(0.1)), line, epochs=60)
    assert run.predict(line[0]).shape == (40, 1)
    np.testing.assert_allclose(run.predict(line[0])[:, 0], line[1], atol=0.1)


@pytest.mark.parametrize(
    ("loss", "wording"),
    [
        (lambda z, y: jnp.mean(z[:, 0] - y), r"shape \(4,\)\n.*shape \(\)\n.*leave out the mean"),
        (lambda z, y: z - y[:, None], r"shape \(4, 1\)\n.*over all axes but the first"),
        (lambda z, y: z[:, 0] > y, r"bool of shape \(4,\)\n.*real numbers"),
        (lambda z, y: z[:, 0] if y[0] > 0 else y, r"cannot be traced: test_stability.py:\d+"),
    ],
)
def test_a_loss_of_another_form_is_refused(loss, wording):
    x = np.ones((4, 1), "float32")
    with pytest.raises(InputError, match=wording):
        fit(supervised(nn.Dense(1), loss, sgd(0.1)), (x, x[:, 0]), batch=4)


@pytest.mark.parametrize(
    ("loss", "wording"),
    [
        (lambda outputs: outputs, "a function of outputs and targets"),
        (Gaussian, r"the class Gaussian\n.*Gaussian\(\)"),
        (nn.Dense(1), "the model comes first, then the likelihood"),
    ],
)
def test_what_is_no_loss_is_refused(loss, wording):
    with pytest.raises(InputError, match=wording):
        supervised(nn.Dense(1), loss, sgd(0.1))


def test_targets_must_be_numbers():
    with pytest.raises(InputError, match="row 1\n  Expected: finite numbers"):
        Written(absolute).check(np.array([0.0, np.nan]))
    with pytest.raises(InputError, match="an array of numbers"):
        Written(absolute).check(np.array(["a", "b"]))
    Written(absolute).check(np.ones((3, 1)))


@pytest.mark.parametrize(
    ("ask", "what"),
    [
        (lambda loss: loss.probabilities(jnp.ones((2, 1))), "probabilities"),
        (lambda loss: loss.sample(KEY, jnp.ones((2, 1))), "samples"),
        (lambda loss: loss.size, "number of outputs"),
        (lambda loss: loss.output_shape(()), "shape of outputs"),
    ],
)
def test_a_loss_does_not_say_more_than_the_loss(ask, what):
    with pytest.raises(InputError, match=f"{what} of the loss absolute"):
        ask(Written(absolute))


def test_an_assessment_needs_one_prediction_per_target(line):
    likelihood = Written(lambda z, y: jnp.abs(z[:, 0] - y) + jnp.abs(z[:, 1]))
    run = fit(supervised(nn.Dense(2), likelihood, adam(0.1)), line, epochs=1)
    with pytest.raises(InputError, match=r"one for each of 40 targets\n.*shape \(40, 2\)"):
        assess(run.model, likelihood, *line)
    run = fit(supervised(nn.Dense(1), absolute, adam(0.1)), line, epochs=60)
    assert assess(run.model, Written(absolute), *line).measures["mae"] < 0.1


def test_a_named_loss_is_saved(line, tmp_path):
    run = fit(supervised(nn.Dense(1), absolute, adam(0.1)), line, epochs=2)
    again = load(save(run, tmp_path))
    assert again.likelihood == Written(absolute)
    assert again.settings["stable form"] == "absolute: nothing to repair"
    assert np.array_equal(again.predict(line[0]), run.predict(line[0]))


def test_a_loss_without_a_name_says_how_it_could_be_saved(line, tmp_path):
    run = fit(supervised(nn.Dense(1), lambda z, y: absolute(z, y), adam(0.1)), line, epochs=1)
    with pytest.raises(InputError, match=r"gradus\.named"):
        save(run, tmp_path)


def test_layers_with_noise_and_averages_go_through(line):
    """The repaired step is the plain one where nothing goes wrong: same noise, same averages."""
    model = nn.Sequential(nn.Dense(4, nn.relu), nn.BatchNorm(), nn.Dropout(0.5), nn.Dense(1))
    batch, states = Batch(*map(jnp.asarray, line)), []
    for stable in (True, False):
        algorithm = supervised(model, lambda z, y: jnp.log(jnp.cosh(z[:, 0] - y)), sgd(0.1),
                               stable=stable)  # fmt: skip
        state = algorithm.init(KEY, batch)
        states.append(jax.jit(algorithm.step)(state, batch, KEY)[0].model)
    for mine, plain in zip(*map(jax.tree.leaves, states), strict=True):
        np.testing.assert_allclose(mine, plain, rtol=1e-4, atol=1e-6)
    assert not any(np.array_equal(a, b) for a, b in zip(*[
        jax.tree.leaves(split(m)[1]) for m in (states[0], algorithm.init(KEY, batch).model)
    ], strict=True))  # fmt: skip
