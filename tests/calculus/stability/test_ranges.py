"""Every operation's range holds all its values; a new operation is a line in the table."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from scipy import special

from gradus.calculus.stability.graph import Graph
from gradus.calculus.stability.ranges import (
    EVERYTHING,
    NONNEGATIVE,
    POSITIVE,
    RANGES,
    Range,
    union,
)

ELEMENTWISE = {
    "add": np.add,
    "neg": np.negative,
    "mul": np.multiply,
    "absorbed": np.multiply,
    "div": np.divide,
    "pow": np.power,
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "logistic": special.expit,
    "tanh": np.tanh,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "asinh": np.arcsinh,
    "ndtr": special.ndtr,
    "erf": special.erf,
    "erfc": special.erfc,
    "sin": np.sin,
    "cos": np.cos,
    "sign": np.sign,
    "abs": np.abs,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "max": np.maximum,
    "min": np.minimum,
    "clamp": lambda least, x, most: np.minimum(np.maximum(x, least), most),
    "select_n": lambda which, a, b: np.where(which > 0, b, a),
    "concatenate": lambda a, b: np.concatenate([a, b]),
    "stack": lambda a, b: np.stack([a, b]),
    "pad": lambda a, b: np.concatenate([a, b[..., :1]], -1),
    "softplus": lambda x: np.logaddexp(x, 0),
    "hypot": np.hypot,
}
REDUCED = {  # over the last axis
    "reduce_sum": (lambda x: x.sum(-1), {"axes": (1,)}),
    "reduce_prod": (lambda x: x.prod(-1), {"axes": (1,)}),
    "reduce_max": (lambda x: x.max(-1), {"axes": (1,)}),
    "reduce_min": (lambda x: x.min(-1), {"axes": (1,)}),
    "cumsum": (lambda x: x.cumsum(-1), {"axis": 1, "reverse": False}),
    "cumprod": (lambda x: x.cumprod(-1), {"axis": 1, "reverse": False}),
    "logsumexp": (lambda x: special.logsumexp(x, -1), {"axes": (1,)}),
    "log_share": (lambda x: special.log_softmax(x, -1), {"axes": (1,)}),
    "norm": (lambda x: np.linalg.norm(x, axis=-1), {"axes": (1,)}),
}
MOVES = [
    "broadcast_in_dim",
    "reshape",
    "squeeze",
    "expand_dims",
    "transpose",
    "rev",
    "slice",
    "dynamic_slice",
    "copy",
    "copy_p",
    "stop_gradient",
    "reduce_precision",
    "split_part",
    "as_written",
]
ELSEWHERE = ("constant", "integer_pow", "dot_general", "convert_element_type", "gather")

INTERVALS = [(-3, 2), (0, 4), (-5, 0), (0.5, 3), (-4, -1), (20, 40), (-40, -20), (2, 2), (-1, 1)]


class Stub(NamedTuple):
    """As much of a node as a range depends on."""

    range: Range
    shape: tuple = (50, 4)
    dtype: type = float


class Applied(NamedTuple):
    """An operation on them."""

    inputs: tuple
    params: dict
    shape: tuple


def holds(found: Range, values) -> bool:
    """Whether all values that are numbers lie in the range, up to rounding."""
    values = np.asarray(values)[np.isfinite(values)]
    slack = 1e-12 * np.maximum(1, np.abs(values))
    return bool(np.all((values >= found.low - slack) & (values <= found.high + slack)))


def samples(intervals, seed):
    """200 numbers of each interval, its ends among them."""
    random = np.random.default_rng(seed)
    drawn = [random.uniform(low, high, (50, 4)) for low, high in intervals]
    for numbers, ends in zip(drawn, intervals, strict=True):
        numbers.flat[:2] = ends
    return drawn


def test_the_table_is_complete():
    assert set(RANGES) == {*ELEMENTWISE, *REDUCED, *MOVES, *ELSEWHERE}


@pytest.mark.parametrize("op", ELEMENTWISE)
@np.errstate(all="ignore")
def test_an_elementwise_range_holds_its_values(op):
    f = ELEMENTWISE[op]
    count = f.nin if isinstance(f, np.ufunc) else f.__code__.co_argcount
    for shift in range(len(INTERVALS)):
        for i in range(len(INTERVALS)):
            chosen = [INTERVALS[(i + k * shift) % len(INTERVALS)] for k in range(count)]
            inputs = tuple(Stub(Range(*map(float, ends))) for ends in chosen)
            found = RANGES[op](Applied(inputs, {}, (50, 4)))
            assert holds(found, f(*samples(chosen, i))), (op, chosen, found)


@pytest.mark.parametrize("op", REDUCED)
@pytest.mark.parametrize("ends", INTERVALS)
def test_a_reduced_range_holds_its_values(op, ends):
    f, params = REDUCED[op]
    found = RANGES[op](Applied((Stub(Range(*map(float, ends))),), params, (50,)))
    assert holds(found, f(*samples([ends], 0)))


@pytest.mark.parametrize("power", [-3, -2, -1, 2, 3, 4])
@pytest.mark.parametrize("ends", INTERVALS)
@np.errstate(all="ignore")
def test_a_power_holds_its_values(power, ends):
    (x,) = samples([ends], 1)
    found = RANGES["integer_pow"](Applied((Stub(Range(*map(float, ends))),), {"y": power}, ()))
    assert holds(found, x**power)


def test_products_of_matrices():
    a, b = samples([(-1, 2), (0.5, 3)], 2)
    params = {"dimension_numbers": (((1,), (1,)), ((), ()))}
    inputs = (Stub(Range(-1.0, 2.0)), Stub(Range(0.5, 3.0)))
    assert holds(RANGES["dot_general"](Applied(inputs, params, (50, 50))), a @ b.T)
    same = Stub(Range(-1.0, 2.0), (4,))
    one = {"dimension_numbers": (((0,), (0,)), ((), ()))}
    assert RANGES["dot_general"](Applied((same, same), one, ())) == Range(0.0, 16.0)


def test_a_sum_of_products_with_the_transpose_is_no_sum_of_squares():
    """a : aᵀ of [[0, 1], [-1, 0]] is −2."""
    a = Stub(Range(-1.0, 1.0), (2, 2))
    params = {"dimension_numbers": (((0, 1), (1, 0)), ((), ()))}
    assert RANGES["dot_general"](Applied((a, a), params, ())).low == -4


@pytest.mark.parametrize("op", MOVES)
def test_moves_keep_the_range(op):
    assert RANGES[op](Applied((Stub(Range(1.0, 2.0)),), {}, ())) == Range(1.0, 2.0)


def test_what_is_filled_in_counts():
    x = Stub(Range(1.0, 2.0))
    assert RANGES["gather"](Applied((x,), {"fill_value": 0.0}, ())) == Range(0.0, 2.0)
    assert RANGES["gather"](Applied((x,), {"fill_value": None}, ())) == Range(1.0, 2.0)


def test_truth_values_are_0_or_1():
    x = Stub(EVERYTHING, dtype=bool)
    assert RANGES["convert_element_type"](Applied((x,), {}, ())) == Range(0.0, 1.0)


def test_a_sum_of_nothing():
    """Shape (0, 3) summed over its last axis, and (3, 0): no row, and rows of nothing."""
    for shape, high in (((0, 3), 6.0), ((3, 0), 0.0)):
        x = Stub(Range(0.0, 2.0), shape)
        assert RANGES["reduce_sum"](Applied((x,), {"axes": (1,)}, shape[:1])).high == high


def test_what_rounding_joins_is_no_constant():
    """tanh of 30 and of 40 are 1 in floats, and two numbers below 1 in truth."""
    for op, ends in {"tanh": (30, 40), "logistic": (50, 60), "exp": (-900, -800)}.items():
        found = RANGES[op](Applied((Stub(Range(*map(float, ends))),), {}, ()))
        assert found.low < found.high
    huge, small = Range(1e17, 1e17), Range(0.0, 1.0)
    assert not (huge + small).single
    assert (huge + huge).single
    assert RANGES["exp"](Applied((Stub(Range(-900.0, -900.0)),), {}, ())).positive


def test_signs_follow_from_the_formula():
    graph = Graph()
    x = graph.argument((), np.dtype("float32"))
    assert x.range == EVERYTHING
    assert graph.apply("exp", x).positive
    assert (1 + x**2).range == Range(1.0, math.inf)
    assert graph.apply("log", 1 + graph.apply("exp", x)).range.nonnegative
    assert (x * x).range == NONNEGATIVE
    assert graph.apply("logistic", x).range == Range(0.0, 1.0, True, True)
    assert graph.apply("softplus", x).range == POSITIVE


def test_a_union_reaches_an_end_that_one_reaches():
    assert union(Range(0.0, 1.0, True), Range(0.0, 2.0)) == Range(0.0, 2.0)
