"""One form for every refusal: what was expected, what came, how to mend it."""

from __future__ import annotations

from contextlib import contextmanager


class InputError(ValueError):
    """Something the user gave cannot be used; the message says how to mend it.

    >>> print(InputError("Dense", expected="(B, 64)", got="(32, 63)", fix="give 64 features"))
    Dense
      Expected: (B, 64)
      Got:      (32, 63)
      Fix:      give 64 features

    Arguments:
        what: the thing that is wrong, in a few words, naming the row, column, layer or file.
        expected: what would have been right.
        got: what came instead.
        fix: what to do about it.
    """

    def __init__(self, what: str, *, expected: object, got: object, fix: str):
        self.what, self.expected, self.got, self.fix = what, expected, got, fix
        super().__init__(what)

    def __reduce__(self):
        """Errors travel between processes, as from the workers of a parallel search."""
        return _again, (self.what, self.expected, self.got, self.fix)

    def __str__(self) -> str:
        return (
            f"{self.what}\n  Expected: {self.expected}\n"
            f"  Got:      {self.got}\n  Fix:      {self.fix}"
        )


def _again(what: str, expected: object, got: object, fix: str) -> InputError:
    return InputError(what, expected=expected, got=got, fix=fix)


@contextmanager
def located(where: str):
    """Prefix the place to a refusal that passes through: inner code states the fact, outer code
    the context.

    >>> with located("layers[1]"):
    ...     raise InputError("Dense", expected=1, got=2, fix="…")
    Traceback (most recent call last):
    gradus.base.errors.InputError: layers[1] › Dense
      Expected: 1
      Got:      2
      Fix:      …
    """
    try:
        yield
    except InputError as error:
        error.what = f"{where} › {error.what}"
        raise


def nearest(name: str, names) -> str:
    """A hint that names the most similar of `names`, or lists them.

    >>> nearest("slaes", ["TV", "Radio", "Sales"])
    "did you mean 'Sales'?"
    >>> nearest("slaes", [])
    'check the spelling'
    """
    from difflib import get_close_matches

    names = list(map(str, names))
    if not names:
        return "check the spelling"
    by_lower = {n.lower(): n for n in names}
    close = get_close_matches(name.lower(), by_lower, n=1)
    if close:
        return f"did you mean {by_lower[close[0]]!r}?"
    listed = ", ".join(repr(n) for n in names[:12]) + (" …" if len(names) > 12 else "")
    return f"choose one of {listed}"
