"""The gradient check: quiet about right gradients, and it finds every wrong one."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from jax.scipy.special import gammaln, logsumexp

from gradus import InputError, nn
from gradus.calculus import check_gradient

X = np.array([0.3, -1.2, 2.5, 0.7])
M = np.array([[2.0, -0.5, 0.3], [0.1, 1.5, -0.7], [0.4, 0.2, 3.0]])

# functions with right gradients, and where to check them
RIGHT = {
    "identity": (lambda x: x, 3.0),
    "constant": (lambda x: 0 * x + 5, 3.0),
    "square at 0": (lambda x: x**2, 0.0),
    "ninth power": (lambda x: x**9, 1.7),
    "x⁴ at 0": (lambda x: x**4, 0.0),
    "sin": (lambda x: jnp.sin(x), 1.0),
    "fast sine": (lambda x: jnp.sin(1e6 * x), 0.1),
    "sine far out": (lambda x: jnp.sin(x), 1e6),
    "fine ripples": (lambda x: x + 1e-8 * jnp.sin(1e9 * x), 0.0),
    "steep exp": (lambda x: jnp.exp(50 * x), 1.0),
    "exp at −700": (lambda x: jnp.exp(x), -700.0),
    "log near 0": (lambda x: jnp.log(x), 1e-12),
    "log of mixed sizes": (lambda x: jnp.log(x).sum(), np.array([1e-12, 1.0])),
    "root near 0": (lambda x: jnp.sqrt(x), 1e-10),
    "1/x": (lambda x: 1 / x, 1e-3),
    "steep step": (lambda x: jax.nn.sigmoid(1e4 * (x - 1)), 1.0),
    "saturated": (lambda x: jnp.tanh(x), 15.0),
    "tiny values": (lambda x: 1e-30 * jnp.sum(x**3), X),
    "huge values": (lambda x: 1e30 * jnp.sum(x**3), X),
    "tiny inputs": (lambda x: jnp.sum(jnp.sin(x)), 1e-20 * X),
    "huge inputs": (lambda x: jnp.sum(x**2), 1e20 * X),
    "small change of a large value": (lambda x: 1e6 + jnp.sum(jnp.sin(x)), X),
    "softmax": (lambda x: jax.nn.softmax(x)[2], X),
    "log softmax": (lambda x: jax.nn.log_softmax(100 * x)[1], X),
    "log Σ exp": (lambda x: logsumexp(x), X),
    "norm": (lambda x: jnp.linalg.norm(x), X),
    "norm near 0": (lambda x: jnp.linalg.norm(x), 1e-8 * X),
    "quadratic form": (lambda x: x @ (M @ x), X[:3]),
    "log det": (lambda m: jnp.linalg.slogdet(m)[1], M),
    "inverse": (lambda m: jnp.linalg.inv(m).sum(), M),
    "solve": (lambda m, x: jnp.linalg.solve(m, x)[0], M, X[:3]),
    "largest eigenvalue": (lambda m: jnp.linalg.eigvalsh(m + m.T)[-1], M),
    "log Γ": (lambda x: gammaln(x), 3.3),
    "beside a corner": (lambda x: jnp.sum(jax.nn.relu(x)), 1e-6 * X),
    "a hair beside a corner": (lambda x: jax.nn.relu(x - 1), 1 + 1e-12),
    "sorting": (lambda x: jnp.sort(x) @ jnp.arange(4.0), X),
    "scan": (lambda x: lax.scan(lambda c, _: (jnp.sin(c) + x, None), x, None, length=30)[0], 0.4),
    "chaotic loop": (lambda x: lax.fori_loop(0, 20, lambda _, c: 3.9 * c * (1 - c), x), 0.3),
    "while": (lambda x: lax.while_loop(lambda c: c < 50, lambda c: c * x, x), 3.0),
    "condition": (lambda x: lax.cond(x > 1, jnp.sin, jnp.cos, x), 1.5),
    "Python condition and loop": (lambda x: sum(x**k for k in range(4)) if x > 0 else -x, 2.0),
    "Σx² of many": (lambda x: jnp.sum(x**2), np.linspace(-1, 1, 5000)),
    "two arguments": (lambda a, b: jnp.sum(jnp.sin(a) * b), X, X[::-1].copy()),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_gradients_pass(name):
    f, *args = RIGHT[name]
    found = check_gradient(f, *args)
    assert found.ok, str(found)
    assert {finding.verdict for finding in found.findings} == {"right"}


def off(factor, index, g=jnp.tanh, slope=lambda x: 1 - jnp.tanh(x) ** 2):
    """g with a derivative that is `factor` times the right one in one entry, in both modes."""

    @jax.custom_jvp
    def f(x):
        return g(x)

    @f.defjvp
    def _(primals, tangents):
        mistake = jnp.ones(primals[0].shape, primals[0].dtype).at[index].set(factor)
        return g(primals[0]), mistake * slope(primals[0]) * tangents[0]

    return f


@jax.custom_vjp
def halved(x):
    """x², whose reverse derivative is x instead of 2x: the factor 2 is missing."""
    return x**2


halved.defvjp(lambda x: (x**2, x), lambda x, g: (g * x,))


@jax.custom_vjp
def transposed(w, x):
    """W x, whose reverse derivative by W is (g xᵀ)ᵀ."""
    return w @ x


transposed.defvjp(lambda w, x: (w @ x, (w, x)), lambda s, g: (jnp.outer(s[1], g), s[0].T @ g))

PARAMS = {"body": [X[:, None] * X, X], "head": {"weight": np.array([[0.2, 0.1], [3.0, -1.0]])}}


def of_params(g):
    """A function of every array of `PARAMS`; the mistake of g lies in head.weight[1, 0]."""
    return lambda p: (
        jnp.sum(jnp.sin(p["body"][0]))
        + jnp.sum(p["body"][1] ** 2)
        + jnp.sum(g(p["head"]["weight"]))
    )


# a function with a wrong gradient, its arguments, and the entries that may be blamed
WRONG = {
    "0.1 % in one of many": (of_params(off(1.001, (1, 0))), (PARAMS,), r"p.head.weight\[1, 0\]"),
    "0.001 %": (of_params(off(1.00001, (1, 0))), (PARAMS,), r"p.head.weight\[1, 0\]"),
    "wrong sign": (of_params(off(-1.0, (1, 0))), (PARAMS,), r"p.head.weight\[1, 0\]"),
    "lost": (of_params(off(0.0, (1, 0))), (PARAMS,), r"p.head.weight\[1, 0\]"),
    "one of 5000": (
        lambda w: jnp.sum(off(1.001, 4321)(w)),
        (np.linspace(-1, 1, 5000),),
        r"w\[4321\]",
    ),
    "factor 2": (lambda x: jnp.sum(halved(x)), (X,), r"x\[\d\]"),
    "transpose": (lambda w, x: jnp.sum(transposed(w, x) ** 2), (M, X[:3]), r"w\[\d, \d\]"),
    "stop_gradient": (lambda x: jnp.sum(x * lax.stop_gradient(x)), (X,), r"x\[\d\]"),
    "rounded": (lambda x: x * jnp.round(x + 0.3) * 0 + jnp.floor(x) * 0 + halved(x), (1.4,), "x"),
    "flat by two corners": (lambda x: jax.nn.relu(x) - jax.nn.relu(-x), (0.0,), "x"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_gradients_are_found_and_their_place_is_named(name):
    f, args, place = WRONG[name]
    found = check_gradient(f, *args)
    assert not found.ok
    with pytest.raises(InputError, match=rf"the gradient at {place}\n  Expected"):
        found.raise_if_wrong()


def test_expected_and_got_by_hand():
    # x² at 3 has the slope 6; `halved` says 3.
    found = check_gradient(halved, 3.0)
    worst = found.worst
    assert (worst.name, worst.mode, worst.verdict) == ("x", "reverse", "wrong")
    assert (worst.derivative, worst.numeric) == pytest.approx((3, 6))
    assert worst.error < 1e-9
    with pytest.raises(InputError, match="0.5 times what it should be"):
        found.raise_if_wrong()


def test_a_mistake_in_one_mode_only():
    found = check_gradient(off(1.001, ()), 0.3)
    assert found.modes == ("reverse", "forward")
    assert not found.ok
    assert check_gradient(halved, 0.0).modes == ("reverse",)  # custom_vjp has no forward mode
    assert check_gradient(RIGHT["while"][0], 3.0).modes == ("forward",)


def test_the_error_of_a_right_gradient_is_tiny():
    found = check_gradient(lambda x: jnp.sum(jnp.sin(x)), X)
    assert found.worst.error < 1e-9
    assert found.worst.difference <= found.worst.error


CORNERS = {
    "ReLU": (jax.nn.relu, 0.0),
    "|x|": (jnp.abs, 0.0),
    "many ReLUs": (lambda x: jnp.sum(jax.nn.relu(x)), np.zeros(40)),
    "opposite ReLUs": (lambda x: jax.nn.relu(x[0]) - 2 * jax.nn.relu(-x[1]), np.zeros(2)),
    "max of equals": (lambda x: jnp.max(x), np.ones(3)),
    "hinge": (lambda x: jnp.maximum(0.0, 1 - x), 1.0),
}


@pytest.mark.parametrize("name", CORNERS)
def test_corners_have_subgradients(name):
    found = check_gradient(*CORNERS[name])
    assert found.ok, str(found)
    assert found.worst.verdict == "subgradient"


# The slopes beside 1 are −1 and 0; a derivative of 1 lies outside.
wrong_hinge = off(-1.0, (), lambda x: jnp.maximum(0.0, 1 - x), lambda x: -jnp.ones_like(x))


def meeting_corners(x):
    """1.01 leaky(x), with slopes 0.0101 and 1.01 beside 0; the rules at 0 give 2."""
    h = nn.leaky_relu(x)
    return nn.leaky_relu(h) - nn.leaky_relu(-h)


@pytest.mark.parametrize(
    ("f", "at", "verdict", "advice"),
    [
        (meeting_corners, 0.0, "wrong", "has a corner here: check a point beside it"),
        (wrong_hinge, 1.0, "wrong", "has a corner here"),
        (lambda x: jnp.where(x >= 0, 1.0, 0.0) + x, 0.0, "jump", "jumps here"),
        (lambda x: jnp.sqrt(x), 0.0, "not finite", "guard its input"),
        (lambda x: jnp.linalg.norm(x), np.zeros(3), "not finite", "guard its input"),
        (lambda x: jnp.sqrt(jnp.abs(jnp.where(x == 0, 0.0, x))), 0.0, "not finite", "guard"),
        (off(0.0, (), jnp.cbrt, jnp.zeros_like), 0.0, "unclear", "cannot be seen"),
    ],
)
def test_where_there_is_no_derivative(f, at, verdict, advice):
    found = check_gradient(f, at)
    assert found.worst.verdict == verdict, str(found)
    with pytest.raises(InputError, match=advice):
        found.raise_if_wrong()


@pytest.mark.parametrize(
    "f",
    [
        lambda x: jnp.sum(jnp.sin(x.astype(jnp.float32)) ** 2),
        lambda x: lax.scan(lambda c, v: (c * v, None), jnp.float32(1), x)[0],
    ],
    ids=["cast inside", "float32 only"],
)
def test_functions_that_insist_on_float32(f):
    found = check_gradient(f, X)
    assert found.ok, str(found)
    assert found.precision == "float32"
    assert not check_gradient(lambda x: f(off(1.01, 2)(x)), X).ok


def test_a_model_is_an_argument():
    model = nn.Sequential(nn.Dense(60, nn.tanh), nn.Dense(50, nn.relu), nn.Dense(3))
    model = model.init(jax.random.key(0), (20,))
    x = jax.random.normal(jax.random.key(1), (16, 20))
    y = jnp.arange(16) % 3

    def loss(model, x, y):
        log_p = jax.nn.log_softmax(model(x))
        return -jnp.mean(jnp.take_along_axis(log_p, y[:, None], axis=1))

    found = check_gradient(loss, model, x, y)
    assert found.ok, str(found)
    assert [finding.name for finding in found.findings][:2] == ["model.0.weight", "model.0.bias"]
    assert found.fixed == ("y",)


def test_settings_are_as_before():
    check_gradient(jnp.sin, 1.0)
    assert jnp.ones(1).dtype == jnp.float32
    assert jax.config.jax_numpy_dtype_promotion == "strict"


def test_text():
    text = str(check_gradient(of_params(off(1.001, (1, 0))), PARAMS))
    head, columns, *rows = text.splitlines()
    assert head.startswith("the gradient at p.head.weight[1, 0] is off: reverse and forward")
    assert columns.split() == ["derivative", "from", "values", "difference"]
    assert [line.split()[0] for line in rows] == [
        "p.body.0",
        "p.body.1",
        "p.head.weight",
        "p.head.weight[1,",
    ]


def nested(x):
    return float(x) * x


@pytest.mark.parametrize(
    ("f", "args", "words"),
    [
        (3, (1.0,), "the function\n"),
        (lambda x: x, (np.ones(3),), r"array of shape \(3,\)"),
        (lambda x: jnp.sum(x > 0), (X,), "type int"),
        (lambda x: (x, x), (1.0,), "of type tuple"),
        (jnp.log, (-1.0,), "a finite number"),
        (lambda x: x, (3,), "write 3.0"),
        (lambda n: n, (np.arange(3),), "none in n"),
        (lambda: 1.0, (), "no numbers"),
        (lambda w: 0.0, (np.zeros((0, 3)),), "at least one real number"),
        (lambda w: jnp.sum(w), ({"a": np.array([[1.0, np.nan]])},), r"w.a\[0, 1\]"),
        (lambda x: x.real, (1j,), "real numbers"),
        (nested, (1.0,), r"nested cannot be traced: test_checking.py:\d+: return float"),
        (lambda x: jnp.asarray(np.sin(x)), (1.0,), "write jnp in place of np"),
    ],
)
def test_wrong_use(f, args, words):
    with pytest.raises(InputError, match=words):
        check_gradient(f, *args)
