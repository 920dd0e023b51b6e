"""What a file that was sent truly is, told from its content; a process of its own, within limits.

`python -m eachchild.web.reception FILE [FOLDER]` prints one JSON line: the kind, or why it is
refused; of an archive the tables in it, taken out into the folder under numbers, never under the
names that the archive gives them. Nothing of a cell is ever printed.
"""

import codecs
import gzip
import json
import resource
import shutil
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Protocol

MEMORY, SECONDS = 1 << 30, 300
MOST_BYTES = 16 << 30  # of a file once it is unpacked
MOST_FOLD, FOLD_FROM = 200, 64 << 20  # how many times larger it may be, beyond some size
MOST_MEMBERS = 200
_PIECE = 1 << 20
_ZIP, _OLE, _GZIP, _PARQUET = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\x1f\x8b",
    b"PAR1",
)
_ENDS_ZIP, _ENDS_ZIP_SIZE = b"PK\x05\x06", 22
_OTHERS: Mapping[bytes, str] = {
    b"%PDF-": "pdf", b"\x89PNG": "picture", b"\xff\xd8\xff": "picture", b"GIF8": "picture",
    b"MZ": "program", b"\x7fELF": "program", b"#!": "program", b"{\\rtf": "letter",
    b"7z\xbc\xaf": "archive", b"Rar!": "archive", b"BZh": "archive", b"\xfd7zXZ": "archive",
    b"SQLite format 3": "database", b"\x00\x01\x00\x00Standard": "database",
}  # fmt: skip
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<script", b"<svg", b"<table")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1a")) + b"\x7f"  # 1A: an old end of file


class _Readable(Protocol):
    """A file, or what is in an archive."""

    def read(self, size: int = -1, /) -> bytes: ...

    def seek(self, offset: int, /) -> int: ...


class RefusedError(Exception):
    """A file that is not taken in; the word says why."""


def kind_of(path: Path) -> str:
    """text, parquet, xlsx, xls or zip, or one of these within gz; RefusedError for all else."""
    with path.open("rb") as file:
        if file.read(2) != _GZIP:
            file.seek(0)
            return _plain_kind(file, path.stat().st_size)
    size = 0
    with gzip.open(path) as inner:
        start = inner.read(8)
        if start.startswith((_ZIP, _OLE, _GZIP)):
            raise RefusedError("nested")
        inner.seek(0)
        size = _weighed(inner, path.stat().st_size)
        inner.seek(0)
        if start.startswith(_PARQUET):
            return "parquet.gz"
        _text(inner)
    if not size:
        raise RefusedError("empty")
    return "text.gz"


def _weighed(inner: _Readable, stored: int) -> int:
    size = 0
    while piece := inner.read(_PIECE):
        size += len(piece)
        _refuse_bomb(size, stored)
    return size


def _refuse_bomb(size: int, stored: int) -> None:
    if size > MOST_BYTES or (size > FOLD_FROM and size > MOST_FOLD * max(stored, 1)):
        raise RefusedError("bomb")


def _plain_kind(file: IO[bytes], size: int) -> str:
    start = file.read(8)
    if not size:
        raise RefusedError("empty")
    if start.startswith(_PARQUET):
        file.seek(max(size - 4, 0))
        if size < 12 or file.read(4) != _PARQUET:
            raise RefusedError("damaged")
        return "parquet"
    if start.startswith(_OLE):
        return "xls"
    if start.startswith(_ZIP):
        return _archive_kind(file, size)
    file.seek(0)
    _text(file)
    return "text"


def _archive_kind(file: IO[bytes], size: int) -> str:
    """A workbook or an archive of tables: whole, with nothing before it or behind it."""
    file.seek(max(size - _ENDS_ZIP_SIZE - 0xFFFF, 0))
    tail = file.read()
    at = tail.rfind(_ENDS_ZIP)
    if at < 0:
        raise RefusedError("damaged")
    comment = int.from_bytes(tail[at + 20 : at + 22], "little")
    if len(tail) - at - _ENDS_ZIP_SIZE != comment or comment:
        raise RefusedError("polyglot")
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if any(m.flag_bits & 1 for m in members):
            raise RefusedError("locked")
        if len(members) > max(MOST_MEMBERS, 2_000):
            raise RefusedError("bomb")
        if members and min(m.header_offset for m in members) != 0:
            raise RefusedError("polyglot")
        _refuse_bomb(sum(m.file_size for m in members), size)
        names = {m.filename for m in members}
        if "[Content_Types].xml" not in names:
            return "zip"
        if any(n.lower().endswith("vbaproject.bin") for n in names):
            raise RefusedError("macros")
        if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
            return "xlsx"
        raise RefusedError("letter")


def _text(file: _Readable) -> None:
    """Nothing but text, to its last byte; it does not begin like a page, a picture or a program."""
    start = file.read(_PIECE)
    for sign, kind in _OTHERS.items():
        if start.startswith(sign):
            raise RefusedError(kind)
    if b"%PDF-" in start[:1024]:
        raise RefusedError("polyglot")
    plain = start.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if plain.startswith(_MARKUP):
        raise RefusedError("page")
    if plain.startswith((b"{", b"[{")):
        raise RefusedError("json")
    wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _is_wide(start)
    piece = start
    while piece:
        if not wide and len(piece.translate(None, _CONTROLS)) != len(piece):
            raise RefusedError("binary")
        piece = file.read(_PIECE)


def _is_wide(start: bytes) -> bool:
    """UTF-16 without a mark: every other byte is zero."""
    sample = start[:4096]
    half = len(sample) // 2
    return half > 1 and max(sample[0::2].count(0), sample[1::2].count(0)) > 0.8 * half


def take_out(path: Path, folder: Path) -> Iterator[Mapping[str, Any]]:
    """The tables of an archive as files of the folder; what is in folders of the system is left."""
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not _is_hidden(m.filename)]
        if not members:
            raise RefusedError("empty")
        if len(members) > MOST_MEMBERS:
            raise RefusedError("many")
        for number, member in enumerate(members):
            if (member.external_attr >> 16) & 0o170000 not in (0, 0o100000):
                raise RefusedError("link")
            out = folder / str(number)
            with archive.open(member) as inner, out.open("xb") as made:
                out.chmod(0o600)
                size = 0
                while piece := inner.read(_PIECE):
                    size += len(piece)
                    _refuse_bomb(size, member.compress_size)
                    made.write(piece)
            yield {"file": out.name, "told": member.filename, "size": size, **_told(out)}


def _is_hidden(name: str) -> bool:
    return any(p.startswith((".", "__MACOSX")) and p != ".." for p in name.split("/"))


def _told(path: Path) -> Mapping[str, Any]:
    try:
        kind = kind_of(path)
    except RefusedError as error:
        return {"kind": "", "why": str(error)}
    return {"kind": "", "why": "nested"} if kind == "zip" else {"kind": kind, "why": ""}


def received(path: Path, folder: Path | None) -> Mapping[str, Any]:
    """What a file is, and of an archive what was taken out of it."""
    try:
        kind = kind_of(path)
        if kind == "zip" and folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, mode=0o700)
            return {"kind": kind, "why": "", "members": list(take_out(path, folder))}
    except RefusedError as error:
        return {"kind": "", "why": str(error), "members": []}
    except (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError):
        return {"kind": "", "why": "damaged", "members": []}
    return {"kind": kind, "why": "", "members": []}


def main(arguments: list[str]) -> int:
    """Look at one file within limits of memory and time."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    path, *folder = (Path(a) for a in arguments)
    print(json.dumps(received(path, folder[0] if folder else None)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
