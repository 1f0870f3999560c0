"""Verbs take lists as well as arrays, and labels where there are some."""

import jax
import numpy as np
import pytest

from gradus import InputError, fit, learn, models
from gradus.data.batch import Batch
from gradus.likelihoods import Bernoulli, Gaussian, HeteroscedasticGaussian, Mixture
from gradus.optim import adam

ROWS = [[0.5, 1.0], [0.0, -1.0]]
FAMILIES = {
    "autoencoder": lambda: models.autoencoder(2, [3], 1),
    "made": lambda: models.made(2, [3], Gaussian()),
    "flow": lambda: models.flow(2, 1, kind="nice", hidden=[]),
    "gan": lambda: models.GAN(*models.dense_gan(2, [3]), latent=3),
}
VERBS = ("log_prob", "embed", "reconstruct", "anomaly_score")


@pytest.fixture(scope="module", params=FAMILIES)
def model(request):
    return FAMILIES[request.param]().init(jax.random.key(0), (2,))


def answer(model, name, x):
    """What a verb says of x, or how it is refused."""
    try:
        return np.asarray(getattr(model, name)(x))
    except InputError as refusal:
        return str(refusal)


@pytest.mark.parametrize("name", VERBS)
def test_lists_are_taken_as_arrays(model, name):
    array = answer(model, name, np.array(ROWS, "float32"))
    np.testing.assert_array_equal(answer(model, name, ROWS), array)


def test_labels_that_a_model_has_no_use_for_are_refused(model):
    for name in VERBS:
        with pytest.raises(InputError, match=f"{name} of|labels"):
            getattr(model, name)(ROWS, labels=[0, 1])
    with pytest.raises(InputError, match="labels|sample of"):
        model.sample(jax.random.key(0), 2, labels=[0, 1])


def test_codes_and_labels_may_be_lists():
    vae = models.vae(2, [3], 1, Gaussian(), classes=2).init(jax.random.key(0), ((2,), ()))
    array = vae.embed(np.array(ROWS, "float32"), np.array([0, 1]))
    np.testing.assert_array_equal(vae.embed(ROWS, labels=[0, 1]), array)
    assert vae.decode([[0.5], [1.0]], [0, 1]).shape == (2, 2)
    net = models.autoencoder(2, [3], 1).init(jax.random.key(0), (2,))
    filled = net.impute(jax.random.key(1), ROWS, [[True, False], [False, False]])
    assert filled[0, 0] != 0.5
    assert filled[1, 1] == -1.0


def test_uneven_lists_are_refused():
    model = models.made(2, [3], Bernoulli()).init(jax.random.key(0), (2,))
    with pytest.raises(InputError, match="log_prob of Autoregressive\n.*equally long"):
        model.log_prob([[0, 1], [1]])


@pytest.mark.parametrize("likelihood", [Mixture(2), HeteroscedasticGaussian()], ids=repr)
def test_columns_that_never_change_have_no_density(likelihood):
    x = np.stack([np.arange(5.0), np.full(5, 3.0)], axis=1)
    for masks in (1, 2):
        learner = learn.density(models.made(2, [3], likelihood, masks=masks), adam(0.1))
        with pytest.raises(InputError, match="column 1 is constant\n.*infinite density"):
            fit(learner, x)
    learn.density(models.fully_visible(2, Gaussian()), adam(0.1)).check(Batch(x))
