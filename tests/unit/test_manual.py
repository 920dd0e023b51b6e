"""The illustrated manual: every picture is there, named once, small, and as it was seen."""

import re
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from palette import decoded, smaller  # noqa: E402

MANUAL, PICTURES = ROOT / "docs" / "manual.md", ROOT / "docs" / "pictures" / "manual"
_MOST = 1_500_000  # bytes of all pictures together


def test_the_manual_shows_every_picture_and_all_are_small() -> None:
    named = re.findall(r"pictures/manual/([\w-]+\.png)", MANUAL.read_text("utf-8"))
    there = sorted(path.name for path in PICTURES.glob("*"))
    assert sorted(named) == there
    assert sum(path.stat().st_size for path in PICTURES.glob("*")) < _MOST
    assert [name for name in there if decoded((PICTURES / name).read_bytes()) is not None] == []


def test_every_step_of_the_manual_is_in_its_table_and_leads_to_its_heading() -> None:
    text = MANUAL.read_text("utf-8")
    steps = re.findall(r"^\| \[(\d+\. [^\]]+)\]\(#([\w-]+)\)", text, re.MULTILINE)
    headings = re.findall(r"^## (\d+\. .+)$", text, re.MULTILINE)
    assert [name for name, _ in steps] == headings
    assert [at for _, at in steps] == [h.lower().replace(". ", "-").replace(" ", "-") for h in headings]  # fmt: skip # noqa: E501


@pytest.mark.parametrize("alpha", [False, True])
def test_a_picture_of_few_colors_stays_the_same(alpha: bool) -> None:
    chance = np.random.default_rng(1)
    colors = chance.integers(0, 256, (60, 3), dtype=np.uint8)
    pixels = colors[chance.integers(0, 60, (25, 31))]
    deep = np.dstack([pixels, np.full((25, 31), 255, np.uint8)]) if alpha else pixels
    made = smaller(_png(deep))
    assert len(made) < len(_png(deep))
    assert (_seen(made) == pixels).all()
    assert smaller(made) == made


def _png(pixels: np.ndarray) -> bytes:
    """A picture whose rows are filtered in each of the five ways in turn, as browsers do."""
    high, wide, deep = pixels.shape
    rows, flat = [], pixels.reshape(high, wide * deep).astype(np.int64)
    for y in range(high):
        up = flat[y - 1] if y else np.zeros(wide * deep, np.int64)
        left = np.concatenate([np.zeros(deep, np.int64), flat[y][:-deep]])
        corner = np.concatenate([np.zeros(deep, np.int64), up[:-deep]])
        guess = [0, left, up, (left + up) // 2, _nearest(left, up, corner)][y % 5]
        rows.append(bytes([y % 5]) + ((flat[y] - guess) % 256).astype(np.uint8).tobytes())
    head = struct.pack(">IIBBBBB", wide, high, 8, 6 if deep == 4 else 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts
    )


def _nearest(left: np.ndarray, up: np.ndarray, corner: np.ndarray) -> np.ndarray:
    """Paeth's guess, cell by cell: of the three the nearest to left + up - corner."""
    return np.array([
        min((a, b, c), key=lambda one, p=a + b - c: abs(p - one))
        for a, b, c in zip(left, up, corner, strict=True)
    ])  # fmt: skip


def _seen(png: bytes) -> np.ndarray:
    """The colors of a picture that has a palette and no filter."""
    wide, high = struct.unpack(">II", png[16:24])
    at = png.index(b"PLTE")
    (size,) = struct.unpack(">I", png[at - 4 : at])
    palette = np.frombuffer(png[at + 4 : at + 4 + size], np.uint8).reshape(-1, 3)
    at = png.index(b"IDAT")
    (size,) = struct.unpack(">I", png[at - 4 : at])
    rows = np.frombuffer(zlib.decompress(png[at + 4 : at + 4 + size]), np.uint8)
    return palette[rows.reshape(high, wide + 1)[:, 1:]]
