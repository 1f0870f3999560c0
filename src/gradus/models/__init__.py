"""Floor 3: named architectures built from `nn`."""

from gradus.models.autoencoder import Autoencoder, autoencoder
from gradus.models.density import DensityModel
from gradus.models.made import Autoregressive, made
from gradus.models.mlp import mlp

__all__ = ["Autoencoder", "Autoregressive", "DensityModel", "autoencoder", "made", "mlp"]
