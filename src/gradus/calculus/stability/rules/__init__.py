"""The table of rules, one file for each kind of trouble."""

from importlib import import_module

FILES = ("logarithms", "mantissas", "shifts", "differences", "moments", "quotients", "roots")


def load() -> None:
    """Enter all rules into the table."""
    for name in FILES:
        import_module(f"gradus.calculus.stability.rules.{name}")
