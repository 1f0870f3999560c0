"""The most famous formulas in PyTorch, value and gradient by autograd."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import torch

from benchmarks.stability.formula import Formula
from benchmarks.stability.judge import Answer, Judged, exact, gradient_verdict, verdict


def sigmoid(x):
    """The textbook sigmoid."""
    return 1 / (1 + torch.exp(-x))


def softmax(z):
    """The textbook softmax of the last axis."""
    e = torch.exp(z)
    return e / e.sum(-1, keepdim=True)


def gaussian(x, m, s):
    """Density of the normal distribution."""
    return torch.exp(-((x - m) ** 2) / (2 * s**2)) / (s * math.sqrt(2 * math.pi))


def cross_entropy(p, y):
    """Binary cross-entropy of a probability."""
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p))


def divergence(p, q):
    """Kullback-Leibler divergence."""
    return (p * torch.log(p / q)).sum()


def focal(p):
    """Focal loss with exponent 2."""
    return -((1 - p) ** 2) * torch.log(p)


def variance(x):
    """Variance by two moments."""
    return (x**2).mean() - x.mean() ** 2


def rows_loss(z):
    """Mean cross-entropy of two rows with labels 1 and 0."""
    return -torch.log(softmax(z))[[0, 1], [1, 0]].mean()


def odds_entropy(p):
    """Entropy of a Bernoulli distribution."""
    return -p * torch.log(p) - (1 - p) * torch.log(1 - p)


TORCH: dict[str, Callable] = {
    "softplus": lambda x: torch.log(1 + torch.exp(x)),
    "log sigmoid": lambda x: torch.log(sigmoid(x)),
    "log of one minus sigmoid": lambda x: torch.log(1 - torch.sigmoid(x)),
    "sigmoid": sigmoid,
    "sigmoid derivative": lambda x: sigmoid(x) * (1 - sigmoid(x)),
    "binary cross-entropy of a logit": lambda z, y: cross_entropy(sigmoid(z), y),
    "mean binary cross-entropy": lambda z, y: cross_entropy(sigmoid(z), y).mean(),
    "swish": lambda x: x * sigmoid(x),
    "Bernoulli entropy of a logit": lambda z: odds_entropy(sigmoid(z)),
    "binary focal loss": lambda z: focal(sigmoid(z)),
    "log-sum-exp": lambda z: torch.log(torch.exp(z).sum()),
    "log-mean-exp": lambda z: torch.log(torch.exp(z).mean()),
    "softmax, one component": lambda z: softmax(z)[1],
    "log softmax, one component": lambda z: torch.log(softmax(z))[2],
    "softmax cross-entropy of a class": lambda z: -torch.log(softmax(z)[1]),
    "softmax cross-entropy of a batch": rows_loss,
    "entropy of a softmax": lambda z: -(softmax(z) * torch.log(softmax(z))).sum(),
    "perplexity of a batch": lambda z: torch.exp(rows_loss(z)),
    "exp x - 1": lambda x: torch.exp(x) - 1,
    "log(1 + x)": lambda x: torch.log(1 + x),
    "1 - cos x": lambda x: 1 - torch.cos(x),
    "sinh by exponentials": lambda x: (torch.exp(x) - torch.exp(-x)) / 2,
    "tanh by exponentials": lambda x: (
        (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))
    ),
    "(exp x - 1)/x": lambda x: (torch.exp(x) - 1) / x,
    "sqrt(1 + x) - 1": lambda x: torch.sqrt(1 + x) - 1,
    "log cosh": lambda x: torch.log(torch.cosh(x)),
    "Euclidean norm": lambda x: torch.sqrt((x**2).sum()),
    "hypotenuse": lambda a, b: torch.sqrt(a**2 + b**2),
    "distance of two points": lambda a, b: torch.sqrt(((a - b) ** 2).sum()),
    "cosine similarity": lambda a, b: a @ b / (a.norm() * b.norm()),
    "standard deviation": lambda x: torch.std(x, correction=0),
    "root mean square error": lambda a, b: torch.sqrt(((a - b) ** 2).mean()),
    "x log x": lambda x: x * torch.log(x),
    "entropy": lambda p: -(p * torch.log(p)).sum(),
    "binary entropy": odds_entropy,
    "Kullback-Leibler divergence": divergence,
    "log a - log b": lambda a, b: torch.log(a) - torch.log(b),
    "variance by two moments": variance,
    "sqrt(x + 1) - sqrt(x)": lambda x: torch.sqrt(x + 1) - torch.sqrt(x),
    "log(exp a - exp b)": lambda a, b: torch.log(torch.exp(a) - torch.exp(b)),
    "log det of 5 by 5": lambda a: torch.log(torch.linalg.det(a)),
    "log of the product of a diagonal": lambda d: torch.log(torch.prod(d)),
    "log density of a standard normal": lambda x: torch.log(gaussian(x, 0.0, 1.0)),
    "log density of a normal": lambda x, m, s: torch.log(gaussian(x, m, s)),
    "log Φ": lambda x: torch.log(torch.special.ndtr(x)),
    "log where positive": lambda x: torch.where(x > 0, torch.log(x), 0.0),
    "square root where positive": lambda x: torch.where(x > 0, torch.sqrt(x), 0.0),
    "sin x/x, 1 at 0": lambda x: torch.where(x == 0, 1.0, torch.sin(x) / x),
    "log likelihood of many": lambda p: torch.log(torch.prod(p)),
    "log of a power": lambda x: torch.log(x**50),
}


def evaluate_torch(formulas: Iterable[Formula], dtype: str = "float32") -> list[Judged]:
    """Judge the formulas that are translated here, at every input."""
    return [
        judge(formula, inputs, dtype)
        for formula in formulas
        if formula.name in TORCH
        for inputs in formula.inputs
    ]


def judge(formula: Formula, inputs: tuple, dtype: str) -> Judged:
    """Value and gradient of one translation at one input against the exact ones."""
    want = exact(formula, inputs, dtype)
    parts = [torch.tensor(p, dtype=getattr(torch, dtype), requires_grad=True) for p in inputs]
    value = TORCH[formula.name](*parts)
    gradient = [g.numpy() for g in torch.autograd.grad(value, parts)]
    slopes = [gradient_verdict(g, w, dtype) for g, w in zip(gradient, want.gradient, strict=True)]
    got = Answer(value.item(), tuple(gradient))
    return Judged(
        formula, "torch", inputs, verdict(got.value, want.value, dtype), all(slopes), got, want
    )
