"""Linear models by formula, with what statistics knows about them; the same as nets."""

from gradus.models.linear import systems
from gradus.models.linear.design import Design, design
from gradus.models.linear.fitted import Coefficient, LinearFit
from gradus.models.linear.formula import read_formula
from gradus.models.linear.generalised import logistic, poisson
from gradus.models.linear.least_squares import gaussian, least_squares
from gradus.models.linear.multiclass import one_vs_rest, softmax
from gradus.models.linear.net import LinearNet, as_net
from gradus.models.linear.penalised import elastic_net, lasso, ridge

__all__ = [
    "Coefficient",
    "Design",
    "LinearFit",
    "LinearNet",
    "as_net",
    "design",
    "elastic_net",
    "gaussian",
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
