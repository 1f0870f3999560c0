"""Sizes of the published nets, found without computing, and what their arguments change."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest

from gradus import models, nn
from gradus.base.errors import InputError
from gradus.base.tree import by_name

PHOTO, SMALL, DIGIT = (224, 224, 3), (32, 32, 3), (28, 28, 1)

# Numbers of parameters as published, or as torchvision counts them.
PUBLISHED = {
    "VGG-11": (models.vgg(11, 1000), PHOTO, 132_863_336),
    "VGG-16": (models.vgg(16, 1000), PHOTO, 138_357_544),
    "VGG-16 with batch norm": (models.vgg(16, 1000, batch_norm=True), PHOTO, 138_365_992),
    "VGG-19": (models.vgg(19, 1000), PHOTO, 143_667_240),
    "ResNet-18": (models.resnet(18, 1000), PHOTO, 11_689_512),
    "ResNet-34": (models.resnet(34, 1000), PHOTO, 21_797_672),
    "ResNet-50": (models.resnet(50, 1000), PHOTO, 25_557_032),
    "AlexNet": (models.alexnet(1000), PHOTO, 60_965_224),
    "AlexNet of one tower": (models.alexnet(1000, towers=1), PHOTO, 61_100_840),
    "DenseNet-121": (models.densenet(121, 1000), PHOTO, 7_978_856),
    "ResNet-20": (models.resnet(20, 10, shortcut="identity"), SMALL, 269_722),
    "ResNet-18 for CIFAR": (models.resnet(18, 10, stem="small"), SMALL, 11_173_962),
    "All-CNN-C": (models.all_conv(10), SMALL, 1_369_738),
    "LeNet-5": (models.lenet(10), DIGIT, 61_706),
    "inception 3a": (models.inception(64, (96, 128), (16, 32), 32), (28, 28, 192), 163_696),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters(name):
    net, shape, parameters = PUBLISHED[name]
    assert nn.summary(net, shape).parameters == parameters


# conv 3·3·1·4 + 4, conv 3·3·4·8 + 8, then 4·4·8 inputs · 6 + 6, and 6·3 + 3
TINY = models.cnn([4, 8], 3, hidden=[6], dropout=0.5)


def test_cnn_by_hand():
    assert nn.summary(TINY, (16, 16, 1)).parameters == 40 + 296 + 774 + 21
    normed = models.cnn([4], 3, hidden=[], batch_norm=True)
    assert nn.summary(normed, (2, 2, 1)).parameters == 36 + 8 + 15


NETS = {  # a small one of each, and images as small as it takes
    "cnn": (TINY, (4, 4, 1)),
    "lenet": (models.lenet(3), (12, 12, 1)),
    "alexnet": (models.alexnet(3, stem="small", hidden=4), (15, 15, 1)),
    "vgg": (models.vgg([1, 1], 3, width=2, hidden=[4]), (4, 4, 1)),
    "all_conv": (models.all_conv(3, width=2), (9, 9, 1)),
}


@pytest.mark.parametrize("name", NETS)
def test_the_smallest_image(name):
    """One pixel less is refused, and the message names the layer and the size."""
    net, (height, width, channels) = NETS[name]
    assert net.output_shape((height, width, channels)) == (3,)
    with pytest.raises(InputError, match=r"layer .*: the window is larger than its input"):
        net.output_shape((height - 1, width - 1, channels))


def test_a_residual_net_begins_as_a_shallow_one():
    """With every f(x) = 0, outputs are those of the stem alone, rectified, averaged and mapped."""
    net = models.resnet([1], 3, width=4, stem="small", zero_init=True)
    ready = net.init(jax.random.key(0), (8, 8, 1))
    x = jax.random.normal(jax.random.key(1), (2, 8, 8, 1))
    shallow = models.Network(**{k: v for k, v in ready.layers.items() if k != "layer1"})
    assert jnp.allclose(ready(x), shallow(x), atol=1e-6)
    assert (by_name(ready)["layer1.0.bn2.gain"] == 0).all()
    assert (by_name(ready)["layer1.0.bn1.gain"] == 1).all()


def test_shortcuts_without_weights():
    """Where size and channels change, every second pixel is kept, and zeros are added."""
    net = models.resnet([1, 1], 3, width=2, stem="small", shortcut="identity", zero_init=True)
    block = net.layers["layer2"].layers[0].init(jax.random.key(0), (4, 4, 2))
    x = jax.random.uniform(jax.random.key(1), (1, 4, 4, 2))
    y = block(x)
    assert y.shape == (1, 2, 2, 4)
    assert jnp.allclose(y[..., :2], x[:, ::2, ::2])
    assert (y[..., 2:] == 0).all()


def test_a_stem_for_large_images_leaves_an_eighth_of_the_pixels_of_a_side():
    """7×7 with stride 2 and a pooling: 32 → 16 → 8; the small stem keeps 32."""
    large, small = models.resnet(8, 3, stem="large"), models.resnet(8, 3)
    assert models.features(large, "layer1").output_shape(SMALL) == (8, 8, 16)
    assert models.features(small, "layer1").output_shape(SMALL) == (32, 32, 16)


def test_inception_has_its_branches_side_by_side():
    block = models.inception(1, (1, 2), (1, 3), 4, batch_norm=True)
    assert block.output_shape((5, 5, 2)) == (5, 5, 10)


WRONG = {
    "depth": (lambda: models.vgg(17, 10), "vgg: depth"),
    "name for a depth": (lambda: models.resnet("18", 10), "resnet: depth"),
    "no stages": (lambda: models.densenet([], 10), "densenet: depth"),
    "half a block": (lambda: models.resnet([1, 0.5], 10), "resnet: depth"),
    "stem": (lambda: models.resnet(18, 10, stem="tiny"), "resnet: stem"),
    "stem of densenet": (lambda: models.densenet([1], 10, stem="tiny"), "densenet: stem"),
    "shortcut": (lambda: models.resnet(18, 10, shortcut="none"), "resnet: shortcut"),
    "a number for a list": (lambda: models.cnn(32, 10), "cnn: filters"),
    "a number for the hidden layers": (lambda: models.mlp(32, 10), "mlp: hidden"),
    "a number for a pair": (lambda: models.inception(1, 2, (1, 1), 1), "inception: three"),
    "towers": (lambda: models.alexnet(10, towers=3), "alexnet: towers"),
    "dotted name": (lambda: models.Network(**{"a.b": nn.Dense(1)}), "the name of a layer"),
}


@pytest.mark.parametrize("name", WRONG)
def test_refusals(name):
    make, message = WRONG[name]
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize("name", ["cnn", "resnet"])
def test_images_without_a_channel_axis_are_no_series(name):
    model = {"cnn": models.cnn([4], 2), "resnet": models.resnet(8, 2)}[name]
    with pytest.raises(InputError, match=r"channel axis at their end, as by x\[\.\.\., None\]"):
        model.output_shape((28, 28))
