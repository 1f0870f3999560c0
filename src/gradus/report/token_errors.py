"""Where written sequences differ from the true ones, token by token."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from gradus.base.errors import InputError
from gradus.report.html import Markup, element, join, section, table
from gradus.report.sheets import NEGATIVE, POSITIVE

Tokens = Sequence[str]
Change = tuple[str, Tokens, Tokens]  # how, the true tokens, and those in their place
MOST_EXAMPLES, MOST_CONFUSIONS = 5, 10
GAP = "—"  # no token


def token_errors(
    truths: Sequence[Tokens], written: Sequence[Tokens], sources: Sequence[Tokens] | None = None
) -> Markup:
    """How many tokens are right, what is most often put in the place of what, and the examples
    with the most mistakes: orange is written and wrong, blue is missing.

    Arguments:
        truths: the true tokens of each example; the tags, for a tagger.
        written: those that the model wrote; where it wrote more or fewer, they are lined up by
            the longest runs that agree.
        sources: what was read, to be shown above; None: nothing is.

    Raises InputError for different numbers of examples.

    >>> page = token_errors([["the", "red", "cat"]], [["the", "cat", "sat"]])
    >>> "2 of 3 true tokens are right, 1 is missing, 1 is written too much" in page
    True

    Lines of this kind are those of Ratcliff and Metzener (1988), not the fewest changes.
    """
    check_examples(truths, written, sources)
    changes = [list(differences(*pair)) for pair in zip(truths, written, strict=True)]
    mistakes = [sum(max(len(t), len(w)) for how, t, w in c if how != "equal") for c in changes]
    worst = sorted(range(len(changes)), key=lambda i: -mistakes[i])[:MOST_EXAMPLES]
    shown = [element("div", source(sources, i), coloured(changes[i])) for i in worst if mistakes[i]]
    return section(
        "Token by token", element("p", in_words(truths, changes)), confusions(changes), *shown
    )


def differences(truth: Tokens, written: Tokens) -> Iterator[Change]:
    """Runs that agree, and what stands in the place of what between them.

    >>> list(differences(["a", "b"], ["a", "c"]))
    [('equal', ['a'], ['a']), ('replace', ['b'], ['c'])]
    """
    matcher = SequenceMatcher(None, list(truth), list(written), autojunk=False)
    for how, i, j, k, n in matcher.get_opcodes():
        yield how, list(truth[i:j]), list(written[k:n])


def in_words(truths: Sequence[Tokens], changes: Sequence[Sequence[Change]]) -> str:
    """The numbers of right, wrong, missing and superfluous tokens, as a sentence."""
    counts: Counter = Counter()
    for how, true, other in (change for example in changes for change in example):
        both = min(len(true), len(other))
        counts["right" if how == "equal" else "wrong"] += both
        counts["missing"] += len(true) - both
        counts["too much"] += len(other) - both
    parts = [
        f"{counts[name]:,} {'is' if counts[name] == 1 else 'are'} {said}"
        for name, said in (
            ("wrong", "wrong"),
            ("missing", "missing"),
            ("too much", "written too much"),
        )
        if counts[name]
    ]
    first = f"{counts['right']:,} of {sum(map(len, truths)):,} true tokens are right"
    return ", ".join([first, *parts]) + "."


def confusions(changes: Sequence[Sequence[Change]]) -> Markup:
    """What is put in the place of what, the most frequent first."""
    pairs: Counter = Counter()
    for how, true, other in (change for example in changes for change in example):
        if how != "equal":
            longer = max(len(true), len(other))
            filled = ([*tokens, *[GAP] * (longer - len(tokens))] for tokens in (true, other))
            pairs.update(zip(*filled, strict=True))
    rows = [(true, other, n) for (true, other), n in pairs.most_common(MOST_CONFUSIONS)]
    return table(("true", "written", "times"), rows) if rows else Markup()


def coloured(changes: Sequence[Change]) -> Markup:
    """What was written, with marks where it differs from the truth."""
    spans = []
    for how, true, other in changes:
        if how == "equal":
            spans += other
        else:
            spans += [marked("ins", token, NEGATIVE) for token in other]
            spans += [marked("del", token, POSITIVE) for token in true]
    return element("p", join(spans, " "))


def marked(tag: str, token: str, color: tuple[int, int, int]) -> Markup:
    """A token on a ground of its colour."""
    red, green, blue = color
    return element(tag, token, style=f"background: rgb({red} {green} {blue} / 0.35)")


def source(sources: Sequence[Tokens] | None, row: int) -> Markup:
    """What was read."""
    return Markup() if sources is None else element("h3", " ".join(sources[row]))


def check_examples(truths: Sequence, written: Sequence, sources: Sequence | None) -> None:
    """Refuse lists of different lengths."""
    lengths = [len(part) for part in (truths, written, sources) if part is not None]
    if len(set(lengths)) != 1:
        raise InputError(
            "token_errors",
            expected="as many true sequences as written ones, and sources, where there are any",
            got=", ".join(map(str, lengths)),
            fix="give all in the same order",
        )
