"""Going on from an earlier run's state, and compiling once what is trained many times."""

import jax
import numpy as np
import pytest

from gradus import InputError, fit, nn, supervised
from gradus.likelihoods import Gaussian
from gradus.optim import adam, sgd
from gradus.training import Shared, program

from .problems import same


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """Every test begins with no compiled programs, and leaves none."""
    monkeypatch.setattr(program, "KEPT", {})


@pytest.fixture
def compilations(monkeypatch):
    """One entry for every compilation of a run."""
    made, compile_together = [], program.compile_together

    def counted(*traced):
        made.append(traced)
        return compile_together(*traced)

    monkeypatch.setattr(program, "compile_together", counted)
    return made


def straight(rate):
    """A line, learned at some rate."""
    return supervised(nn.Dense(1), Gaussian(), sgd(rate))


def known(rate=0.1, identity="line"):
    """A way of learning whose program may serve again."""
    return Shared(straight, {"rate": rate}, identity)


def test_a_run_that_goes_on_equals_one_that_never_ended(line):
    """In full batches the order of examples does not matter, so two runs are one longer run."""
    algorithm = supervised(nn.Dense(1), Gaussian(), adam(0.1))
    whole = fit(algorithm, line, epochs=6, batch=40)
    first = fit(algorithm, line, epochs=4, batch=40)
    second = fit(algorithm, line, epochs=2, batch=40, start=first.state)
    assert np.allclose(second.model.weight, whole.model.weight, rtol=1e-5)
    assert int(second.state.optimizer.step) == 6


def test_a_state_of_another_model_is_refused(line, regress):
    other = fit(supervised(nn.Dense(1, use_bias=False), Gaussian(), sgd(0.1)), line, epochs=1)
    with pytest.raises(InputError, match="state of a run of this algorithm"):
        fit(regress, line, epochs=1, start=other.state)


def test_equal_identities_are_compiled_once_and_give_the_same_run(line, compilations):
    first, again = fit(known(), line, epochs=3), fit(known(), line, epochs=3)
    assert len(compilations) == 1
    assert again.seconds["compile"] == 0
    assert same(first.state, again.state)
    assert list(first.history) == list(again.history)


def test_other_data_of_the_same_shape_share_the_program(line, compilations):
    x, y = line
    fit(known(), line, epochs=3)
    run = fit(known(), (x, -y), epochs=3, seed=5)
    plain = fit(supervised(nn.Dense(1), Gaussian(), sgd(0.1)), (x, -y), epochs=3, seed=5)
    assert len(compilations) == 2  # that of `plain` is the second
    np.testing.assert_allclose(run.model.weight, plain.model.weight, rtol=1e-5)


def test_rates_and_some_rows_more_or_less_share_the_program(line, compilations):
    """38 to 40 rows less a tenth are two batches of 32; another rate is another number."""
    x, y = line
    for rate, rows in ((0.1, 40), (0.3, 38), (0.01, 39)):
        run = fit(known(rate), (x[:rows], y[:rows]), epochs=3, validation=0.1, seed=3)
        plain = fit(straight(rate), (x[:rows], y[:rows]), epochs=3, validation=0.1, seed=3)
        np.testing.assert_allclose(run.model.weight, plain.model.weight, rtol=1e-5)
        np.testing.assert_allclose(run.history["val_loss"], plain.history["val_loss"], rtol=1e-5)
        np.testing.assert_allclose(run.history["loss"], plain.history["loss"], rtol=1e-5)
    assert len(compilations) == 4  # one, and that of every `plain`


def test_a_batch_larger_than_the_data_is_full_batch(line):
    x, y = line
    run = fit(known(), (x[:7], y[:7]), epochs=3, batch=1000)
    plain = fit(straight(0.1), (x[:7], y[:7]), epochs=3, batch=1000)
    np.testing.assert_allclose(run.model.weight, plain.model.weight, rtol=1e-5)


def test_whatever_a_program_depends_on_is_told_apart(line, compilations):
    x, y = line
    fit(known(), line, epochs=1)
    fit(known(identity="another"), line, epochs=1)
    fit(known(), line, epochs=1, batch=8)
    fit(known(), line, epochs=1, validation=0.5)
    fit(known(), (x[:32], y[:32]), epochs=1)
    with jax.default_matmul_precision("highest"):
        fit(known(), line, epochs=1)
    assert len(compilations) == 6


def test_without_identity_nothing_is_kept(line, regress, compilations):
    fit(regress, line, epochs=1)
    fit(regress, line, epochs=1)
    assert len(compilations) == 2
    assert program.KEPT == {}


def test_only_the_last_programs_are_kept(line, monkeypatch):
    monkeypatch.setattr(program, "MOST_KEPT", 2)
    for name in "abac":
        fit(known(identity=name), line, epochs=1)
    assert [identity for identity, *_ in program.KEPT] == ["a", "c"]
