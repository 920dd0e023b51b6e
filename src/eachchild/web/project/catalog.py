"""Languages of the pages: each is one file of messages, made ready when the platform starts.

A language is added by adding `locale/<code>/LC_MESSAGES/django.po` and naming it in the settings.
"""

import ast
import os
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PO, _MO = "LC_MESSAGES/django.po", "LC_MESSAGES/django.mo"
_MAGIC = 0x950412DE


@dataclass(frozen=True, slots=True)
class Message:
    """One message and what it is in another language; two or more where it counts something."""

    text: str
    plural: str = ""
    told: tuple[str, ...] = ()
    fuzzy: bool = False

    @property
    def is_translated(self) -> bool:
        """Whether every form of it is told, and nobody doubts it."""
        return bool(self.told) and all(self.told) and not self.fuzzy


def read_po(text: str) -> Iterator[Message]:
    """The messages of a file; the first, without a text, is its heading.

    >>> [one] = read_po('msgid "Yes"' + chr(10) + 'msgstr "Sí"')
    >>> one.told
    ('Sí',)
    """
    for block in text.replace("\r\n", "\n").split("\n\n"):
        parts: dict[str, str] = {}
        key, fuzzy = "", False
        for line in block.splitlines():
            if line.startswith("#"):
                fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
                continue
            name, _space, text_of = line.partition(" ")
            goes_on = line.startswith('"')
            key = key if goes_on else name
            said = str(ast.literal_eval(line if goes_on else text_of))
            parts[key] = parts.get(key, "") + said
        if "msgid" in parts:
            told = tuple(value for name, value in parts.items() if name.startswith("msgstr"))
            yield Message(parts["msgid"], parts.get("msgid_plural", ""), told, fuzzy)


def to_mo(messages: Iterator[Message]) -> bytes:
    """The messages as the bytes that gettext reads."""
    rows = sorted(
        ("\0".join(filter(None, (one.text, one.plural))).encode(), "\0".join(one.told).encode())
        for one in messages
        if one.is_translated
    )
    at = 28 + 16 * len(rows)  # where the texts begin: behind the heading and two tables
    tables: list[bytes] = []
    texts = b""
    for column in (0, 1):
        for row in rows:
            tables.append(struct.pack("<II", len(row[column]), at + len(texts)))
            texts += row[column] + b"\0"
    heading = struct.pack("<7I", _MAGIC, 0, len(rows), 28, 28 + 8 * len(rows), 0, at)
    return heading + b"".join(tables) + texts


def ready(source: Path, folder: Path) -> Path:
    """Make every language's file ready in a folder; nothing where none has changed."""
    for po in sorted(source.glob(f"*/{_PO}")):
        mo = folder / po.relative_to(source).parent / Path(_MO).name
        if mo.is_file() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        mo.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=mo.parent)
        with os.fdopen(handle, "wb") as out:  # several processes start at once: each whole or not
            out.write(to_mo(read_po(po.read_text("utf-8"))))
        Path(aside).replace(mo)
    return folder
