"""Linear models by formula, with what statistics knows about them; the same as nets."""

from gradus.models.linear import systems
from gradus.models.linear.design import Design, design
from gradus.models.linear.fitted import Coefficient, LinearFit
from gradus.models.linear.formula import read_formula
from gradus.models.linear.generalised import logistic, poisson
from gradus.models.linear.influence import Influence, influence
from gradus.models.linear.least_squares import gaussian, least_squares
from gradus.models.linear.multiclass import one_vs_rest, softmax
from gradus.models.linear.net import LinearNet, as_net
from gradus.models.linear.penalised import elastic_net, lasso, ridge
from gradus.models.linear.selection import Selection, backward, best_subset, forward

__all__ = [
    "Coefficient",
    "Design",
    "Influence",
    "LinearFit",
    "LinearNet",
    "Selection",
    "as_net",
    "backward",
    "best_subset",
    "design",
    "elastic_net",
    "forward",
    "gaussian",
    "influence",
    "lasso",
    "least_squares",
    "logistic",
    "one_vs_rest",
    "poisson",
    "read_formula",
    "ridge",
    "softmax",
    "systems",
]
