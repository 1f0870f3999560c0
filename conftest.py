"""The strictest numerics for every test and example: no silent broadcasting or change of type."""

import os

import jax
import pytest

import gradus  # noqa: F401 - sets JAX up before anything else imports it
from gradus.training.program import KEPT

# Tests compile more than they compute. At the level of optimisation at which `fit` compiles its
# programs, what is compiled outside of them takes two thirds of the time, too.
os.environ["XLA_FLAGS"] += " --xla_backend_optimization_level=1"

jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_numpy_dtype_promotion", "strict")

# Every compiled program takes some 2 MiB: without a limit, a process that runs half of the tests
# ends up with several GiB.
MOST_PROGRAMS = 500


@pytest.fixture(autouse=True)
def few_programs():
    """What tests have compiled is forgotten before it is too much."""
    yield
    if len(jax.devices()[0].client.live_executables()) > MOST_PROGRAMS:
        jax.clear_caches()
        KEPT.clear()


@pytest.fixture
def key():
    """A fixed random key."""
    return jax.random.key(0)


@pytest.fixture
def float64():
    """Double precision for the length of one test."""
    with jax.enable_x64(True):
        yield
