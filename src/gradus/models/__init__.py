"""Floor 3: named architectures built from `nn`."""

from gradus.models.mlp import mlp

__all__ = ["mlp"]
