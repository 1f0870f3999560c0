"""For the documentation: `>>>` examples in docstrings are shown as code, not as quotations."""

from __future__ import annotations

import re

import griffe

EXAMPLE = re.compile(r"^(?P<indent> *)>>> .*?(?=\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)


class DoctestBlocks(griffe.Extension):
    """Put every example of every docstring between fences."""

    def on_instance(self, *, obj: griffe.Object, **_) -> None:
        """Called for everything that has been read. Rooms are introduced by their pages."""
        if obj.is_module and obj.is_init_module:
            obj.docstring = None
        if obj.docstring:
            obj.docstring.value = EXAMPLE.sub(fenced, obj.docstring.value)


def fenced(example: re.Match) -> str:
    """One example as a fenced block."""
    indent = example["indent"]
    return f"{indent}```pycon\n{example[0]}\n{indent}```"
