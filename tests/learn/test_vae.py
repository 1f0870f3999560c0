"""Learning of variational autoencoders: the loss and its gradients, and what it must find."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.decomposition import PCA

from gradus import InputError, fit, models, nn, optim
from gradus.data.batch import Batch
from gradus.learn import vae
from gradus.likelihoods import Bernoulli, Gaussian
from gradus.models import CategoricalLatent
from gradus.optim import adam, sgd

X = jax.random.bernoulli(jax.random.key(3), shape=(16, 4)).astype(float)
CHOICES = CategoricalLatent(2, classes=2)


def begun(**given):
    """An algorithm and where it starts, for a small model of binary numbers."""
    latent = given.pop("latent", 2)
    model = models.vae(4, [5], latent, Bernoulli(), activation=nn.tanh)
    algorithm = vae(model, sgd(0.1), **given)
    return algorithm, algorithm.init(jax.random.key(0), Batch(X))


def slopes(count, **given):
    """The gradient of the encoder's last weights, for many keys."""
    algorithm, state = begun(**given)

    def slope(key):
        return algorithm.step(state, Batch(X), key)[1]["trace"].encoder.layers[-1].weight

    keys = jax.random.split(jax.random.key(1), count)
    return jax.jit(lambda: jax.lax.map(slope, keys, batch_size=500))()


def test_both_estimates_of_the_gradient_agree_on_average():
    """The bound is five of the standard errors that the draws show; the score function's
    variance is larger many times over.
    """
    through, scored = slopes(4000), slopes(4000, gradient="score")
    error = jnp.sqrt((through.var(axis=0) + scored.var(axis=0)) / 4000)
    apart = jnp.abs(through.mean(axis=0) - scored.mean(axis=0)) / error
    assert float(apart.max()) < 5
    assert float(scored.var(axis=0).sum() / through.var(axis=0).sum()) > 10


def measured(**given):
    """The measures of one step."""
    algorithm, state = begun(**given)
    return jax.jit(algorithm.step)(state, Batch(X), jax.random.key(1))[1]


def test_the_loss_is_its_parts():
    info = measured(beta=3.0)
    total = info["reconstruction"] + 3 * info["kl"]
    np.testing.assert_allclose(info["loss"], total, rtol=1e-5)


def test_a_warm_up_begins_low_and_validation_counts_in_full():
    algorithm, state = begun(beta=optim.warm_up(1.0, steps=9))
    info = jax.jit(algorithm.step)(state, Batch(X), jax.random.key(1))[1]
    np.testing.assert_allclose(info["loss"], info["reconstruction"] + 0.1 * info["kl"], rtol=1e-5)
    found, again = (algorithm.evaluate(state, Batch(X)) for _ in range(2))
    np.testing.assert_allclose(found["loss"], found["reconstruction"] + found["kl"], rtol=1e-5)
    assert found["loss"] == again["loss"]


def test_several_samples_make_the_loss_smaller():
    """Means over 200 keys; the bound of 20 samples is above that of one."""

    def mean_loss(samples):
        algorithm, state = begun(samples=samples)

        def loss(key):
            return algorithm.step(state, Batch(X), key)[1]["loss"]

        return jax.jit(jax.vmap(loss))(jax.random.split(jax.random.key(2), 200)).mean()

    assert float(mean_loss(20)) < float(mean_loss(1)) - 0.01


def test_a_collapsed_posterior_shows():
    """Weights of 0 in the encoder: q(z | x) is the prior, and no variable is active."""
    algorithm, state = begun()
    model = state.model
    zero = jax.tree.map(jnp.zeros_like, model.encoder)
    found = algorithm.evaluate(state._replace(model=model.replace(encoder=zero)), Batch(X))
    assert float(found["kl"]) == float(found["active"]) == 0
    half = zero.layers[-1].replace(bias=jnp.array([1.0, 0.0, 0.0, 0.0]))
    one = model.replace(encoder=zero.replace(layers=(*zero.layers[:-1], half)))
    found = algorithm.evaluate(state._replace(model=one), Batch(X))
    assert float(found["kl"]) == 0.5
    assert float(found["active"]) == 1


