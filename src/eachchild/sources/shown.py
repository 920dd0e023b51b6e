"""Rows as a person may see them: students by keyed pseudonyms, what is not known by its shape.

A pseudonym is an HMAC of the number under a key that one organization keeps in its vault folder: a
student has the same in every file of a district, and another in every other district.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eachchild.tables import PROTECTED

_KEY_BYTES = 32
_LETTERS = 10  # of a pseudonym: 50 bits, so no two students of a state are likely to share one
_LONGEST = 60  # characters of a cell that are shown
SHAPE, VALUE, PSEUDONYM, HIDDEN = "shape", "value", "pseudonym", "hidden"
_PEOPLE = {"student_id": "S", "staff_id": "T"}


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A heading, what it is taken for, how its cells are shown and who may see them."""

    name: str
    ours: str
    shown: str  # value, pseudonym, shape, hidden
    protected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """Some rows of one file."""

    columns: tuple[ShownColumn, ...]
    rows: tuple[tuple[str, ...], ...]

    def document(self) -> Mapping[str, object]:
        """For programs."""
        return {"columns": [asdict(c) for c in self.columns], "rows": [list(r) for r in self.rows]}


def open_key(path: Path) -> bytes:
    """The organization's key; made once, readable by its owner alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        key = secrets.token_bytes(_KEY_BYTES)
        file.write(key)
    return key


def pseudonym(key: bytes, kind: str, text: str) -> str:
    """A person's code under a key; another key gives another code.

    >>> pseudonym(b"one", "S", "00017") == pseudonym(b"two", "S", "00017")
    False
    """
    digest = hmac.digest(key, f"{kind}\0{text.strip()}".encode(), hashlib.sha256)
    return f"{kind}-{base64.b32encode(digest).decode()[:_LETTERS]}"


def shape_of(text: str) -> str:
    """What a text looks like: 9 for a digit, A or a for a letter, signs as they are.

    >>> shape_of("Ana-17")
    'Aaa-99'
    """
    plain = re.sub(r"\d", "9", text[:_LONGEST])
    return re.sub(r"[^\W\d_]", lambda sign: "A" if sign[0].isupper() else "a", plain)


def column_for(name: str, ours: str, *, hidden: bool, alike: bool) -> ShownColumn:
    """How a column is shown: `alike`, its texts recur, so that none of them is about one student.

    What the plan does not read is shown by its shape alone: it may be a name.
    """
    protected = PROTECTED.get(ours, ())
    if hidden or ours == "narrative":
        return ShownColumn(name, ours, HIDDEN, protected)
    if ours in _PEOPLE:
        return ShownColumn(name, ours, PSEUDONYM)
    return ShownColumn(name, ours, VALUE if ours and alike else SHAPE, protected)


def show(columns: Sequence[ShownColumn], rows: Sequence[Sequence[str]], key: bytes) -> Shown:
    """The rows of these columns, each cell as its column is shown."""
    cells = [_cell(column, key) for column in columns]
    shown = (tuple(cell(text) for cell, text in zip(cells, row, strict=True)) for row in rows)
    return Shown(tuple(columns), tuple(shown))


def _cell(column: ShownColumn, key: bytes) -> Callable[[str], str]:
    if column.shown == PSEUDONYM:
        kind = _PEOPLE[column.ours]
        return lambda text: pseudonym(key, kind, text) if text.strip() else ""
    if column.shown == VALUE:
        return lambda text: text[:_LONGEST]
    return shape_of if column.shown == SHAPE else lambda text: "•" if text else ""
