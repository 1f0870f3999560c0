"""Two players in `fit`: who moves when, what is kept, and what is refused."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import gradus
from gradus import InputError, fit, models, nn, optim
from gradus.base.tree import split
from gradus.data.batch import Batch
from gradus.learn import gan
from gradus.learn.game.average import moved_average
from gradus.optim import adam, sgd

PAIR = models.dense_gan(2, [8], activation=nn.tanh)
RATES = sgd(0.1), sgd(0.2)
X = np.random.default_rng(0).normal(size=(40, 2)).astype("float32")
Y = np.arange(40) % 3


def one_step(algorithm, y=None, weight=None):
    """The states before and after a step, and what it measured."""
    batch = Batch(jnp.asarray(X), y, weight)
    state = algorithm.init(jax.random.key(0), batch)
    return (state, *jax.jit(algorithm.step)(state, batch, jax.random.key(1)))


@pytest.fixture(scope="module")
def labelled_run():
    """A run with everything: labels, penalties, noise, averages, validation."""
    learner = gan(*PAIR, *RATES, latent=3, classes=3, r1=0.1, gradient_penalty=0.1, noise=0.1,
                  ema=0.9, shown=6)  # fmt: skip
    return fit(learner, (X, Y), epochs=3, batch=16, validation=0.25)


def test_the_history(labelled_run):
    measures = {"discriminator_loss", "generator_loss", "d_real", "d_fake"}
    assert {*measures, "r1", "gradient_penalty"} <= set(labelled_run.history)
    assert {f"val_{name}" for name in measures} <= set(labelled_run.history)
    gradients = [name for name in labelled_run.history if name.startswith("gradient/")]
    assert {name.split("/")[1].split(".")[0] for name in gradients} == {
        "generator",
        "discriminator",
    }


def test_what_was_chosen_is_told(labelled_run):
    chosen = {"latent": 3, "classes": 3, "r1": 0.1, "noise": 0.1, "steps": (1, 1), "ema": 0.9}
    assert chosen.items() <= labelled_run.settings.items()


def test_samples_of_every_epoch(labelled_run):
    shown = labelled_run.history.shown["samples"]
    assert shown.shape == (3, 6, 2)
    labels = np.array([0, 1, 2, 0, 1, 2])
    now = labelled_run.model.sample(jax.random.key(0), 6, labels)
    np.testing.assert_allclose(shown[-1], now, rtol=1e-5)


def test_a_saved_model_draws_the_same(labelled_run, tmp_path, key):
    again = gradus.load(gradus.save(labelled_run, tmp_path / "run"))
    np.testing.assert_array_equal(
        again.model.sample(key, 4, 1), labelled_run.model.sample(key, 4, 1)
    )


@pytest.mark.parametrize("steps", [(1, 1), (3, 1), (1, 2)])
def test_every_player_makes_its_steps(steps):
    _, state, _ = one_step(gan(*PAIR, *RATES, latent=3, steps=steps))
    made = state.memories["discriminator"].step, state.memories["generator"].step
    assert tuple(map(int, made)) == steps


def test_each_step_is_against_the_gradient_of_the_players_own_loss():
    """SGD: the changes divided by the rates are the gradients that are watched."""
    before, after, info = one_step(gan(*PAIR, *RATES, latent=3))
    for part, rate in (("generator", 0.1), ("discriminator", 0.2)):
        old, new = (split(getattr(s.model, part))[0] for s in (before, after))
        change = jax.tree.map(lambda a, b, r=rate: (a - b) / r, old, new)
        jax.tree.map(
            lambda a, b: np.testing.assert_allclose(a, b, atol=1e-5), change, info["trace"][part]
        )


def test_penalties_are_added_to_the_discriminators_loss_alone():
    """With D linear, D(x) = w·x, the gradient of γ/2 ‖∇D‖² is γ w, and that of D's own loss is the
    same with and without it.
    """
    pair = nn.Dense(2), nn.Dense(1)
    before, _, plain = one_step(gan(*pair, *RATES, latent=3))
    _, _, bounded = one_step(gan(*pair, *RATES, latent=3, r1=0.5))
    slopes = [info["trace"]["discriminator"].weight for info in (bounded, plain)]
    weight = before.model.discriminator.weight
    np.testing.assert_allclose(slopes[0] - slopes[1], 0.5 * weight, atol=1e-5)
    np.testing.assert_allclose(bounded["r1"], 0.25 * jnp.sum(weight**2), rtol=1e-5)
    assert plain["discriminator_loss"] == bounded["discriminator_loss"]


def test_strengths_can_vary_between_members():
    """Side by side they are traced: nobody asks whether they are 0."""
    batch, key = Batch(jnp.asarray(X)), jax.random.key(0)

    def measures(strength):
        strengths = {"r1": strength, "gradient_penalty": strength, "noise": strength}
        learner = gan(*PAIR, *RATES, latent=3, ema=strength, **strengths)
        return learner.step(learner.init(key, batch), batch, key)[1]

    assert {"r1", "gradient_penalty"} <= set(jax.eval_shape(measures, 0.1))


def test_the_gradient_penalty_of_a_linear_discriminator():
    """λ (‖w‖ − 1)² everywhere, λ = 10 by default."""
    before, _, info = one_step(
        gan(nn.Dense(2), nn.Dense(1), *RATES, latent=3, loss="wasserstein-gp")
    )
    length = jnp.linalg.norm(before.model.discriminator.weight)
    np.testing.assert_allclose(info["gradient_penalty"], 10 * (length - 1) ** 2, rtol=1e-4)


def test_the_average_by_hand():
    """d = min(0.5, (1 + t) / (10 + t)): 0.1, 2/11, 3/12 at t = 0, 1, 2."""
    average, now = nn.PReLU().replace(slope=jnp.zeros(1)), nn.PReLU()
    expected = 0.0
    for t, d in enumerate((0.1, 2 / 11, 0.25)):
        average = moved_average(
            average, now.replace(slope=jnp.full(1, t + 1.0)), 0.5, jnp.asarray(t)
        )
        expected = d * expected + (1 - d) * (t + 1)
    np.testing.assert_allclose(average.slope, [expected], rtol=1e-6)
    late = moved_average(nn.PReLU().replace(slope=jnp.zeros(1)), average, 0.5, jnp.asarray(100))
    np.testing.assert_allclose(late.slope, [expected / 2], rtol=1e-6)


def test_the_average_is_kept_and_the_generator_goes_on():
    before, after, _ = one_step(gan(*PAIR, *RATES, latent=3, ema=0.9))
    plain = one_step(gan(*PAIR, *RATES, latent=3))[1]
    old, new, average = (
        split(part)[0] for part in (before.model.generator, after.moving, after.model.generator)
    )
    jax.tree.map(np.testing.assert_array_equal, new, split(plain.model.generator)[0])
    expected = jax.tree.map(lambda a, b: 0.1 * a + 0.9 * b, old, new)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5), average, expected)


def test_running_averages_of_layers_move():
    """D sees real examples first, then made ones: m ← 0.9 (0.9 · 0 + 0.1 m_real) + 0.1 m_made;
    G makes examples whose last layer, 0 but for its bias of 3, is known.
    """
    threes = nn.Dense(2, weight_init=nn.Zeros(), bias_init=nn.Constant(3.0))
    generator, judge = (
        nn.Sequential(nn.BatchNorm(), threes),
        nn.Sequential(nn.BatchNorm(), nn.Dense(1)),
    )
    _, after, _ = one_step(gan(generator, judge, *RATES, latent=3))
    assert np.all(after.model.generator.layers[0].mean != 0)
    expected = 0.09 * X.mean(axis=0) + 0.3
    np.testing.assert_allclose(after.model.discriminator.layers[0].mean, expected, atol=1e-5)


def test_rows_of_weight_zero_do_not_count():
    """A linear D: its gradient on real examples is a mean over those that count."""
    weight = jnp.ones(40).at[20:].set(0.0)
    learner = gan(nn.Dense(2, weight_init=nn.Zeros()), nn.Dense(1), *RATES, latent=3, loss="hinge")
    start, _, info = one_step(learner, weight=weight)
    scores = start.model(jnp.asarray(X))[:20]
    np.testing.assert_allclose(info["d_real"], scores.mean(), rtol=1e-5)


def test_noise_follows_its_schedule():
    """Noise that ends after no step is no noise."""
    quiet = one_step(gan(*PAIR, *RATES, latent=3, noise=lambda step: jnp.zeros(())))[2]
    loud = one_step(gan(*PAIR, *RATES, latent=3, noise=optim.cosine_decay(5.0, 10)))[2]
    plain = one_step(gan(*PAIR, *RATES, latent=3))[2]
    assert quiet["d_real"] == plain["d_real"] != loud["d_real"]


def test_it_learns_a_mean_and_a_spread():
    x = 5 + 2 * np.random.default_rng(0).normal(size=(512, 1))
    optimizers = adam(2e-3, beta1=0.5), adam(2e-3, beta1=0.5)
    learner = gan(*models.dense_gan(1, [32]), *optimizers, latent=4, r1=0.1, ema=0.99, shown=0)
    run = fit(learner, x, epochs=80, batch=64)
    samples = run.model.sample(jax.random.key(3), 2000)
    assert abs(samples.mean() - 5) < 0.5
    assert 1.4 < samples.std() < 2.6


@pytest.mark.parametrize(
    ("arguments", "settings", "wording"),
    [
        ((PAIR[0], PAIR, *RATES), {}, "^discriminator\n  Expected: a layer"),
        ((*PAIR, sgd, RATES[1]), {}, "the function sgd, not called"),
        ((*PAIR, *RATES), {"latent": 0}, "gan: latent\n.*from 1 on"),
        ((*PAIR, *RATES), {"loss": "lsgan"}, "gan: loss\n.*minimax"),
        ((*PAIR, *RATES), {"r1": -1.0}, "gan: r1\n.*a number from 0 up"),
        ((*PAIR, *RATES), {"noise": "loud"}, "gan: noise\n.*a number from 0 up"),
        ((*PAIR, *RATES), {"steps": 5}, r"gan: steps\n(.*\n)+.*steps=\(5, 1\)"),
        ((*PAIR, *RATES), {"ema": 1.0}, "gan: ema\n.*decay < 1"),
    ],
)
def test_slips_are_refused(arguments, settings, wording):
    with pytest.raises(InputError, match=wording):
        gan(*arguments, **{"latent": 3, **settings})


def test_data_that_does_not_fit_is_refused():
    learner, labelled = (gan(*PAIR, *RATES, latent=3, classes=k) for k in (None, 3))
    with pytest.raises(InputError, match=r"(?s)generator makes.*\(3,\).*\(2,\)"):
        fit(learner, np.zeros((8, 3)))
    with pytest.raises(InputError, match="give numbers a column"):
        fit(learner, np.zeros(8))
    with pytest.raises(InputError, match="the data has no targets"):
        fit(labelled, X)
    with pytest.raises(InputError, match="y › label in row 3\n.*from 0 to 2"):
        fit(labelled, (X, np.arange(40)))


@pytest.mark.parametrize(("last", "scale"), [(nn.sigmoid, 255), (nn.tanh, 255), (nn.sigmoid, -1)])
def test_examples_that_the_generator_can_never_make_are_refused(last, scale):
    """Pixels of 0 … 255 for a generator that ends in σ, standardised ones for one from 0 to 1."""
    generator, judge = models.dcgan(4, width=2, activation=last)
    pixels = scale * np.random.default_rng(0).uniform(size=(8, 4, 4, 1))
    with pytest.raises(InputError, match=rf"cannot make\n.*{last.__name__}.*\n.*\n.*x / 255"):
        gan(generator, judge, *RATES, latent=3).check(Batch(pixels))
    gan(generator, judge, *RATES, latent=3).check(Batch(np.abs(pixels / scale)))
