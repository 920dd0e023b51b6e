"""The colors of each role, on paper and in the dark, in one place."""

from collections.abc import Mapping
from types import MappingProxyType

# Text of every role but `rule` and `band` reaches 4.5:1 on `paper` and on `panel`.
LIGHT: Mapping[str, str] = MappingProxyType(
    {
        "ink": "#1d2733",
        "quiet": "#5b6773",
        "rule": "#d9dee3",
        "band": "#e3e7eb",
        "paper": "#ffffff",
        "panel": "#f6f7f8",
        "finding": "#b8430f",
        "reference": "#0a5a8a",
        "fine": "#2f6f4f",
    }
)
DARK: Mapping[str, str] = MappingProxyType(
    {
        "ink": "#e8ecef",
        "quiet": "#a9b4be",
        "rule": "#3a4550",
        "band": "#2f3942",
        "paper": "#12181e",
        "panel": "#1a2129",
        "finding": "#f5946a",
        "reference": "#86c1ea",
        "fine": "#86c9a4",
    }
)
# Diverging, worst first: accent to blue through near-white. Ink on every one of them reaches 4.5:1.
STEPS = (-3, -2, -1, 0, 1, 2, 3)
LIGHT_STEPS = ("#e9a37f", "#f2c4ad", "#f9e3d8", "#f6f7f8", "#dceaf3", "#b5d3e6", "#8abad8")
DARK_STEPS = ("#8a3c18", "#663019", "#42261b", "#222a32", "#1b3243", "#1a4360", "#1a567f")


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colors (WCAG 2.2, relative luminance).

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    parts = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
