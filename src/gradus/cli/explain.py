"""`gradus explain FORMULA --at x=2`: how a value and its derivatives come about."""

from __future__ import annotations

from pathlib import Path

import jax

from gradus.base.errors import InputError
from gradus.base.files import write_atomically
from gradus.calculus.tracing import Trace, derivative, formula, trace
from gradus.calculus.tracing.parser import Typed, values_of


def explain(text: str, at: str, svg: Path | None = None, digits: int = 4) -> None:
    """Print graph, accumulation tables and derivatives of a formula; write the picture."""
    f = Typed(text)
    if not f.variables:
        raise InputError(
            f"formula {text!r}",
            expected="a formula with a variable",
            got="a number",
            fix="name what may change, as in x**2",
        )
    with jax.enable_x64(True):  # as many digits as a person may want to check
        values = values_of(at, f.variables)
        seen = trace(f)(*values)
        sections = [
            (f"f({', '.join(f.variables)})", formula(f, *values)),
            ("Computational graph", seen.graph.text(digits)),
            *forward_tables(seen, f.variables, digits),
            ("Reverse accumulation", seen.reverse().text(digits)),
            ("Derivatives", derivatives(f)),
        ]
        print("\n\n".join(f"{title}\n{content}" for title, content in sections))
        if svg is not None:
            write_atomically(svg, seen.graph.svg(digits).encode())
            print(f"\npicture  {svg}")


def forward_tables(seen: Trace, variables: tuple[str, ...], digits: int) -> list[tuple[str, str]]:
    """The forward table by each variable, with its title."""
    tables = []
    for i, name in enumerate(variables):
        seeds = [float(i == k) for k in range(len(variables))]
        title = f"Forward accumulation by {name}"
        tables.append((title, seen.forward(*seeds).text(digits)))
    return tables


def derivatives(f: Typed) -> str:
    """The derivative by each variable, as formulas."""
    return "\n".join(str(derivative(f, i)) for i in range(len(f.variables)))
