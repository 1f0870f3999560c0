"""Maps with an inverse and a known determinant, of which flows are made."""

from gradus.models.bijections.autoregressive import MaskedAutoregressive
from gradus.models.bijections.bijection import Bijection, Chain, Inverse
from gradus.models.bijections.columns import ActNorm, Permutation
from gradus.models.bijections.coupling import Coupling
from gradus.models.bijections.planar import Planar

__all__ = [
    "ActNorm",
    "Bijection",
    "Chain",
    "Coupling",
    "Inverse",
    "MaskedAutoregressive",
    "Permutation",
    "Planar",
]
