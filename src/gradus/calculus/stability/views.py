"""Views of a value: what a consumer can ask of a node besides the number itself.

`log` asks its operand for the logarithm, `x − 1` for the value minus 1, a quotient of
exponentials for a mantissa with a separate exponent. A node answers by a rule for its operation,
or not at all; then the consumer takes the ordinary value. Operations that only move elements
about pass every question through.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from gradus.calculus.stability.exponentials import Exponentials
from gradus.calculus.stability.expressions import is_move, log, moved
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.series import expanded


class Scaled(NamedTuple):
    """A value as mantissa · eᵉˣᵖᵒⁿᵉⁿᵗ."""

    mantissa: Node
    exponent: Node


class Rule(NamedTuple):
    """One way to answer one question about one operation.

    Arguments:
        formula: the identity it uses.
        answer: (views, node) → the answer, or None where the identity does not apply.
    """

    formula: str
    answer: Callable[[Views, Node], Any]


RULES: dict[tuple[str, str], list[Rule]] = {}  # (view, operation) → its rules, tried in order
SERIES = Rule("Σ cₖ uᵏ near a point where parts of it cancel", lambda views, n: None)
DEEPEST = 60  # how far a question may travel by recursion
SHORT = 10  # steps of a chain between two questions that are asked beforehand


def rule(view: str, *ops: str, formula: str):
    """Enter a function into the table as the rule for a view of some operations."""

    def enter(answer: Callable[[Views, Node], Any]):
        for op in ops:
            RULES.setdefault((view, op), []).append(Rule(formula, answer))
        return answer

    return enter


class Views:
    """Answers, each found once.

    `fired` says for every node whose value was replaced which rule did it, `reasons` for every
    other view of a node which rule gave it.
    """

    def __init__(self):
        self.answers: dict[tuple[str, Node], Any] = {}
        self.fired: dict[Node, Rule] = {}
        self.reasons: dict[tuple[str, Node], Rule] = {}
        self.depth = 0
        self.expansions = 0
        self.exponentials = Exponentials(self)

    def ask(self, view: str, n: Node) -> Any:
        """The answer of the first rule that applies; None where none does."""
        if (view, n) not in self.answers:
            for m in self._chain(view, n)[::-SHORT]:  # long chains from their far end: no recursion
                self._ask(view, m)
            self._ask(view, n)
        return self.answers.get((view, n))

    def _chain(self, view: str, n: Node) -> list[Node]:
        """The node, its first operand with a rule, that one's first operand with a rule …"""
        chain = []
        while (view, n) not in self.answers:
            chain.append(n)
            inner = [i for i in n.inputs if (view, i.op) in RULES or is_move(i)]
            if not inner:
                break
            n = max(inner, key=lambda i: i.serial)
        return chain

    def _ask(self, view: str, n: Node) -> None:
        key = (view, n)
        if key in self.answers or self.depth > DEEPEST or not n.is_float:
            return
        self.answers[key] = None  # a question that comes back to itself has no answer
        self.depth += 1
        try:
            answer = self._answer(view, n)
        finally:
            self.depth -= 1
        self.answers[key] = answer

    def _answer(self, view: str, n: Node) -> Any:
        if view != "value" and is_move(n):
            return through(n, self.ask(view, n.inputs[0]))
        found, answer = self._first(view, n)
        if view != "value":
            if found is not None:
                self.reasons[view, n] = found
            return answer
        series = expanded(self, n, answer)
        if series is not None:
            found, answer = SERIES, series
        if found is not None:
            self.fired[n] = found
        return answer

    def _first(self, view: str, n: Node) -> tuple[Rule | None, Any]:
        """The first rule that applies, and its answer."""
        for candidate in RULES.get((view, n.op), ()):
            answer = candidate.answer(self, n)
            if answer is not None and (answer is not n or view != "value"):
                return candidate, answer
        return None, None

    def beyond(self, answer: Callable, view: str, n: Node) -> Any:
        """What the rules after this one answer; None where none of them applies."""
        rules = RULES[view, n.op]
        later = rules[1 + next(i for i, r in enumerate(rules) if r.answer is answer) :]
        return next((found for r in later if (found := r.answer(self, n)) is not None), None)

    def forget(self, n: Node) -> None:
        """Leave the value of a node as it is written."""
        self.answers["value", n] = None
        self.fired.pop(n, None)

    def value(self, n: Node) -> Node:
        """The best way to the value: the node itself, or what a rule puts in its place."""
        seen = n
        for _ in range(20):  # a replacement may be replaced in turn
            better = self.ask("value", seen)
            if better is None:
                return seen
            seen = better
        return seen

    def log(self, n: Node) -> Node | None:
        """log n, where there is a better way than the logarithm of the value."""
        return self.ask("log", n)

    def log_of(self, n: Node) -> Node:
        """log n, in the best way there is."""
        found = self.log(n)
        return log(n) if found is None else found

    def minus_one(self, n: Node) -> Node | None:
        """n − 1, where there is a better way than the subtraction."""
        return self.ask("minus_one", n)

    def plus_one(self, n: Node) -> Node | None:
        """n + 1, where there is a better way than the addition."""
        return self.ask("plus_one", n)

    def scaled(self, n: Node) -> Scaled | None:
        """n as mantissa and exponent, where it is made of exponentials."""
        return self.ask("scaled", n)


def through(n: Node, answer: Any) -> Any:
    """An answer for the input of a move, as the answer for the move."""
    if isinstance(answer, Scaled):
        parts = None if n.op == "stop_gradient" else (through(n, part) for part in answer)
        return None if parts is None else Scaled(*parts)
    if isinstance(answer, tuple):  # a logarithm and a sign that may be known to be +
        return tuple(through(n, part) for part in answer)
    return None if answer is None else moved(n, answer)
