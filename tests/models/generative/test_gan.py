"""A generator and a discriminator as one model: shapes that meet, verbs, labels."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError, models, nn
from gradus.base.record import decode, encode

GAN = models.GAN


@pytest.fixture(scope="module")
def labelled():
    """A model of rows with three labels."""
    return GAN(nn.Dense(2), nn.Dense(1), latent=4, classes=3).init(jax.random.key(0), (2,))


def test_samples_are_what_the_generator_makes_of_normal_numbers(key):
    model = GAN(nn.Dense(2, weight_init=nn.Ones()), nn.Dense(1), latent=9).init(key, (2,))
    x = model.sample(key, 20_000)
    np.testing.assert_allclose(x.std(axis=0), 3, rtol=0.02)  # a sum of nine has variance 9


def test_labels_are_more_features_of_both(labelled):
    assert nn.summary(labelled, ((2,), ())).parameters == (7 * 2 + 2) + (5 + 1)
    assert labelled.generator.weight.shape == (4 + 3, 2)
    assert labelled.discriminator.weight.shape == (2 + 3, 1)


def test_samples_by_label(labelled, key):
    of_two = labelled.sample(key, 5, 2)
    np.testing.assert_array_equal(of_two, labelled.sample(key, 5, np.full(5, 2)))
    assert not np.array_equal(of_two, labelled.sample(key, 5, 1))
    assert labelled.sample(key, 5).shape == (5, 2)
    assert labelled((of_two, jnp.full(5, 2))).shape == (5,)


@pytest.mark.parametrize(
    ("labels", "wording"),
    [
        (3, "label in row 0\n.*from 0 to 2"),
        ([0, 1, -1], "row 2"),
        ([0, 0.5, 1], "row 1"),
        ([0, 1], r"one label for all, or 3 of them\n.*\(2,\)"),
    ],
)
def test_unknown_labels_are_refused(labelled, key, labels, wording):
    with pytest.raises(InputError, match=wording):
        labelled.sample(key, 3, labels)


def test_a_label_is_missing(labelled):
    with pytest.raises(InputError, match="labels of all x"):
        labelled(jnp.zeros((1, 2)))


def test_labels_of_a_model_without_any_are_refused(key):
    model = GAN(nn.Dense(2), nn.Dense(1), latent=1).init(key, (2,))
    with pytest.raises(InputError, match="none, for a model without classes"):
        model.sample(key, 3, 1)


def test_what_it_cannot_say(labelled):
    x = jnp.zeros((1, 2))
    with pytest.raises(InputError, match="log_prob of GAN\n(.*\n)+.*nothing is known but its samp"):
        labelled.log_prob(x)
    with pytest.raises(InputError, match="anomaly_score of GAN\n(.*\n)+.*generator's faults"):
        labelled.anomaly_score(x)
    with pytest.raises(InputError, match="one without codes"):
        labelled.embed(x)


def test_shapes_that_do_not_meet_are_both_named(key):
    generator = models.dcgan(32, width=4)[0]
    with pytest.raises(InputError, match=r"(?s)generator makes.*\(28, 28, 1\).*\(32, 32, 1\)"):
        GAN(generator, nn.Dense(1), latent=8).init(key, (28, 28, 1))
    shrinking = nn.Conv(1, 4, stride=4), nn.Flatten()
    judge = nn.Sequential(*shrinking, nn.Dense(1)).init(key, (32, 32, 1))
    with pytest.raises(InputError, match=r"(?s)examples \(28, 28, 1\).*64\).*\(1, 49\)"):
        GAN(nn.Sequential(nn.Dense(784), nn.Reshape((28, 28, 1))), judge, 8).init(key, (28, 28, 1))
    with pytest.raises(InputError, match=r"(?s)outputs.*shape \(1,\).*shape \(3,\)"):
        GAN(nn.Dense(2), nn.Dense(3), latent=8).init(key, (2,))


@pytest.mark.parametrize("remedy", [{}, {"spectral": True, "minibatch": True}], ids=str)
@pytest.mark.parametrize(("side", "channels"), [(28, 1), (32, 3)])
def test_convolutional_pairs_fit_each_other(side, channels, remedy):
    generator, discriminator = models.dcgan(side, channels, width=4, **remedy)
    assert generator.output_shape((8,)) == (side, side, channels)
    assert discriminator.output_shape((side, side, channels)) == (1,)


def test_remedies_of_the_dense_pair():
    _, judge = models.dense_gan(2, [8], spectral=True, minibatch=True)
    kinds = [type(layer).__name__ for layer in judge.layers]
    assert kinds == ["Flatten", "SpectralNorm", "MinibatchDiscrimination", "SpectralNorm"]


def test_a_side_that_cannot_be_halved_twice():
    with pytest.raises(InputError, match="multiple of 4"):
        models.dcgan(30)


def test_a_convolutional_model_comes_back_from_its_file(key):
    generator, discriminator = models.dcgan(4, width=2, spectral=True, minibatch=True)
    model = jax.jit(lambda: GAN(generator, discriminator, latent=3).init(key, (4, 4, 1)))()
    arrays = {}
    again = decode(encode(model, arrays), arrays)
    jax.tree.map(np.testing.assert_array_equal, again, model)
