"""Numbers: thousands separators and percent signs go, marks of suppression make no number."""

import re
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from eachchild.sources.reading.asked import (
    MISSING_WORDS,
    SAYS_NOTHING,
    Asked,
    Fault,
    Reading,
    faults_of,
)
from eachchild.tables import Kind

_PLAIN = r"^-?\d{1,15}(\.\d+)?$"
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?:\.\d+)?")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_SEPARATORS = re.compile(r"[,\u00a0\u202f ]")
_LARGEST_WHOLE = 2**53  # beyond it floating numbers skip some


def read_numbers(texts: pa.Array, asked: Asked) -> Reading:
    """Numbers; what is none (`<10`, `*`, `1 to 3`, `$5`) is missing (V10), and so is a negative.

    A percent sign divides by 100 where the unit is a share. A code list maps values first: that is
    how a reserve code such as `-9` is declared.
    """
    numbers, missing = _parse(texts, asked)
    wrong = np.isnan(numbers) & ~missing
    with np.errstate(invalid="ignore"):  # a text that is no number compares with nothing
        negative = (numbers < 0) & (not asked.signed)
        broken = np.zeros_like(missing)
        if asked.kind is Kind.WHOLE:
            broken = (numbers != np.floor(numbers)) | (np.abs(numbers) > _LARGEST_WHOLE)
            broken &= ~np.isnan(numbers)
    known = ~(missing | wrong | negative | broken)
    values = pa.array(np.where(known, numbers, 0.0), mask=~known)
    if asked.kind is Kind.WHOLE:
        values = values.cast(pa.int64())
    faults = faults_of(
        Fault("V10", "blank", wrong | broken),
        Fault("V10", "blank", negative, {"negative": True}),
    )
    return Reading(values, faults)


def _parse(texts: pa.Array, asked: Asked) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Each text as a number (not a number: unreadable) and whether it says nothing."""
    plain = np.asarray(pc.match_substring_regex(texts, _PLAIN))
    numbers = np.full(len(texts), np.nan)
    missing = np.zeros(len(texts), dtype=bool)
    if not asked.codes:
        quick = texts.filter(pa.array(plain))
        numbers[plain] = quick.cast(pa.float64()).to_numpy(zero_copy_only=False)
    rest = np.flatnonzero(~plain) if not asked.codes else np.arange(len(texts))
    for i, text in zip(rest.tolist(), texts.take(pa.array(rest)).to_pylist(), strict=True):
        number = _number(text, asked.codes, share=asked.unit == "share")
        missing[i] = number is None
        numbers[i] = np.nan if number is None else number
    return numbers, missing


def _number(text: str, codes: Mapping[str, str], *, share: bool) -> float | None:
    """One text; None says nothing, not-a-number cannot be read.

    >>> _number("1,234 ", {}, share=False), _number("12.5%", {}, share=True)
    (1234.0, 0.125)
    """
    if text in codes:
        text = codes[text]
        if text in SAYS_NOTHING:
            return None
    text = text.strip().replace("\u2212", "-")
    if text.casefold() in MISSING_WORDS:
        return None
    percent = text.endswith("%")
    text = text.rstrip("%").rstrip()
    if _GROUPED.fullmatch(text):
        text = _SEPARATORS.sub("", text)
    if not _NUMBER.fullmatch(text):
        return float("nan")
    return float(text) / (100 if percent and share else 1)
