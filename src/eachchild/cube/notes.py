"""The word grain: how many notes use a word, by group, inside strata. Text and writer stay behind.

What the engine gives out is the rows that have a note. They are made into counts here, and the
counts are put into an order that tells of nobody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import narwhals as nw
import numpy as np
import pyarrow as pa

from eachchild.cube.adults import is_aside
from eachchild.cube.arrange import arrange
from eachchild.cube.cells import Whole, WordBlock
from eachchild.cube.codes import value_codes
from eachchild.cube.context import declared, distinct, school_year_of
from eachchild.cube.engine import Engine, Frame
from eachchild.cube.margins import POOLED_YEARS
from eachchild.cube.note_words import Lexicon, Noted, letters_of, noted
from eachchild.cube.plan import FEWEST_STUDENTS, FEWEST_WRITERS, WordPlan
from eachchild.cube.referrals import PERIOD, STAFF, Students, group_column

_TEXT, _KEYS = "narrative", ("student_id", "behavior", STAFF)


@dataclass(frozen=True, slots=True)
class _Notes:
    """The notes that count, one entry each, and the words in them; it never leaves this module."""

    rows: pa.Table  # with the group of each factor
    student: Whole
    stratum: Whole
    note: Whole  # an entry a note and word
    word: Whole
    words: tuple[str, ...]
    writers: Whole


def count_words(
    engine: Engine,
    plans: Sequence[WordPlan],
    log: Path,
    students: Students,
    *,
    periods: Sequence[str],
) -> tuple[WordBlock, ...]:
    """Count the words of notes by each factor, all latest years together; all set the same aside.

    A student about whom one writer writes often for one behavior says no more of how it is worded
    than one about whom it is written once: only the first of these notes counts.
    """
    facts = _written(engine, log)
    if not plans or facts is None:
        return ()
    placed = engine.keep(students.placed(engine, facts))
    named = [~nw.col(name).is_null() for name in ("home", "behavior", STAFF)]
    fit = placed.filter(*named, nw.col("behavior") != "", ~is_aside(plans[0].set_aside))
    left = _rows(placed) - _rows(fit)
    fit = fit.filter(nw.col(PERIOD).is_in(list(periods[-POOLED_YEARS:])))
    groups = [group_column(plan.factor) for plan in plans]
    table = fit.select(*_KEYS, "date", _TEXT, *groups).collect("pyarrow").to_native()
    notes = _words_of(_first(table), letters_of(_ids(engine, log, students)))
    return tuple(_block(plan, notes, left) for plan in plans)


def _written(engine: Engine, log: Path) -> Frame | None:
    """The rows of the log with a note; None where the log has none."""
    scanned = engine.scan(log)
    if _TEXT not in scanned.collect_schema():
        return None
    facts = declared(scanned, "discipline").select(
        "student_id", "school_id", "date", "behavior", _TEXT,
        staff="staff_id", year=school_year_of("date"),
    )  # fmt: skip
    return facts.filter(~nw.col(_TEXT).is_null())


def _rows(frame: Frame) -> int:
    return int(frame.select(nw.len()).collect("pyarrow").to_native().column(0)[0].as_py())


def _ids(engine: Engine, log: Path, students: Students) -> Iterator[str]:
    """The ids of students and of those who refer."""
    staff = declared(engine.scan(log), "discipline").select("staff_id")
    for frame, column in ((staff, "staff_id"), (students.rows, "student_id")):
        table = distinct(frame, column).collect("pyarrow").to_native()
        yield from (one for one in table[column].to_pylist() if one)


def _first(table: pa.Table) -> pa.Table:
    """The first note of each student, behavior and writer; of one day, the first by its text."""
    ordered = table.sort_by([(name, "ascending") for name in (*_KEYS, "date", _TEXT)])
    keys = list(zip(*(ordered[name].to_pylist() for name in _KEYS), strict=True))
    new = [at for at, key in enumerate(keys) if at == 0 or key != keys[at - 1]]
    return ordered.take(pa.array(new, pa.int64()))


def _words_of(rows: pa.Table, ids: frozenset[str]) -> _Notes:
    """The words that enough students and writers stand for, over all groups."""
    lexicon = Lexicon(ids)
    found: list[Noted] = []
    for text in rows[_TEXT].to_pylist():
        found.append(noted(text))
        lexicon.add(found[-1])
    known = {word for word in lexicon.small if word in lexicon}
    number = {word: at for at, word in enumerate(sorted(known))}
    pairs = [(note, number[w]) for note, one in enumerate(found) for w in one.words & known]
    note, word = np.array(pairs, np.int64).reshape(-1, 2).T
    student, writer = (_numbered(rows[name]) for name in (_KEYS[0], STAFF))
    behavior = _numbered(rows["behavior"])
    both = arrange([behavior, writer])
    standing = [
        np.bincount(arrange([word, who[note]]).cells[:, 0], minlength=len(number))
        for who in (student, writer)
    ]
    enough = (standing[0] >= FEWEST_STUDENTS) & (standing[1] >= FEWEST_WRITERS)
    again = np.cumsum(enough) - 1
    kept = enough[word]
    words = tuple(w for w, at in number.items() if enough[at])
    return _Notes(
        rows, student, both.inverse, note[kept], again[word[kept]], words,
        standing[1][enough].astype(np.int64),
    )  # fmt: skip


def _numbered(column: pa.ChunkedArray) -> Whole:
    coded = column.cast(pa.large_string()).combine_chunks().dictionary_encode()
    numbers: Whole = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers


def _block(plan: WordPlan, notes: _Notes, left: int) -> WordBlock:
    """The counts of one factor."""
    group = value_codes(notes.rows[group_column(plan.factor)], plan.factor)
    groups, words = plan.factor.all_values, len(notes.words)
    strata = int(notes.stratum.max(initial=-1)) + 1
    of_each = np.zeros((strata, len(groups)), np.int64)
    np.add.at(of_each, (notes.stratum, group), 1)
    who = arrange([notes.word, group[notes.note], notes.student[notes.note]])
    students = np.zeros((words, len(groups)), np.int64)
    np.add.at(students, (who.cells[:, 0], who.cells[:, 1]), 1)
    shared = (of_each > 0).sum(axis=1) > 1
    inside = shared[notes.stratum[notes.note]]
    at, word = notes.note[inside], notes.word[inside]
    again = np.cumsum(shared) - 1
    pairs = arrange([again[notes.stratum[at]], word])
    used = np.zeros((pairs.cells.shape[0], len(groups)), np.int64)
    np.add.at(used, (pairs.inverse, group[at]), 1)
    number, totals = _nobodys(of_each[shared], pairs.cells, used)
    entry, of_group = np.nonzero(used)
    order = arrange([number[entry], of_group, pairs.cells[entry, 1]])
    keys = order.cells
    return WordBlock(
        plan.factor.id, groups, notes.words, students, notes.writers, totals,
        keys[:, 0], keys[:, 1], keys[:, 2], used[entry, of_group][order.order], left,
    )  # fmt: skip


def _nobodys(notes: Whole, pairs: Whole, used: Whole) -> tuple[Whole, Whole]:
    """A number for each pair of stratum and word that tells of no writer, and the notes by number.

    Strata with as many notes of each group are one class, and have numbers in a row. Each word of
    a class gives its uses to these numbers from the most to the least.
    """
    totals, kind, size = np.unique(notes, axis=0, return_inverse=True, return_counts=True)
    starts = np.cumsum(size) - size
    of_class = kind.ravel()[pairs[:, 0]]
    order = np.lexsort([*(-used.T[::-1]), pairs[:, 1], of_class])
    keys = np.stack([of_class, pairs[:, 1]])[:, order]
    new = np.r_[True, (np.diff(keys) != 0).any(axis=0)] if order.size else np.zeros(0, np.bool_)
    place = np.arange(order.size)
    rank = place - np.maximum.accumulate(np.where(new, place, 0)) if order.size else place
    number = np.empty(order.size, np.int64)
    number[order] = starts[keys[0]] + rank
    return number, np.repeat(totals, size, axis=0)
