"""The judge of the textbook formulas and their table: exact numbers, caught faults, spellings."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

mp = pytest.importorskip("mpmath").mp

from benchmarks.stability.contexts import CONTEXTS  # noqa: E402
from benchmarks.stability.formula import Formula  # noqa: E402
from benchmarks.stability.formulas import FORMULAS, GROUPS  # noqa: E402
from benchmarks.stability.judge import evaluate, exact, gradient_verdict, identity, verdict  # noqa: E402


def one(f, want, inputs, gradient=None):
    return Formula("planted", "example", want, {"as planted": f}, [inputs], gradient)


def test_the_table_is_large_and_its_names_are_unique():
    names = [formula.name for formula in FORMULAS]
    assert len(names) == len(set(names)) >= 150
    assert sum(len(formula.spellings) for formula in FORMULAS) >= 330
    assert all(len(group.FORMULAS) >= 10 for group in GROUPS)
    assert all(2 <= len(formula.inputs) <= 8 for formula in FORMULAS)


def test_exact_values_known_by_hand():
    by_name = {formula.name: formula for formula in FORMULAS}
    answer = exact(by_name["softplus"], (0.0,))  # log 2, slope 1/2
    assert mp.almosteq(answer.value, mp.log(2), rel_eps=1e-14)
    assert float(answer.gradient[0]) == 0.5
    answer = exact(by_name["1 - cos x"], (0.5**13,))  # x²/2 - x⁴/24
    x = mp.mpf(0.5) ** 13
    assert mp.almosteq(answer.value, x**2 / 2 - x**4 / 24, rel_eps=1e-14)
    answer = exact(by_name["variance by two moments"], ([10000.0, 10001.0, 10005.0],))
    assert float(answer.value) == pytest.approx(14 / 3)  # (4 + 1 + 9)/3
    assert [float(g) for g in answer.gradient[0]] == pytest.approx([-4 / 3, -2 / 3, 2])
    answer = exact(by_name["Euclidean norm"], ([0.0, 0.0, 0.0],))
    assert [float(g) for g in answer.gradient[0]] == [0, 0, 0]


def test_exact_rounds_the_inputs_first():
    itself = one(None, lambda x: x, (0.1,))
    assert float(exact(itself, (0.1,), "float64").value) == 0.1
    assert float(exact(itself, (0.1,), "float32").value) == float(np.float32(0.1))


def test_exact_gradients_survive_cancellation():
    tiny = one(None, lambda x: mp.exp(x) - 1 - x, (1e-30,))
    assert mp.almosteq(exact(tiny, (1e-30,), "float64").gradient[0], mp.mpf(1e-30), rel_eps=1e-14)


@pytest.mark.parametrize(
    ("got", "want", "right"),
    [
        (1.000009, 1, True),
        (1.00002, 1, False),
        (0.0, mp.mpf(10) ** -50, True),  # underflow
        (0.0, mp.mpf(10) ** -30, False),
        (jnp.inf, mp.mpf(10) ** 40, True),  # overflow
        (-jnp.inf, mp.mpf(10) ** 40, False),
        (3e38, mp.mpf(10) ** 40, False),
        (jnp.inf, 5, False),
        (jnp.nan, 5, False),
        (jnp.nan, mp.nan, True),
        (5.0, mp.nan, False),
        (-jnp.inf, -mp.inf, True),
    ],
)
def test_verdict(got, want, right):
    assert verdict(got, want) is right


def test_verdict_is_stricter_in_float64():
    assert verdict(1 + 1e-9, 1, "float32")
    assert not verdict(1 + 1e-9, 1, "float64")


def test_a_component_may_miss_by_the_rounding_of_the_largest():
    assert gradient_verdict([1.0, 1e-7], [1, 0])
    assert not gradient_verdict([1.0, 1e-6], [1, 0])
    assert not gradient_verdict([0.0, 1e-7], [0, 0])


@pytest.mark.parametrize("context", CONTEXTS)
def test_a_planted_fault_is_caught_in_every_context(context):
    def judged(f):
        (row,) = evaluate(identity, [one(f, lambda x: x * x, (3.0,))], context=context)
        return row.value_ok, row.gradient_ok

    wrong_slope = jax.custom_jvp(lambda x: x * x)
    wrong_slope.defjvp(lambda x, t: (x[0] ** 2, 2.001 * x[0] * t[0]))
    assert judged(lambda x: x * x) == (True, True)
    assert judged(lambda x: x * x + 0.001) == (False, True)
    assert judged(wrong_slope) == (True, False)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.__name__.rsplit(".", 1)[-1])
def test_every_spelling_means_the_formula(group):
    """At the first, ordinary input plain JAX in float64 agrees; nan slopes are its own fault."""
    with jax.enable_x64(True):
        for formula in group.FORMULAS:
            want = exact(formula, formula.inputs[0], "float64")
            arrays = [jnp.asarray(part, "float64") for part in formula.inputs[0]]
            for name, f in formula.spellings.items():
                where = f"{formula.name}: {name}"
                value, slopes = jax.value_and_grad(f, argnums=tuple(range(len(arrays))))(*arrays)
                assert value.dtype == jnp.float64, where
                assert float(value) == pytest.approx(float(want.value), rel=1e-6), where
                for got, slope in zip(slopes, want.gradient, strict=True):
                    exactly = np.asarray(floats(slope))
                    known = np.isfinite(got)
                    np.testing.assert_allclose(
                        np.asarray(got)[known],
                        exactly[known],
                        rtol=1e-6,
                        atol=1e-6 * abs(exactly).max(),
                        err_msg=where,
                    )


def floats(part):
    return [floats(p) for p in part] if isinstance(part, list) else float(part)
