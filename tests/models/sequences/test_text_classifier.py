"""Nets for text: padding changes nothing, known vectors are kept, and they learn."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import fit, models, nn, supervised
from gradus.base.errors import InputError
from gradus.likelihoods import Categorical
from gradus.optim import adam

KINDS = {
    "bag": {"kind": "bag"},
    "cnn": {"kind": "cnn", "windows": (2, 3)},
    "rnn": {"kind": "rnn"},
    "gru": {"kind": "rnn", "cell": "gru", "bidirectional": False},
}
TEXTS = np.array([[3, 4, 5, 6, 2], [7, 2, 9, 4, 3]], np.int32)


def small(**settings):
    return models.text_classifier(10, 3, width=4, units=3, hidden=(5,), **settings)


@pytest.fixture(scope="module")
def nets():
    """Compiled nets, so that each is compiled once for each length."""
    made = {name: small(**s).init(jax.random.key(0), (5,)) for name, s in KINDS.items()}
    return {name: jax.jit(net.__call__) for name, net in made.items()}


@pytest.mark.parametrize("name", KINDS)
def test_padding_does_not_change_what_a_net_says(nets, name):
    bare = nets[name](TEXTS)
    for before, after in ((0, 3), (3, 0), (1, 2)):
        filled = np.pad(TEXTS, ((0, 0), (before, after)))
        np.testing.assert_allclose(nets[name](filled), bare, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", KINDS)
def test_a_text_of_padding_alone_has_an_answer(nets, name):
    assert np.isfinite(nets[name](np.zeros_like(TEXTS))).all()


def test_a_bag_forgets_the_order_and_the_others_do_not(nets):
    turned = TEXTS[:, ::-1].copy()
    for name, net in nets.items():
        same = np.allclose(net(turned), net(TEXTS), atol=1e-6)
        assert same == (name == "bag")


def test_a_convolution_by_hand():
    # windows of 2: (0, 1) (1, 3) (3, 2) with weights (1, −1) and the identity: −1, −2, 1; max 1
    table = nn.Embedding.of([[0.0], [1.0], [3.0], [2.0]], padding=0)
    net = models.text_classifier(4, 1, "cnn", units=1, windows=(2,), embedding=table)
    net = net.init(jax.random.key(0), (3,))
    pooled = net.layers[1].layers[0]
    delay = pooled.layer.replace(weight=jnp.array([[[1.0]], [[-1.0]]]), bias=jnp.zeros(1))
    assert pooled.replace(layer=delay)(table(jnp.array([[1, 2, 3]]))).tolist() == [[1.0]]


def test_known_vectors_that_are_frozen_stay():
    table = np.arange(20.0).reshape(10, 2)
    frozen = nn.frozen(nn.Embedding.of(table, padding=0))
    net = small(kind="bag", embedding=frozen)
    y = np.array([0, 1])
    run = fit(supervised(net, Categorical(3), adam(0.1)), (TEXTS, y), epochs=2, progress=False)
    np.testing.assert_array_equal(run.model.layers[0].inner.weight, table)


@pytest.mark.parametrize(
    ("settings", "wording"),
    [
        ({"kind": "bags"}, "did you mean 'bag'"),
        ({"kind": "rnn", "cell": "lsmt"}, "mean 'lstm'"),
        ({"embedding": nn.frozen(nn.Embedding.of(np.ones((7, 2))))}, "vectors, one for each token"),
    ],
)
def test_refuses(settings, wording):
    with pytest.raises(InputError, match=wording):
        small(**settings)


def test_refuses_tokens_that_are_not_in_the_table():
    net = small().init(jax.random.key(0), (1,))
    with pytest.raises(InputError, match="a token that is not in the table"):
        net(np.array([[11]]))
