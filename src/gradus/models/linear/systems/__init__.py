"""Systems of linear equations, solved in four ways, and the digits that each way loses."""

from gradus.models.linear.systems.digits import Digits, compare, digits_right
from gradus.models.linear.systems.elimination import Elimination, back_substitution, eliminate
from gradus.models.linear.systems.least import gradient_descent, normal_equations, orthogonal

__all__ = [
    "Digits",
    "Elimination",
    "back_substitution",
    "compare",
    "digits_right",
    "eliminate",
    "gradient_descent",
    "normal_equations",
    "orthogonal",
]
