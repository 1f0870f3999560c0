"""Three ways to the coefficients of least squares, which lose digits in different measure."""

from __future__ import annotations

import numpy as np

from gradus.models.linear.systems.elimination import back_substitution, eliminate


def normal_equations(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least squares from XᵀX β = Xᵀy. Squares the condition number: half of the digits go.

    >>> normal_equations(np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), np.array([1.0, 3.0, 5.0]))
    array([1., 2.])
    """
    return eliminate(x.T @ x, x.T @ y).x


def orthogonal(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least squares from X = QR: R β = Qᵀy. The condition number stays what it is.

    >>> x = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    >>> orthogonal(x, np.array([1.0, 3.0, 5.0])).round(12)
    array([1., 2.])
    """
    q, r = np.linalg.qr(x)
    return back_substitution(r, q.T @ y)


def gradient_descent(x: np.ndarray, y: np.ndarray, steps: int = 10_000) -> np.ndarray:
    """Least squares by β ← β − ε Xᵀ(Xβ − y), with ε = 1/λmax, from 0.

    Along a direction of curvature λ the error shrinks by 1 − λ/λmax at each step: the steps that
    are needed grow like the square of the condition number of X.

    >>> x = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    >>> gradient_descent(x, np.array([1.0, 3.0, 5.0]), steps=200).round(6)
    array([1., 2.])
    """
    beta = np.zeros(x.shape[1], x.dtype)
    rate = 1 / np.linalg.norm(x, 2) ** 2
    for _ in range(steps):
        beta = beta - rate * (x.T @ (x @ beta - y))
    return beta
