"""Schedules: rates worked out by hand, their shape, and their peers in Optax."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from gradus import optim
from gradus.base.errors import InputError
from gradus.base.record import decode, encode

# schedule, its text, rates at named steps
KNOWN = [
    (optim.constant(0.1), "constant(0.1)", {0: 0.1, 10**6: 0.1}),
    # halfway: ½ · 0.1 + ½ · 0.02
    (
        optim.linear_decay(0.1, steps=10, end=0.02),
        "linear_decay(0.1, steps=10, end=0.02)",
        {0: 0.1, 5: 0.06, 10: 0.02, 11: 0.02, 1000: 0.02},
    ),
    (
        optim.step_decay(0.8, steps=10, factor=0.5),
        "step_decay(0.8, steps=10, factor=0.5)",
        {0: 0.8, 9: 0.8, 10: 0.4, 19: 0.4, 30: 0.1},
    ),
    (
        optim.exponential_decay(0.8, steps=10, factor=0.25),
        "exponential_decay(0.8, steps=10, factor=0.25)",
        {0: 0.8, 5: 0.4, 10: 0.2, 20: 0.05},
    ),
    (
        optim.inverse_time(0.6, steps=10),
        "inverse_time(0.6, steps=10)",
        {0: 0.6, 10: 0.3, 20: 0.2, 50: 0.1},
    ),
    (
        optim.inverse_time(0.6, steps=10, power=0.5),
        "inverse_time(0.6, steps=10, power=0.5)",
        {0: 0.6, 30: 0.3},
    ),
    # cos(π/3) = ½: ½ · (1 + ½) = ¾
    (
        optim.cosine_decay(0.4, steps=12),
        "cosine_decay(0.4, steps=12)",
        {0: 0.4, 4: 0.3, 6: 0.2, 8: 0.1, 12: 0.0, 13: 0.0},
    ),
    (
        optim.one_cycle(0.5, steps=100),
        "one_cycle(0.5, steps=100)",
        {0: 0.02, 15: 0.26, 30: 0.5, 65: 0.250001, 100: 2e-6, 200: 2e-6},
    ),
    (
        optim.piecewise((0.3, 0.2, 0.1), changes=(10, 20)),
        "piecewise((0.3, 0.2, 0.1), changes=(10, 20))",
        {0: 0.3, 9: 0.3, 10: 0.2, 19: 0.2, 20: 0.1, 99: 0.1},
    ),
    # rises by 0.1/5 a step, then the stairs from their own step 0
    (
        optim.warm_up(optim.step_decay(0.1, steps=10), steps=4),
        "warm_up(step_decay(0.1, steps=10), steps=4)",
        {0: 0.02, 3: 0.08, 4: 0.1, 13: 0.1, 14: 0.01},
    ),
    (optim.warm_up(0.1, steps=1), "warm_up(0.1, steps=1)", {0: 0.05, 1: 0.1, 9: 0.1}),
]
schedules = pytest.mark.parametrize(
    ("schedule", "text", "rates"), KNOWN, ids=[text for _, text, _ in KNOWN]
)


@schedules
def test_rates_at_named_steps(schedule, text, rates):
    found = jax.vmap(schedule)(jnp.array(list(rates)))
    np.testing.assert_allclose(found, list(rates.values()), rtol=2e-6, atol=1e-8)


@schedules
def test_prints_as_it_was_written(schedule, text, rates):
    assert repr(schedule) == text
    assert optim.sgd(schedule).name == f"sgd({text})"


@schedules
def test_can_be_saved(schedule, text, rates):
    assert repr(decode(encode(schedule, {}), {})) == text


@schedules
def test_rates_have_the_precision_of_the_program(schedule, text, rates):
    assert schedule(3).dtype == schedule(jnp.int32(3)).dtype == jnp.float32
    with jax.enable_x64(True):
        assert schedule(3).dtype == jnp.float64


@pytest.mark.parametrize(
    "schedule",
    [
        optim.linear_decay(0.1, steps=50, end=0.01),
        optim.step_decay(0.1, steps=7),
        optim.exponential_decay(0.1, steps=7),
        optim.inverse_time(0.1, steps=7),
        optim.cosine_decay(0.1, steps=50),
        optim.piecewise((0.3, 0.2, 0.1), changes=(10, 20)),
    ],
    ids=repr,
)
def test_never_rises(schedule):
    rates = jax.vmap(schedule)(jnp.arange(100))
    assert (jnp.diff(rates) <= 1e-9).all()
    assert rates[-1] < rates[0]


def test_one_cycle_rises_and_falls():
    steps = jnp.diff(jax.vmap(optim.one_cycle(0.1, steps=50))(jnp.arange(51)))
    assert (steps[:15] > 0).all()
    assert (steps[15:] < 0).all()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (
            optim.linear_decay(0.1, steps=20, end=0.01),
            optax.linear_schedule(0.1, 0.01, transition_steps=20),
        ),
        (
            optim.step_decay(0.1, steps=7),
            optax.exponential_decay(0.1, 7, decay_rate=0.1, staircase=True),
        ),
        (optim.exponential_decay(0.1, steps=7), optax.exponential_decay(0.1, 7, decay_rate=0.1)),
        (optim.cosine_decay(0.1, steps=20), optax.cosine_decay_schedule(0.1, 20)),
        (optim.one_cycle(0.1, steps=40), optax.cosine_onecycle_schedule(40, 0.1)),
    ],
    ids=lambda schedule: repr(schedule) if isinstance(schedule, optim.Schedule) else "",
)
def test_agrees_with_optax(ours, theirs):
    k = jnp.arange(60)
    with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
        expected = jax.vmap(theirs)(k)
    np.testing.assert_allclose(jax.vmap(ours)(k), expected, rtol=1e-4, atol=1e-8)


def test_the_optimizer_follows_its_schedule():
    optimizer = optim.sgd(optim.linear_decay(1.0, steps=2))
    w = jnp.ones(1)
    state, found = optimizer.init(w), []
    for _ in range(3):
        found.append(float(optimizer.rate_at(state.step)))
        change, state = optimizer.update(w, state, w)
        assert change[0] == -found[-1]
    assert found == [1.0, 0.5, 0.0]


def test_the_rate_of_a_schedule_can_be_traced():
    rates = jnp.array([0.1, 0.2])
    found = jax.vmap(lambda rate: optim.cosine_decay(rate, steps=10)(5))(rates)
    np.testing.assert_allclose(found, rates / 2, rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: optim.cosine_decay(0.1, steps=0), "cosine_decay: steps"),
        (lambda: optim.linear_decay(-0.1, steps=1), "linear_decay: learning rate"),
        (lambda: optim.warm_up("fast", steps=1), "warm_up: learning rate"),
        (lambda: optim.warm_up(0.1, steps=-1), "warm_up: steps"),
        (lambda: optim.one_cycle(0.1, steps=10, rise=1.0), "one_cycle: rise"),
        (lambda: optim.piecewise((0.1, 0.2), changes=(1, 2)), "3 rates for 2 changes"),
    ],
)
def test_wrong_settings_are_refused(make, words):
    with pytest.raises(InputError, match=words):
        make()
