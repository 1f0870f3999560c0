"""Tables of the judge's findings: failures by group, examples side by side, what is still wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from benchmarks.stability.judge import Judged

EXAMPLES = [
    ("softplus", "log(1 + exp x)", (100.0,)),
    ("log sigmoid", "log(1/(1 + exp(-x)))", (-120.0,)),
    ("binary cross-entropy of a logit", "helper", (90.0, 0.0)),
    ("log-sum-exp", "jnp.sum", ([1000.0, 1000.5, 999.0],)),
    ("log softmax, one component", "log(e / sum)", ([300.0, 0.0, -300.0],)),
    ("exp x - 1", "exp(x) - 1", (-3e-9,)),
    ("1 - cos x", "1 - cos(x)", (-2e-4,)),
    ("tanh by exponentials", "(e - 1/e)/(e + 1/e)", (100.0,)),
    ("Euclidean norm", "x**2", ([0.0, 0.0, 0.0],)),
    ("Euclidean norm", "x**2", ([3e20, -4e20, 1e19],)),
    ("standard deviation", "jnp.std", ([2.0, 2.0, 2.0],)),
    ("variance by two moments", "mean(x**2) - mean(x)**2", ([10000.0, 10001.0, 10005.0],)),
    ("entropy", "-sum(p log p)", ([0.0, 0.75, 0.25],)),
    ("log where positive", "where", (0.0,)),
    ("log likelihood of many", "jnp.prod", ([2.0**-10] * 16,)),
    ("log density of a standard normal", "exp(-x²/2)/sqrt(2π)", (-60.0,)),
]


BEGIN = "<!-- begin: python -m benchmarks.stability --page -->"
END = "<!-- end: python -m benchmarks.stability --page -->"


def page(found: dict[str, dict[str, list[Judged]]]) -> str:
    """What docs/rooms/calculus_stability.md shows between its two comments, these included.

    Arguments:
        found: type of numbers → library → what the judge says.
    """
    first = next(iter(found.values()))
    parts = [BEGIN, "Value / gradient in single precision:", examples(first)]
    for dtype, columns in found.items():
        parts += [f"What is wrong in {dtype}, by group:", side_by_side(columns)]
    return "\n\n".join([*parts, END])


def failed(row: Judged) -> bool:
    """Whether value or gradient is wrong."""
    return not (row.value_ok and row.gradient_ok)


def counts(rows: Iterable[Judged]) -> dict[str, tuple[int, int, int, int]]:
    """Group → wrong pairs, pairs, formulas with a wrong pair, formulas; "all" is the sum.

    A pair is one spelling at one input.
    """
    pairs, formulas = defaultdict(list), defaultdict(dict)
    for row in rows:
        for group in (row.formula.group, "all"):
            pairs[group].append(failed(row))
            known = formulas[group]
            known[row.formula.name] = known.get(row.formula.name, False) or failed(row)
    return {
        group: (sum(pairs[group]), len(pairs[group]), sum(known.values()), len(known))
        for group, known in sorted(formulas.items(), key=lambda item: item[0] == "all")
    }


def side_by_side(columns: dict[str, list[Judged]]) -> str:
    """Wrong pairs and wrong formulas by group, one column for each judged library."""
    found = {name: counts(rows) for name, rows in columns.items()}
    groups = list(dict.fromkeys(group for c in found.values() for group in c))
    groups = [g for g in groups if g != "all"] + ["all"]
    lines = [["wrong pairs (formulas)", *found]]
    lines += [[group, *(_share(c.get(group)) for c in found.values())] for group in groups]
    return markdown(lines)


def _share(count: tuple[int, int, int, int] | None) -> str:
    return "–" if count is None else "{} of {} ({} of {})".format(*count)


def examples(columns: dict[str, list[Judged]]) -> str:
    """Value and slope of each library at the famous inputs, as Markdown for a page."""
    lines = [["formula", "input", *columns, "exact"]]
    for name, spelling, inputs in EXAMPLES:
        cells = [_cell(rows, name, spelling, inputs) for rows in columns.values()]
        wanted = next((r for r in columns["JAX"] if _is(r, name, spelling, inputs)), None)
        if wanted:
            lines.append([f"{name}: `{spelling}`", brief(inputs), *cells, answer(wanted.want)])
    return markdown(lines)


def _is(row: Judged, name: str, spelling: str, inputs: tuple) -> bool:
    return (row.formula.name, row.inputs) == (name, inputs) and row.spelling in (spelling, "torch")


def _cell(rows: list[Judged], name: str, spelling: str, inputs: tuple) -> str:
    return next((answer(r.got) for r in rows if _is(r, name, spelling, inputs)), "–")


def failures(rows: Iterable[Judged]) -> str:
    """Every failure: spelling, input, what came out, what should have."""
    return "\n".join(
        f"{row.formula.group} | {row.formula.name} | {row.spelling} | {brief(row.inputs)} | "
        f"got {answer(row.got, 9)} | want {answer(row.want, 9)}"
        for row in rows
        if failed(row)
    )


def answer(given, digits: int = 6) -> str:
    """Value and gradient in one cell."""
    return f"{brief(given.value, digits)} / {', '.join(brief(g, digits) for g in given.gradient)}"


def brief(part, digits: int = 6) -> str:
    """A nesting of numbers in few characters; long vectors are cut."""
    if isinstance(part, tuple):
        return ", ".join(brief(p, digits) for p in part)
    if isinstance(part, list) or np.ndim(part):
        shown = [brief(p, digits) for p in list(part)[:4]]
        return f"[{' '.join(shown)}{' …' if len(part) > 4 else ''}]"
    return f"{float(part):.{digits}g}"


def markdown(lines: list[list[str]]) -> str:
    """A table: the first line is the head."""
    head, *body = lines
    rows = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
