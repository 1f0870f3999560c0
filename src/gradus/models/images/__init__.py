"""Nets for images."""

from gradus.models.images.alexnet import alexnet
from gradus.models.images.all_conv import all_conv
from gradus.models.images.cnn import cnn
from gradus.models.images.densenet import densenet
from gradus.models.images.inception import inception
from gradus.models.images.lenet import lenet
from gradus.models.images.resnet import resnet
from gradus.models.images.vgg import vgg

__all__ = ["alexnet", "all_conv", "cnn", "densenet", "inception", "lenet", "resnet", "vgg"]
