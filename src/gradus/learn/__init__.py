"""Floor 3: ways of learning, each a pair of functions."""

from gradus.learn.adversarial import adversarial
from gradus.learn.algorithm import Algorithm
from gradus.learn.augmented import augmented
from gradus.learn.autoencoder import autoencoder
from gradus.learn.density import density
from gradus.learn.game.gan import gan
from gradus.learn.generative import generative
from gradus.learn.mistake_bound import MistakeBound, mistake_bound
from gradus.learn.perceptron import perceptron
from gradus.learn.sequence_to_sequence import sequence_to_sequence
from gradus.learn.supervised import supervised
from gradus.learn.truncated_bptt import truncated_bptt
from gradus.learn.vae import vae
from gradus.learn.virtual_adversarial import virtual_adversarial
from gradus.learn.writing import writing

__all__ = [
    "Algorithm",
    "MistakeBound",
    "adversarial",
    "augmented",
    "autoencoder",
    "density",
    "gan",
    "generative",
    "mistake_bound",
    "perceptron",
    "sequence_to_sequence",
    "supervised",
    "truncated_bptt",
    "vae",
    "virtual_adversarial",
    "writing",
]
