"""Makes pictures of pages small: a PNG of few colors, as a page has, for the docs.

`python tools/palette.py FOLDER`: every PNG of a folder that has no palette yet, in place.
"""

import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_SIGN = b"\x89PNG\r\n\x1a\n"
_TRUE, _WITH_ALPHA, _PALETTE = 2, 6, 3  # kinds of color, PNG section 11.2.2
_COLORS = 64
Pixels = NDArray[np.uint8]


def smaller(png: bytes) -> bytes:
    """The same picture in its most frequent colors; what has a palette stays as it is."""
    pixels = decoded(png)
    if pixels is None:
        return png
    high, wide, _ = pixels.shape
    palette, codes = _coded(pixels.reshape(-1, 3))
    rows = np.zeros((high, wide + 1), np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = codes.reshape(high, wide)
    head = struct.pack(">IIBBBBB", wide, high, 8, _PALETTE, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", palette.tobytes()),
             (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))  # fmt: skip
    return _SIGN + b"".join(_chunk(name, data) for name, data in parts)


def decoded(png: bytes) -> Pixels | None:
    """The red, green and blue of each pixel; None for a picture with a palette."""
    chunks = list(_chunks(png))
    wide, high, depth, kind, *_ = struct.unpack(">IIBBBBB", chunks[0][1])
    if kind == _PALETTE:
        return None
    if depth != 8 or kind not in (_TRUE, _WITH_ALPHA):
        raise ValueError("Only pictures of 8 bits a color, as browsers take them.")
    deep = 3 if kind == _TRUE else 4
    raw = np.frombuffer(zlib.decompress(b"".join(d for n, d in chunks if n == b"IDAT")), np.uint8)
    rows = raw.reshape(high, 1 + wide * deep)
    out, above = np.zeros((high, wide, deep), np.uint8), np.zeros((wide, deep), np.uint8)
    for y in range(high):
        above = _unfiltered(int(rows[y, 0]), rows[y, 1:].reshape(wide, deep), above)
        out[y] = above
    return out[:, :, :3]


def _unfiltered(filtered_by: int, row: Pixels, above: Pixels) -> Pixels:
    """A row as it was before one of the five filters of PNG section 9.2."""
    if filtered_by == 0:
        return row
    if filtered_by == 1:
        return np.cumsum(row, axis=0, dtype=np.uint8)
    if filtered_by == 2:
        return row + above
    made = np.zeros_like(row)
    left = np.zeros(row.shape[1], np.int64)
    corner = np.zeros(row.shape[1], np.int64)
    for x, (cell, up) in enumerate(zip(row.astype(np.int64), above.astype(np.int64), strict=True)):
        guess = (left + up) // 2 if filtered_by == 3 else _paeth(left, up, corner)
        left, corner = (cell + guess) % 256, up
        made[x] = left
    return made


def _paeth(
    left: NDArray[np.int64], up: NDArray[np.int64], corner: NDArray[np.int64]
) -> NDArray[np.int64]:
    near = left + up - corner
    a, b, c = abs(near - left), abs(near - up), abs(near - corner)
    return np.where((a <= b) & (a <= c), left, np.where(b <= c, up, corner))


def _coded(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """A palette of the most frequent colors, and for each pixel the nearest of them."""
    packed = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    known, where, times = np.unique(packed, return_inverse=True, return_counts=True)
    colors = np.stack([known >> 16, known >> 8 & 255, known & 255], axis=1).astype(np.int64)
    palette = colors[np.argsort(-times, kind="stable")[:_COLORS]]
    apart = ((colors[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2)
    return palette.astype(np.uint8), apart.argmin(axis=1).astype(np.uint8)[where.reshape(-1)]


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGN)
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += size + 12


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


if __name__ == "__main__":
    for path in sorted(Path(sys.argv[1]).glob("*.png")):
        path.write_bytes(smaller(path.read_bytes()))
