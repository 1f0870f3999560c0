"""Floor 3: ways of learning, each a pair of functions."""

from gradus.learn.algorithm import Algorithm
from gradus.learn.autoencoder import autoencoder
from gradus.learn.density import density
from gradus.learn.mistake_bound import MistakeBound, mistake_bound
from gradus.learn.perceptron import perceptron
from gradus.learn.supervised import supervised

__all__ = [
    "Algorithm",
    "MistakeBound",
    "autoencoder",
    "density",
    "mistake_bound",
    "perceptron",
    "supervised",
]