@pytest.mark.parametrize("gradient", ["reparametrised", "score"])
def test_choices_learn_by_both_gradients(gradient):
    assert np.isfinite(float(measured(latent=CHOICES, gradient=gradient)["loss"]))


def test_a_linear_one_finds_the_likelihood_of_probabilistic_pca():
    """Tipping and Bishop (1999): log p(x) of the best linear Gaussian model with the noise that
    PCA finds; the evidence lower bound reaches it, the posterior being a bell itself.
    """
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 1)) * [2.0, -1.0, 0.5] + 0.3 * rng.normal(size=(400, 3)) + 1
    pca = PCA(1).fit(x)
    noise = float(np.sqrt(pca.noise_variance_))
    algorithm = vae(models.vae(3, [], 1, Gaussian(noise)), adam(optim.cosine_decay(0.03, 1500)))
    run = fit(algorithm, x, epochs=1500, batch=400, seed=1)
    reached = float(run.model.log_prob(jnp.asarray(x, jnp.float32)).mean())
    assert reached == pytest.approx(pca.score(x), abs=0.01)
    assert run.history["loss"][-50:].mean() == pytest.approx(-pca.score(x), abs=0.05)


def test_labels_are_learned_from_and_best_epochs_are_kept():
    """Every x is its label, twice: z need say nothing."""
    y = np.arange(40) % 2
    x = np.repeat(y[:, None], 4, axis=1).astype("float32")
    algorithm = vae(models.vae(4, [8], 1, Bernoulli(), classes=2), adam(0.05))
    run = fit(algorithm, (x, y), epochs=40, batch=20, validation=0.25)
    drawn = run.model.sample(jax.random.key(0), 20, labels=1)
    assert float(drawn.mean()) > 0.9
    assert run.predict((x[:4], y[:4])).tolist() == x[:4].astype(int).tolist()


def fitted(model, data, **given):
    return lambda: fit(vae(model, sgd(0.1), **given), data, epochs=1)


BINARY = models.vae(2, [], 1, Bernoulli())
TWO = models.vae(2, [], 1, Bernoulli(), classes=2)
BAD = {
    "pixels to 255": (fitted(BINARY, [[0.0, 255.0]]), "row 0, column 1\n.*\n.*255.*\n.*x / 255"),
    "labels outside": (fitted(TWO, (np.ones((2, 2)), [0, 2])), "y › label in row 1\n.*from 0 to 1"),
    "no labels": (fitted(TWO, np.ones((2, 2))), "no targets"),
    "pictures": (fitted(models.vae(4, [], 1), np.ones((3, 2, 2, 1))), "do not describe x"),
    "another model": (lambda: vae(nn.Dense(1), sgd(0.1)), "a models.VAE"),
    "another gradient": (lambda: vae(BINARY, sgd(0.1), gradient="exact"), "'reparametrised' or"),
    "a negative beta": (lambda: vae(BINARY, sgd(0.1), beta=-1.0), "beta\n.*a number from 0 up"),
    "half a cause": (lambda: models.vae(2, [], 2.5), r"units\n.*a whole number from 1 up\n.*2\.5"),
    "score of several": (lambda: vae(BINARY, sgd(0.1), gradient="score", samples=5), "samples=5"),
    "samples with beta": (lambda: vae(BINARY, sgd(0.1), beta=2.0, samples=5), "beta=2.0"),
    "samples of choices": (
        lambda: vae(models.vae(2, [], CHOICES, Bernoulli()), sgd(0.1), samples=5),
        "a GaussianLatent.*\n.*CategoricalLatent",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_slips_are_refused(name):
    wrong, message = BAD[name]
    with pytest.raises(InputError, match=message):
        wrong()
