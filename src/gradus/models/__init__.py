"""Floor 3: named architectures built from `nn`."""

from gradus.models import bijections, linear
from gradus.models.extreme import extreme_learning_machine, with_ridge_output
from gradus.models.freezing import freeze, unfreeze
from gradus.models.generative.autoencoder import Autoencoder, autoencoder
from gradus.models.generative.autoregressive import Autoregressive, fully_visible
from gradus.models.generative.coder import Coder
from gradus.models.generative.density import DensityModel
from gradus.models.generative.ensemble import MaskedEnsemble
from gradus.models.generative.flow import Flow, flow
from gradus.models.generative.gan import GAN
from gradus.models.generative.gan_pairs import dcgan, dense_gan
from gradus.models.generative.latent_map import latent_map
from gradus.models.generative.latents import CategoricalLatent, GaussianLatent, Latent
from gradus.models.generative.made import made
from gradus.models.generative.model import GenerativeModel
from gradus.models.generative.nade import NADE, nade
from gradus.models.generative.pixelcnn import MaskedConv, pixelcnn
from gradus.models.generative.tied import TiedAutoencoder
from gradus.models.generative.vae import VAE, vae
from gradus.models.images.alexnet import alexnet
from gradus.models.images.all_conv import all_conv
from gradus.models.images.cnn import cnn
from gradus.models.images.densenet import densenet
from gradus.models.images.inception import inception
from gradus.models.images.lenet import lenet
from gradus.models.images.resnet import resnet
from gradus.models.images.vgg import vgg
from gradus.models.mlp import mlp
from gradus.models.network import Network
from gradus.models.rbf_network import rbf_network
from gradus.models.reservoir.free_run import free_run
from gradus.models.reservoir.readout import with_readout
from gradus.models.sequences.causal import CausalConvolutions
from gradus.models.sequences.decomposition import DecomposedLinear
from gradus.models.sequences.forecaster import Forecaster, forecaster
from gradus.models.sequences.language_model import LanguageModel, language_model
from gradus.models.sequences.naive import forecast_baselines
from gradus.models.sequences.ngram import NGram, ngram
from gradus.models.sequences.reading import TokenReader, VectorReader
from gradus.models.sequences.sequence_to_sequence import (
    SequenceToSequence,
    captioner,
    sequence_to_sequence,
)
from gradus.models.sequences.tagger import tagger
from gradus.models.sequences.text_classifier import text_classifier
from gradus.models.sequences.writing import Writer
from gradus.models.transfer import features, with_head
from gradus.models.weights import Loaded, load_weights, save_weights

__all__ = [
    "GAN",
    "NADE",
    "VAE",
    "Autoencoder",
    "Autoregressive",
    "CategoricalLatent",
    "CausalConvolutions",
    "Coder",
    "DecomposedLinear",
    "DensityModel",
    "Flow",
    "Forecaster",
    "GaussianLatent",
    "GenerativeModel",
    "LanguageModel",
    "Latent",
    "Loaded",
    "MaskedConv",
    "MaskedEnsemble",
    "NGram",
    "Network",
    "SequenceToSequence",
    "TiedAutoencoder",
    "TokenReader",
    "VectorReader",
    "Writer",
    "alexnet",
    "all_conv",
    "autoencoder",
    "bijections",
    "captioner",
    "cnn",
    "dcgan",
    "dense_gan",
    "densenet",
    "extreme_learning_machine",
    "features",
    "flow",
    "forecast_baselines",
    "forecaster",
    "free_run",
    "freeze",
    "fully_visible",
    "inception",
    "language_model",
    "latent_map",
    "lenet",
    "linear",
    "load_weights",
    "made",
    "mlp",
    "nade",
    "ngram",
    "pixelcnn",
    "rbf_network",
    "resnet",
    "save_weights",
    "sequence_to_sequence",
    "tagger",
    "text_classifier",
    "unfreeze",
    "vae",
    "vgg",
    "with_head",
    "with_readout",
    "with_ridge_output",
]
