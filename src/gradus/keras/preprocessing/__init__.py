"""Keras' preprocessing of text, sequences and images."""

from gradus.keras.preprocessing import image, sequence, text

__all__ = ["image", "sequence", "text"]
