"""Known answers: numbers worked by hand, classical losses, PyTorch, and common slips."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random
from jax.scipy.special import gammaln

from gradus.data.batch import Batch
from gradus.learn.supervised import measure
from gradus.likelihoods import (
    Bernoulli,
    Categorical,
    Gaussian,
    HeteroscedasticGaussian,
    Laplace,
    Mixture,
    Poisson,
)

Y = jnp.array([0.3, -1.2, 2.0])
Z = jnp.array([[0.1], [0.4], [-1.0]])


def loss_of(likelihood, outputs, y):
    """The loss as training computes it."""
    return measure(likelihood, outputs, Batch(None, y))["loss"]


# --- the loss that each likelihood is -------------------------------------------------------


def test_normal_gives_half_the_squared_error():
    mse = jnp.mean((Y - Z[:, 0]) ** 2)
    assert loss_of(Gaussian(), Z, Y) == pytest.approx(mse / 2 + np.log(2 * np.pi) / 2)


def test_laplace_gives_the_absolute_error():
    mae = jnp.mean(jnp.abs(Y - Z[:, 0]))
    assert loss_of(Laplace(), Z, Y) == pytest.approx(mae + np.log(2))


def test_bernoulli_gives_softplus_of_the_signed_logit():
    y = jnp.array([1, 0, 1])
    expected = jnp.log1p(jnp.exp((1 - 2 * y.astype(float)) * Z[:, 0])).mean()
    assert loss_of(Bernoulli(), Z, y) == pytest.approx(expected)


def test_two_classes_and_one_logit_are_the_same():
    y = jnp.array([1, 0, 1])
    two = Categorical(2).log_prob(jnp.concatenate([jnp.zeros_like(Z), Z], 1), y)
    np.testing.assert_allclose(Bernoulli().log_prob(Z, y), two, rtol=1e-6)


def test_gaussian_density_has_two_pi_times_the_variance_under_the_root():
    # p(μ) = 1/√(2πσ²): σ = 2 gives 1/√(8π) = 0.19947; √(2π²σ) would give 0.15915.
    p = jnp.exp(Gaussian(2.0).log_prob(jnp.zeros((1, 1)), jnp.zeros(1)))
    assert float(p[0]) == pytest.approx(0.199471, abs=1e-6)


def test_the_loss_is_minus_the_log_likelihood():
    near, far = jnp.array([[2.0]]), jnp.array([[5.0]])
    assert loss_of(Gaussian(), near, jnp.array([2.0])) < loss_of(Gaussian(), far, jnp.array([2.0]))


@pytest.mark.parametrize("likelihood", [Bernoulli(), Gaussian(), Poisson()])
def test_gradient_by_the_weights_is_x_times_prediction_minus_target(likelihood, float64):
    # With p = σ(z), z or eᶻ: ∂(−log p)/∂β = Xᵀ(p − y).
    x = random.normal(random.key(0), (6, 3))
    beta = random.normal(random.key(1), (3, 1))
    y = jnp.array([0, 1, 1, 0, 1, 0])
    gradient = jax.grad(lambda b: -likelihood.log_prob(x @ b, y).sum())(beta)
    outputs = x @ beta
    classes = likelihood.kind == "classification"
    p = likelihood.probabilities(outputs)[:, 1] if classes else likelihood.predict(outputs)
    np.testing.assert_allclose(gradient[:, 0], x.T @ (p - y.astype(p.dtype)), rtol=1e-12)


def test_softmax_gradient_is_prediction_minus_target(float64):
    z, y = random.normal(random.key(0), (5, 4)), jnp.array([0, 3, 2, 1, 1])
    gradient = jax.grad(lambda z: -Categorical(4).log_prob(z, y).sum())(z)
    np.testing.assert_allclose(gradient, jax.nn.softmax(z) - jax.nn.one_hot(y, 4), atol=1e-15)


# --- extreme outputs ------------------------------------------------------------------------


def test_extreme_logits_are_exact():
    # A confident mistake costs |z| with slope ∓1; a confident hit costs nothing.
    z, y = jnp.array([[1e4], [1e4], [-1e4], [-1e4]]), jnp.array([0, 1, 0, 1])
    np.testing.assert_array_equal(Bernoulli().log_prob(z, y), [-1e4, 0, 0, -1e4])
    slope = jax.grad(lambda z: Bernoulli().log_prob(z, y).sum())(z)
    np.testing.assert_array_equal(slope[:, 0], [-1, 0, 0, 1])
    pair = jnp.array([[1e4, -1e4]])
    np.testing.assert_array_equal(Categorical(2).log_prob(pair, jnp.array([1])), [-2e4])


def test_small_loss_of_a_confident_hit_is_not_rounded_away():
    # log σ(30) = −e⁻³⁰ to first order; log(sigmoid(30)) in float32 is 0.
    hit = Bernoulli().log_prob(jnp.array([[30.0]]), jnp.array([1]))[0]
    assert float(hit) == pytest.approx(-np.exp(-30), rel=1e-6)


def test_a_hit_of_laplace_pulls_nowhere():
    assert jax.grad(lambda z: Laplace().log_prob(z, Y[:1])[0])(Y[:1, None]) == 0


def test_poisson_rate_goes_on_along_its_tangent():
    # e³⁰ (1 + 70) at η = 100, with slope e³⁰.
    value, slope = jax.value_and_grad(lambda z: Poisson().predict(z)[0])(jnp.array([[100.0]]))
    assert float(value) == pytest.approx(71 * np.exp(30), rel=1e-5)
    assert float(slope[0, 0]) == pytest.approx(np.exp(30), rel=1e-5)


# --- smoothing, class weights, soft targets -------------------------------------------------


def test_label_smoothing_by_hand():
    # p = softmax(log 2, log 3, log 5) = (0.2, 0.3, 0.5); ε = 0.1 puts 0.9 on the class and 0.05
    # on each other: 0.9 log 0.5 + 0.05 log 0.2 + 0.05 log 0.3.
    expected = 0.9 * np.log(0.5) + 0.05 * np.log(0.2) + 0.05 * np.log(0.3)
    z = jnp.log(jnp.array([[2.0, 3.0, 5.0]]))
    smooth = Categorical(3, smoothing=0.1).log_prob(z, jnp.array([2]))
    assert float(smooth[0]) == pytest.approx(expected, rel=1e-6)


def test_smoothing_with_one_logit_is_that_with_two():
    y = jnp.array([1, 0, 1])
    two = jnp.concatenate([jnp.zeros_like(Z), Z], 1)
    np.testing.assert_allclose(
        Bernoulli(smoothing=0.2).log_prob(Z, y),
        Categorical(2, smoothing=0.2).log_prob(two, y),
        rtol=1e-6,
    )


def test_smoothing_keeps_the_best_logits_finite():
    # The loss has its minimum where p is the smoothed target: 0.9 and 0.05, not at infinity.
    likelihood = Categorical(3, smoothing=0.1)
    best = jnp.log(jnp.array([[0.05, 0.9, 0.05]]))
    gradient = jax.grad(lambda z: likelihood.log_prob(z, jnp.array([1])).sum())(best)
    np.testing.assert_allclose(gradient, 0, atol=1e-6)


def test_a_grey_pixel_is_the_probability_of_a_one():
    half = Bernoulli().log_prob(Z, jnp.full(3, 0.5))
    ends = [Bernoulli().log_prob(Z, jnp.full(3, y)) for y in (0, 1)]
    np.testing.assert_allclose(half, (ends[0] + ends[1]) / 2, rtol=1e-6)


def test_class_weights_multiply_the_weights_of_examples():
    # Losses log 3 and about 9; counted 2·1 and 1·3 times, with a masked row; by 1 + 3 examples.
    likelihood = Categorical(3, class_weight=(2.0, 1.0, 5.0))
    z = jnp.array([[0.0, 0.0, 0.0], [9.0, 0.0, -50.0], [7.0, 7.0, 7.0]])
    y, losses = jnp.array([0, 1, 2]), [np.log(3), 9 + np.log1p(np.exp(-9))]
    batch = Batch(None, y, weight=jnp.array([1.0, 3.0, 0.0]))
    expected = (2 * losses[0] + 3 * losses[1]) / 4
    assert float(measure(likelihood, z, batch)["loss"]) == pytest.approx(expected, rel=1e-6)
    # The same as sequences of two, where each example's weight is that of all its targets.
    twice = Batch(None, jnp.stack([y, y], 1), batch.weight)
    loss = measure(likelihood, jnp.stack([z, z], 1), twice)["loss"]
    assert float(loss) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("weighted", "y"),
    [
        (Categorical(3, class_weight=(1.0, 2.0, 4.0)), jnp.array([0, 0, 1, 2, 2])),
        (Categorical(3, smoothing=0.3), jnp.array([0, 0, 1, 2, 2])),
        (Bernoulli(positive_weight=3.0), jnp.array([0, 0, 1, 0, 1])),
        (Bernoulli(smoothing=0.3), jnp.array([0, 0, 1, 0, 1])),
    ],
)
def test_marginal_bias_knows_weights_and_smoothing(weighted, y, float64):
    y = jnp.tile(y, 1000)  # so that the pseudo-counts hardly count

    def loss(bias):
        return loss_of(weighted, jnp.tile(bias[None], (len(y), 1)), y)

    gradient = jax.grad(loss)(weighted.marginal_bias(y))
    np.testing.assert_allclose(gradient, 0, atol=2e-4)


# --- marginal bias by hand ------------------------------------------------------------------


def test_marginal_bias_by_hand():
    # Counts 1, 0, 3 of 4, one more each: 2/7, 1/7, 4/7.
    bias = Categorical(3).marginal_bias(jnp.array([0, 2, 2, 2]))
    np.testing.assert_allclose(bias, np.log([2 / 7, 1 / 7, 4 / 7]), rtol=1e-6)
    # Mean 3/4: logit log 3. Only zeros, four of them: as if 1 of 6, log(1/5).
    np.testing.assert_allclose(Bernoulli().marginal_bias(jnp.array([0, 1, 1, 1])), np.log([3]))
    np.testing.assert_allclose(Bernoulli().marginal_bias(jnp.zeros(4)), np.log([1 / 5]), rtol=1e-6)
    # Mean 4, standard deviation 2: s with 0.001 + log(1 + eˢ) = 2.
    bias = HeteroscedasticGaussian().marginal_bias(jnp.array([2.0, 6.0, 2.0, 6.0]))
    np.testing.assert_allclose(bias, [4, np.log(np.exp(1.999) - 1)], rtol=1e-6)
    np.testing.assert_allclose(Poisson().marginal_bias(jnp.array([0, 2, 4])), np.log([2]))
    np.testing.assert_allclose(Poisson().marginal_bias(jnp.zeros(4)), np.log([1 / 4]))


@pytest.mark.parametrize("k", [1, 2, 5])
def test_mixture_starts_with_the_mean_and_variance_of_the_targets(k):
    y = jnp.array([2.0, 3.0, 7.0, 4.0])
    likelihood = Mixture(k)
    bias = likelihood.marginal_bias(y)
    logits, means, scales = likelihood.mixture(bias)
    assert len(np.unique(means)) == k  # symmetry is broken
    assert len(np.unique(logits)) == 1
    np.testing.assert_allclose(jnp.mean(means), 4, rtol=1e-6)
    np.testing.assert_allclose(jnp.mean(scales**2) + jnp.var(means), jnp.var(y), rtol=1e-5)


def test_mixture_of_one_is_the_heteroscedastic_gaussian():
    outputs = random.normal(random.key(0), (3, 2))
    one = jnp.concatenate([jnp.ones((3, 1)), outputs], 1)
    np.testing.assert_allclose(
        Mixture(1).log_prob(one, Y), HeteroscedasticGaussian().log_prob(outputs, Y), rtol=1e-6
    )


# --- measures -------------------------------------------------------------------------------


def test_measures_by_hand():
    y = jnp.array([0.0, 4.0])
    assert jax.tree.map(list, Gaussian().measures(jnp.array([[3.0], [2.0]]), y)) == {
        "mse": [9, 4],
        "mae": [3, 2],
    }
    z = jnp.array([[1.0, 0.0, 2.0], [5.0, 1.0, 0.0]])
    assert list(Categorical(3).measures(z, jnp.array([2, 1]))["accuracy"]) == [True, False]
    z = jnp.array([[1.0], [-1.0]])
    assert list(Bernoulli().measures(z, jnp.array([1, 1]))["accuracy"]) == [True, False]
    # Rate 2: 2(4 log 2 − 4 + 2) for the count 4; 2 · 2 for the count 0.
    counts = Poisson().measures(jnp.log(jnp.array([[2.0], [2.0]])), jnp.array([4, 0]))
    np.testing.assert_allclose(counts["deviance"], [8 * np.log(2) - 4, 4], rtol=1e-6)
    np.testing.assert_allclose(counts["mae"], [2, 2], rtol=1e-6)


# --- PyTorch --------------------------------------------------------------------------------


def both(array):
    """The same numbers for PyTorch."""
    return pytest.importorskip("torch").tensor(np.asarray(array))


def test_losses_equal_pytorch(float64):
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    z, two = random.normal(random.key(0), (6, 1)), random.normal(random.key(1), (6, 2))
    real = random.normal(random.key(2), (6,))
    yes, counts = jnp.array([0.0, 1, 1, 0, 1, 0]), jnp.array([0.0, 3, 1, 2, 0, 5])
    var = HeteroscedasticGaussian().standard_deviation(two) ** 2
    pairs = {
        "BCE": (
            loss_of(Bernoulli(), z, yes),
            f.binary_cross_entropy_with_logits(both(z[:, 0]), both(yes)),
        ),
        "BCE, positive weight": (
            loss_of(Bernoulli(positive_weight=3.0), z, yes),
            f.binary_cross_entropy_with_logits(
                both(z[:, 0]), both(yes), pos_weight=torch.tensor(3.0)
            ),
        ),
        "Poisson": (
            -Poisson().log_prob(z, counts).sum(),
            -torch.distributions.Poisson(both(jnp.exp(z[:, 0]))).log_prob(both(counts)).sum(),
        ),
        "PoissonNLLLoss": (
            loss_of(Poisson(), z, counts) - gammaln(counts + 1).mean(),
            f.poisson_nll_loss(both(z[:, 0]), both(counts)),
        ),
        "GaussianNLLLoss": (
            loss_of(HeteroscedasticGaussian(), two, real),
            f.gaussian_nll_loss(both(two[:, 0]), both(real), both(var), full=True),
        ),
        "Laplace": (
            loss_of(Laplace(0.7), z, real),
            -torch.distributions.Laplace(both(z[:, 0]), 0.7).log_prob(both(real)).mean(),
        ),
    }
    for name, (mine, theirs) in pairs.items():
        np.testing.assert_allclose(float(mine), theirs.item(), rtol=1e-12, err_msg=name)


def test_cross_entropy_equals_pytorch(float64):
    f = pytest.importorskip("torch").nn.functional
    z, y = random.normal(random.key(0), (6, 4)), jnp.array([0, 3, 2, 1, 1, 0])
    weights = (1.0, 2.0, 0.5, 0.0)
    plain = loss_of(Categorical(4), z, y)
    weighted = loss_of(Categorical(4, class_weight=weights), z, y)
    np.testing.assert_allclose(plain, f.cross_entropy(both(z), both(y)), rtol=1e-12)
    theirs = f.cross_entropy(both(z), both(y), weight=both(np.array(weights)), reduction="sum")
    np.testing.assert_allclose(weighted, theirs / len(y), rtol=1e-12)
    # Theirs spreads ε over all k classes: their ε is ours times k/(k−1).
    smooth = loss_of(Categorical(4, smoothing=0.15), z, y)
    theirs = f.cross_entropy(both(z), both(y), label_smoothing=0.2)
    np.testing.assert_allclose(smooth, theirs, rtol=1e-12)
