"""Functions that cannot be traced are refused with the line that is to be changed."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.calculus.traceable import refusals_at_their_line, traced

LEFT_BEHIND = []


def branches(x):
    if x > 0:
        return x
    return -x


def indexes(x):
    return [1.0, 2.0][x.astype(int)] * x


def leaves_behind(x):
    if LEFT_BEHIND:
        return x + LEFT_BEHIND[0]
    LEFT_BEHIND.append(2 * x)
    return x


SLIPS = {  # function -> what the refusal says: the line, what was done, what to do
    branches: ["branches cannot be traced", "if x > 0:", "Python condition", "jnp.where"],
    indexes: ["[1.0, 2.0]", "index", "jnp.asarray"],
    lambda x: np.sin(x): ["np.sin(x)", "NumPy", "write jnp"],
    lambda x: float(x): ["float(x)", "conversion", "leave the conversion out"],
    lambda x: x.item(): ["x.item()", "conversion", "leave"],
    lambda x: math.sin(x): ["math.sin(x)", "math", "write jnp.sin"],
    lambda x: jnp.ones(3)[jnp.ones(3) * x > 0]: ["[jnp.ones(3)", "mask", "jnp.where"],
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_named_with_its_line(slip):
    with pytest.raises(InputError) as refused:
        traced(slip, 1.0)
    assert f"{__name__.split('.')[-1]}.py:" in refused.value.what
    assert [part for part in SLIPS[slip] if part not in str(refused.value)] == []


def test_a_side_effect_is_named():
    traced(leaves_behind, 1.0)
    with pytest.raises(InputError, match="side effect"), refusals_at_their_line(leaves_behind):
        leaves_behind(1.0)


def test_any_transformation_is_covered():
    with (
        pytest.raises(InputError, match=r"test_traceable.py:\d+: if x > 0"),
        refusals_at_their_line(branches),
    ):
        jax.jit(branches)(1.0)


def test_other_errors_pass_through():
    with pytest.raises(ZeroDivisionError):
        traced(lambda x: x * (1 // 0), 1.0)
