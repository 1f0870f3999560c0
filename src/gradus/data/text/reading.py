"""Text files, in UTF-8 and nothing else."""

from __future__ import annotations

from pathlib import Path

from gradus.base.errors import InputError
from gradus.data.encoding import refuse_other_encodings
from gradus.data.tables import check_file


def read_text(path: str | Path) -> str:
    """The text of a file in UTF-8, line ends as `\\n`, without a mark of its encoding.

    Raises InputError for a file that is missing, empty or blank, and, naming byte and line, for
    one in another encoding.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "book.txt"
    >>> _ = file.write_bytes("Café\\r\\n".encode())
    >>> read_text(file)
    'Café\\n'
    """
    path = Path(path).expanduser()
    check_file(path)
    content = path.read_bytes()
    refuse_other_encodings(path.name, content)
    text = content.decode("utf-8-sig")
    if not text.strip():
        raise InputError(
            f"{path.name} is empty", expected="a text", got="blanks alone", fix="check the file"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")
