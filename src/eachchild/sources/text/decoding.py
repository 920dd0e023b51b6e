"""From a file's bytes to UTF-8 text with one kind of line end; the encoding is recorded."""

import codecs
import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

from eachchild.sources.errors import SourceError
from eachchild.tables import RuleHit

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAMPLE = 4096


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, as UTF-8 with `\\n` alone, and how it was written."""

    text: bytes
    encoding: str
    hits: tuple[RuleHit, ...] = ()


def read_bytes(path: Path, name: str) -> tuple[bytes, bytes]:
    """The file as stored, for its hash, and as written before a `.gz` was made of it."""
    try:
        stored = path.read_bytes()
        content = gzip.decompress(stored) if stored[:2] == b"\x1f\x8b" else stored
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise SourceError(f"{name}: the .gz file is damaged or cut off. Export it again.") from None
    except OSError as error:
        raise SourceError(f"{name}: cannot be read ({error.strerror}).") from None
    return stored, content


def decode(content: bytes, name: str, encoding: str | None = None) -> Decoded:
    """Decide the encoding in a fixed order and write the text as UTF-8.

    The order is: as the plan says; a byte order mark; strict UTF-8; UTF-16 without a mark (every
    other byte is zero); Windows-1252, which Excel writes. SourceError where the plan's is wrong.
    """
    try:
        found = _as_told(content, encoding) if encoding else _as_found(content, name)
    except (UnicodeDecodeError, LookupError):
        raise SourceError(
            f"{name}: is not written in the encoding '{encoding or 'utf-16'}'. "
            "Set layout.encoding in the plan, or save the file as UTF-8."
        ) from None
    return Decoded(_line_ends(found.text), found.encoding, found.hits)


def _as_told(content: bytes, encoding: str) -> Decoded:
    text = content.decode(encoding).removeprefix("\ufeff")
    return Decoded(text.encode("utf-8"), codecs.lookup(encoding).name)


def _as_found(content: bytes, name: str) -> Decoded:
    if content.startswith(codecs.BOM_UTF8):
        body = content[len(codecs.BOM_UTF8) :]
        return Decoded(_strict(body) or _western(body).encode(), "utf-8-sig", (_hit("F01", name),))
    if content.startswith(_UTF16):
        return Decoded(content.decode("utf-16").encode(), "utf-16", (_hit("F03", name),))
    if codec := _wide(content):
        return Decoded(content.decode(codec).encode(), codec, (_hit("F03", name),))
    if (text := _strict(content)) is not None:
        return Decoded(text, "utf-8")
    return Decoded(_western(content).encode(), "cp1252", (_hit("F02", name),))


def _strict(content: bytes) -> bytes | None:
    try:
        content.isascii() or content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return content


def _western(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except (
        UnicodeDecodeError
    ):  # five bytes mean nothing in Windows-1252; Latin-1 has a sign for all
        return content.decode("latin-1")


def _wide(content: bytes) -> str | None:
    sample = content[:_SAMPLE]
    half = len(sample) // 2
    if half < 2:
        return None
    if sample[1::2].count(0) > 0.8 * half:
        return "utf-16-le"
    return "utf-16-be" if sample[0::2].count(0) > 0.8 * half else None


def _line_ends(text: bytes) -> bytes:
    if b"\r" not in text:
        return text
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _hit(rule: str, name: str) -> RuleHit:
    return RuleHit(rule, "note", name, 1)
