"""The tables against textbooks, against each other, and against central differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from gradus.calculus.tracing import derivative, trace

pytestmark = pytest.mark.usefixtures("float64")


def derivatives(table):
    """Tangents or adjoints by node."""
    return {row.name: float(row.derivative) for row in table.rows}


def test_forward_by_each_input_of_a_sum_and_a_product():
    # z = x1·x2 + sin x1 at (2, 3): dz/dx1 = 3 + cos 2, dz/dx2 = 2
    at = trace(lambda x1, x2: x1 * x2 + jnp.sin(x1))(2.0, 3.0)
    by_x1, by_x2 = derivatives(at.forward(1, 0)), derivatives(at.forward(0, 1))
    assert by_x1 == {"x1": 1, "x2": 0, "v1": 3, "v2": np.cos(2.0), "v3": 3 + np.cos(2.0)}
    assert by_x2 == {"x1": 0, "x2": 1, "v1": 2, "v2": 0, "v3": 2}
    assert [row.expression for row in at.forward(1, 0).rows] == [
        *("input", "input", "x1 · x2", "sin x1", "v1 + v2"),
    ]
    assert at.value == 6 + np.sin(2.0)


def test_reverse_of_a_sum_times_a_number():
    at = trace(lambda x, y, z: (x + y) * z)(-2.0, 5.0, -4.0)
    assert tuple(map(float, at.gradient)) == (-4, -4, 3)
    table = at.reverse()
    assert derivatives(table) == {"v2": 1, "v1": -4, "z": 3, "y": -4, "x": -4}
    assert [row.pattern for row in table.rows] == ["mul switches", "add distributes", "", "", ""]


def test_a_neuron_node_by_node():
    # w = (2, −3, −3), x = (−1, −2): the sum is 1, σ(1) = 0.731…, σ′ = σ(1 − σ) = 0.1966…
    def neuron(w0, x0, w1, x1, w2):
        return 1 / (1 + jnp.exp(-(w0 * x0 + w1 * x1 + w2)))

    at = trace(neuron)(2.0, -1.0, -3.0, -2.0, -3.0)
    values = {row.name: float(row.value) for row in at.reverse().rows}
    e = np.exp(-1.0)
    assert [values[f"v{i}"] for i in range(1, 9)] == pytest.approx(
        [-2, 6, 4, 1, -1, e, 1 + e, 1 / (1 + e)], rel=1e-15
    )
    slope = e / (1 + e) ** 2
    expected = [-slope, 2 * slope, -2 * slope, -3 * slope, slope]
    np.testing.assert_allclose(at.gradient, expected, rtol=1e-14)
    adjoints = derivatives(at.reverse())
    assert adjoints["v7"] == pytest.approx(-1 / (1 + e) ** 2, rel=1e-15)  # d(1/ξ)/dξ = −1/ξ²
    assert adjoints["v4"] == pytest.approx(slope, rel=1e-14)


def logistic_loss(w):
    return -1.0 * jnp.log(1 / (1 + jnp.exp(-(w * 3.0))))


def test_logistic_loss_both_ways():
    at = trace(logistic_loss)(3.0)
    exact = -3 * np.exp(-9.0) / (1 + np.exp(-9.0))
    assert f"{exact:.9f}" == "-0.000370184"
    assert float(at.gradient[0]) == pytest.approx(exact, rel=1e-14)
    assert float(at.forward().result) == pytest.approx(exact, rel=1e-14)
    (inverse,) = (row for row in at.reverse().rows if row.expression.startswith("1 /"))
    assert inverse.partials[0].value == pytest.approx(-((1 / (1 + np.exp(-9.0))) ** 2), rel=1e-15)
    assert str(at.reverse()).count("−1 / v4² = −0.9998") == 1


def test_logistic_loss_in_single_precision():
    with jax.enable_x64(False):
        at = trace(logistic_loss)(3.0)
        text = at.reverse().text(3)
    assert "= −0.00037\n" in text + "\n"
    assert "−1 / v4² = −1" in text


def test_the_square_of_a_matrix_product():
    W, x = jnp.arange(6.0).reshape(2, 3) - 2, jnp.array([1.0, -2.0, 0.5])
    at = trace(lambda W, x: jnp.sum((W @ x) ** 2))(W, x)
    q = W @ x
    np.testing.assert_allclose(at.gradient[0], 2 * np.outer(q, x), rtol=1e-14)
    np.testing.assert_allclose(at.gradient[1], 2 * W.T @ q, rtol=1e-14)
    dW, dx = jnp.ones((2, 3)), jnp.array([0.0, 1.0, 0.0])
    along = 2 * q @ (dW @ x + W @ dx)
    np.testing.assert_allclose(at.forward(dW, dx).result, along, rtol=1e-14)
    by_name = {row.name: row for row in at.reverse().rows}
    assert [p.shape for p in by_name["v1"].partials] == [(2, 6), (2, 3)]


@pytest.mark.parametrize(
    ("f", "x", "gradient", "pattern"),
    [
        (lambda x, y: jnp.maximum(x, y), (1.0, 2.0), (0, 1), "max routes"),
        (lambda x, y: jnp.minimum(x, y), (1.0, 2.0), (1, 0), "min routes"),
        (lambda x, y: x + y, (1.0, 2.0), (1, 1), "add distributes"),
        (lambda x, y: x * y, (1.0, 2.0), (2, 1), "mul switches"),
    ],
)
def test_gradient_patterns(f, x, gradient, pattern):
    at = trace(f)(*x)
    assert tuple(map(float, at.gradient)) == gradient
    assert at.reverse().rows[0].pattern == pattern


def test_relu_at_its_corner_keeps_its_own_rule():
    assert float(trace(jax.nn.relu)(0.0).gradient[0]) == 0


def squashed(w):
    return jnp.exp(-w * jnp.sin(w))


def three_times(w):
    return squashed(squashed(squashed(w)))


def test_third_derivative_of_a_function_of_itself():
    first = derivative(three_times)
    third = derivative(derivative(first))
    for w in (0.3, 1.1):
        np.testing.assert_allclose(first(w), jax.grad(three_times)(w), rtol=1e-13)
        exact = jax.grad(jax.grad(jax.grad(three_times)))(w)
        np.testing.assert_allclose(third(w), exact, rtol=1e-12)
        np.testing.assert_allclose(trace(third)(w).value, exact, rtol=1e-12)


def random_program(seed):
    """A random function of three numbers, with branches and loops; smooth where it is used."""
    rng = np.random.default_rng(seed)
    unary = [jnp.sin, jnp.tanh, jnp.exp, lambda v: v**2, jax.nn.sigmoid, lambda v: jnp.sqrt(2 + v)]
    binary = [
        lambda a, b: a + b,
        lambda a, b: a * b,
        lambda a, b: a - 0.5 * b,
        lambda a, b: a / (2 + b * b),
        jnp.maximum,
        lambda a, b: lax.cond(a > b, lambda a, b: jnp.sin(a) * b, lambda a, b: a + 2 * b, a, b),
        lambda a, b: lax.fori_loop(0, 3, lambda i, c: 0.5 * c + jnp.cos(b), a),
        lambda a, b: lax.while_loop(lambda c: jnp.abs(c) > 1, lambda c: 0.4 * c, a * b),
    ]
    steps = [
        (rng.integers(len(unary)), rng.integers(len(binary)), *rng.integers(3 + k, size=2))
        for k in range(5)
    ]

    def f(x, y, z):
        values = [x, y, z]
        for one, two, i, j in steps:
            values.append(binary[two](unary[one](jnp.tanh(values[i])), values[j]))
        return values[-1] + 0.1 * values[-2]

    return f, rng.uniform(-1.5, 1.5, 3)


@pytest.mark.parametrize("block", range(8))
def test_forward_reverse_and_differences_agree_on_random_programs(block):
    for seed in range(25 * block, 25 * block + 25):
        f, x = random_program(seed)
        at, case = trace(f)(*x), f"program {seed}"
        direction = np.cos(np.arange(3.0) + seed)
        tangent = at.forward(*direction).result
        np.testing.assert_allclose(direction @ at.gradient, tangent, 1e-9, 1e-12, err_msg=case)
        fast, step = jax.jit(f), 1e-6
        moved = [fast(*(x + s)) - fast(*(x - s)) for s in step * np.eye(3)]
        differences = np.array(moved) / (2 * step)
        np.testing.assert_allclose(at.gradient, differences, 1e-6, 1e-7, err_msg=case)
        np.testing.assert_allclose(at.value, fast(*x), 1e-12, err_msg=case)
