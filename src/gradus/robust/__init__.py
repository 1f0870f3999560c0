"""Floor 2: small changes of inputs that mislead a model, and how well it withstands them."""

from gradus.robust.attack import Attack
from gradus.robust.attacks import fgsm, noise, pgd
from gradus.robust.curve import RobustnessCurve, robustness_curve
from gradus.robust.divergence import divergence

__all__ = [
    "Attack",
    "RobustnessCurve",
    "divergence",
    "fgsm",
    "noise",
    "pgd",
    "robustness_curve",
]
