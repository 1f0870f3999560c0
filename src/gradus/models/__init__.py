"""Floor 3: named architectures built from `nn`."""

from gradus.models import linear
from gradus.models.extreme import extreme_learning_machine
from gradus.models.generative.autoencoder import Autoencoder, autoencoder
from gradus.models.generative.density import DensityModel
from gradus.models.generative.gan import GAN
from gradus.models.generative.gan_pairs import dcgan, dense_gan
from gradus.models.generative.made import Autoregressive, made
from gradus.models.generative.model import GenerativeModel
from gradus.models.mlp import mlp
from gradus.models.rbf_network import rbf_network

__all__ = [
    "GAN",
    "Autoencoder",
    "Autoregressive",
    "DensityModel",
    "GenerativeModel",
    "autoencoder",
    "dcgan",
    "dense_gan",
    "extreme_learning_machine",
    "linear",
    "made",
    "mlp",
    "rbf_network",
]
