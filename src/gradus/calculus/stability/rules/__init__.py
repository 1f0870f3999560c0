"""The table of rules, one file for each kind of trouble."""

from importlib import import_module

FILES = (
    "normal",
    "shares",
    "pieces",
    "logarithms",
    "signs",
    "mantissas",
    "shifts",
    "moments",
    "limits",
    "divergences",
    "differences",
    "roots",
    "homogeneous",
    "quotients",
    "loops",
)  # rules that know more come first


def load() -> None:
    """Enter all rules into the table."""
    for name in FILES:
        import_module(f"gradus.calculus.stability.rules.{name}")
