"""Ranges and spaces: what may be tried, and what is refused."""

import numpy as np
import pytest

from gradus import InputError, models, nn, penalties, supervised
from gradus.data import Batch
from gradus.likelihoods import Gaussian
from gradus.optim import adam, cosine_decay
from gradus.tuning import Space, choice, integers, log_uniform, uniform

RANGES = {
    "uniform": uniform(-1, 3),
    "log_uniform": log_uniform(1e-4, 1e-1),
    "integers": integers(2, 5),
    "integers by logarithm": integers(1, 64, log=True),
    "choice": choice(["a", (1, 2), None]),
}


@pytest.mark.parametrize("name", RANGES)
def test_samples_lie_within_and_have_a_place(name):
    values, random = RANGES[name], np.random.default_rng(0)
    drawn = [values.sample(random) for _ in range(200)]
    assert all(values.holds(value) for value in drawn)
    places = [values.place(value) for value in drawn]
    assert 0 <= min(places) < 0.2
    assert 0.8 < max(places) <= 1


@pytest.mark.parametrize("name", RANGES)
def test_equal_seeds_draw_equal_values(name):
    first, second = ([RANGES[name].sample(np.random.default_rng(3))] for _ in range(2))
    assert first == second


def test_logarithms_share_out_powers_of_ten():
    drawn = [log_uniform(1e-4, 1e-2).sample(np.random.default_rng(i)) for i in range(400)]
    assert 0.4 < np.mean(np.array(drawn) < 1e-3) < 0.6
    assert RANGES["log_uniform"].place(1e-4) == 0


def test_whole_numbers_include_both_ends():
    drawn = {RANGES["integers"].sample(np.random.default_rng(i)) for i in range(100)}
    assert drawn == {2, 3, 4, 5}
    assert all(isinstance(value, int) for value in drawn)


@pytest.mark.parametrize(
    ("make", "wording"),
    [
        (lambda: uniform(1, 0), "the smaller one first"),
        (lambda: uniform(0, float("inf")), "two numbers"),
        (lambda: log_uniform(0, 1), "both above 0"),
        (lambda: integers(1.5, 3), "two whole numbers"),
        (lambda: choice([]), "one or more"),
        (lambda: choice("relu"), "a list"),
    ],
)
def test_ranges_that_cannot_be_are_refused(make, wording):
    with pytest.raises(InputError, match=wording):
        make()


def make(rate, strength, units, dropout):
    """A net in which all kinds of settings occur."""
    net = models.mlp([units], 1, dropout=dropout)
    optimizer = adam(cosine_decay(rate, 100))
    return supervised(net, Gaussian(), optimizer, penalty=penalties.l2(strength))


SPACE = Space(
    make,
    rate=log_uniform(1e-4, 1e-1),
    strength=uniform(0, 1),
    units=integers(2, 8),
    dropout=uniform(0, 0.5),
)


def test_rates_and_penalties_share_a_program_and_what_shapes_it_does_not():
    batch = Batch(np.zeros((4, 2), "float32"), np.zeros(4, "float32"))
    assert SPACE.varying(batch) == ["rate", "strength"]


def test_a_space_prints_its_ranges():
    assert repr(SPACE).startswith("Space(rate from 0.0001 to 0.1, strength from 0 to 1")


@pytest.mark.parametrize(
    ("given", "wording"),
    [
        ({}, "the space is empty"),
        ({"rate": 0.1}, r"range of 'rate'(.*\n)+.*choice\(\[0.1\]\)"),
        ({"rat": log_uniform(1e-4, 1e-1)}, "did you mean 'rate'"),
        ({"rate": log_uniform(1e-4, 1e-1)}, "give the missing setting a range"),
    ],
)
def test_spaces_that_do_not_fit_are_refused(given, wording):
    with pytest.raises(InputError, match=wording):
        Space(make, **given)


def test_what_makes_no_algorithm_is_refused():
    with pytest.raises(InputError, match="a function of settings"):
        Space(3, rate=uniform(0, 1))
    with pytest.raises(InputError, match="Got:      Dense"):
        Space(lambda rate: nn.Dense(1), rate=uniform(0, 1)).algorithm({"rate": 0.1})


@pytest.mark.parametrize(
    ("settings", "wording"),
    [
        ({"rate": 1e-2}, "'strength'"),
        ({"rate": 1.0, "strength": 0.1, "units": 3, "dropout": 0.1}, r"'rate'\n.*0.0001 to 0.1"),
        ({"rate": 1e-2, "strength": 0.1, "units": 2.5, "dropout": 0.1}, "'units'"),
        ({"rate": 1e-2, "strength": 0.1, "unit": 3, "dropout": 0.1}, "did you mean 'units'"),
    ],
)
def test_settings_outside_are_refused(settings, wording):
    with pytest.raises(InputError, match=wording):
        SPACE.check(settings)
