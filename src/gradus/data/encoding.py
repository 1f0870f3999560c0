"""Files that should be text in UTF-8, and where they are not."""

from __future__ import annotations

from gradus.base.errors import InputError


def refuse_other_encodings(name: str, content: bytes) -> None:
    """Raise InputError naming byte and line of the first byte that is not UTF-8; else return.

    >>> refuse_other_encodings("book.txt", "one\\nca".encode() + b"f\\xe9")
    Traceback (most recent call last):
    gradus.base.errors.InputError: book.txt is not in UTF-8
      Expected: text in UTF-8
      Got:      the byte 0xe9 in line 2 (at position 7 of the file, counted from 0), after 'caf'
      Fix:      save it as UTF-8; if it is Latin-1: iconv -f latin1 -t utf8 book.txt > new-book.txt
    """
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        place = error.start
        line = 1 + content.count(b"\n", 0, place)
        before = content[max(place - 20, 0) : place].decode("utf-8", "ignore").split("\n")[-1]
        after = f", after {before!r}" if before else ""
        raise InputError(
            f"{name} is not in UTF-8",
            expected="text in UTF-8",
            got=f"the byte 0x{content[place]:02x} in line {line} "
            f"(at position {place} of the file, counted from 0){after}",
            fix=f"save it as UTF-8; if it is Latin-1: iconv -f latin1 -t utf8 {name} > new-{name}",
        ) from None
