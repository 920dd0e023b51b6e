"""Ids and free texts: kept as written, leading zeros included; never made numbers."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from eachchild.sources.reading.asked import (
    BLANK_WORDS,
    MISSING_WORDS,
    SAYS_NOTHING,
    Asked,
    Fault,
    Reading,
    faults_of,
)

_SCIENTIFIC = r"^\d+(\.\d+)?[eE]\+?\d+$"
_POINT_ZERO = r"^\d+\.0+$"


def read_ids(texts: pa.Array, asked: Asked) -> Reading:
    """Ids as text. `123.0` loses its `.0`, with a note; `1.2E+05` lost digits: missing (R08)."""
    missing = _is_one_of(texts, MISSING_WORDS)
    lost = pc.match_substring_regex(texts, _SCIENTIFIC)
    pointed = pc.match_substring_regex(texts, _POINT_ZERO)
    plain = pc.replace_substring_regex(texts, r"\.0+$", "") if pc.any(pointed).as_py() else texts
    values = pc.if_else(pointed, plain, texts)
    values = pc.if_else(pc.or_(missing, lost), pa.scalar(None, pa.string()), values)
    faults = faults_of(
        Fault("R08", "blank", np.asarray(lost), {"lost": "digits"}),
        Fault("R08", "note", np.asarray(pointed), {"lost": "nothing"}),
    )
    return Reading(values, faults)


def read_texts(texts: pa.Array, asked: Asked) -> Reading:
    """Texts as written; a code list for the column, where the plan has one, changes the values."""
    values = pc.if_else(_is_one_of(texts, BLANK_WORDS), pa.scalar(None, pa.string()), texts)
    if not asked.codes:
        return Reading(values)
    ours = {t: asked.codes.get(t, t) for t in texts.to_pylist()}
    mapped = [None if ours[t] in SAYS_NOTHING else ours[t] for t in texts.to_pylist()]
    return Reading(pa.array(mapped, pa.string()))


def _is_one_of(texts: pa.Array, words: frozenset[str]) -> pa.Array:
    return pc.is_in(pc.utf8_lower(texts), value_set=pa.array(sorted(words)))
