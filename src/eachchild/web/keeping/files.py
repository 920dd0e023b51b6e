"""Files that are kept: what is in a folder, and how a sealed archive is written and read.

An archive is a tar in pieces of a mebibyte, each sealed with AES-256-GCM under a key of this file
alone, made from the backup key and a salt. Each piece is numbered and the last one is marked, so
that none can be left out, moved, or taken off the end.
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_MAGIC = b"eachchild-sealed-1\n"
_SALT, _PIECE, _TAG = 16, 2**20, 16
_LAST, _MORE = b"\x01", b"\x00"


class NotThisKeyError(Exception):
    """An archive that this key does not open, or that is not whole."""


class Sealing(io.RawIOBase):
    """A file that seals whatever is written to it; closing it writes the last piece."""

    def __init__(self, into: BinaryIO, key: bytes) -> None:
        """Start an archive."""
        salt = os.urandom(_SALT)
        self._into, self._cipher = into, _cipher(key, salt)
        self._held, self._number = bytearray(), 0
        into.write(_MAGIC + salt)

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def write(self, data: object) -> int:
        """Take some bytes; whole pieces are sealed as they fill up."""
        taken = memoryview(data).cast("B")  # type: ignore[arg-type]
        self._held += taken
        while len(self._held) > _PIECE:  # one is held back: it may be the last
            self._seal(bytes(self._held[:_PIECE]), _MORE)
            del self._held[:_PIECE]
        return len(taken)

    def close(self) -> None:
        """Seal what is left, marked as the last."""
        if not self.closed:
            self._seal(bytes(self._held), _LAST)
        super().close()

    def _seal(self, piece: bytes, mark: bytes) -> None:
        self._into.write(self._cipher.encrypt(_nonce(self._number, mark), piece, None))
        self._number += 1


class Opening(io.RawIOBase):
    """The bytes of a sealed archive, checked piece by piece."""

    def __init__(self, source: BinaryIO, key: bytes) -> None:
        """Open an archive; raises NotThisKeyError where it is none."""
        if source.read(len(_MAGIC)) != _MAGIC:
            raise NotThisKeyError("This file is no sealed archive of EachChild.")
        self._pieces = _opened(source, _cipher(key, source.read(_SALT)))
        self._held = b""

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: object) -> int:
        """Give some bytes."""
        into = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if not self._held:
            self._held = next(self._pieces, b"")
        given, self._held = self._held[: len(into)], self._held[len(into) :]
        into[: len(given)] = given
        return len(given)


def _opened(source: BinaryIO, cipher: AESGCM) -> Iterator[bytes]:
    number, piece = 0, source.read(_PIECE + _TAG)
    while True:
        following = source.read(_PIECE + _TAG)
        mark = _MORE if following else _LAST
        try:
            yield cipher.decrypt(_nonce(number, mark), piece, None)
        except InvalidTag as error:
            raise NotThisKeyError(
                "This key does not open the archive, or the archive is not whole."
            ) from error
        if not following:
            return
        number, piece = number + 1, following


def _nonce(number: int, mark: bytes) -> bytes:
    return number.to_bytes(11, "big") + mark


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"eachchild archive").derive(key))


def within(folder: Path) -> Iterator[Path]:
    """Every file below a folder, in order; a link is not followed."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path
