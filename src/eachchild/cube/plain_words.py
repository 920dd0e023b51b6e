"""The slow, obvious way to words of notes: one row after the other, in dictionaries.

The oracle of `notes`: it shares with it the plan and how a note is parted into words, no more.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from eachchild.cube.note_words import Lexicon, letters_of, noted
from eachchild.cube.plain_rows import LONG_AGO, Row, Tables, day_of, year_of
from eachchild.cube.plan import WordPlan
from eachchild.plan import Plan
from eachchild.terms.factors import NOT_REPORTED

Vector = tuple[int, ...]  # a number for each group


@dataclass(slots=True)
class PlainWords:
    """What is counted of one factor; strata have no name, so only how many are alike is told."""

    students: dict[str, Vector] = field(default_factory=dict)
    writers: dict[str, int] = field(default_factory=dict)
    strata: Counter[Vector] = field(default_factory=Counter)  # by their notes
    used: dict[str, Counter[tuple[Vector, Vector]]] = field(default_factory=dict)  # notes, uses
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class _Note:
    student: str
    group: str
    stratum: tuple[str, str]  # behavior, writer
    words: frozenset[str]


def count_words_plainly(
    asked: WordPlan, tables: Tables, student_years: Sequence[Row], plan: Plan,
    *, periods: Sequence[str], fewest: tuple[int, int],
) -> PlainWords:  # fmt: skip
    """Words by one factor; `fewest` students and writers stand for each."""
    found = PlainWords()
    notes = _notes(asked, tables, student_years, plan, periods, found)
    for word in sorted({w for note in notes for w in note.words}):
        using = [note for note in notes if word in note.words]
        writers = {note.stratum[1] for note in using}
        if len({n.student for n in using}) >= fewest[0] and len(writers) >= fewest[1]:
            found.writers[word] = len(writers)
            found.students[word] = tuple(
                len({n.student for n in using if n.group == g}) for g in asked.factor.all_values
            )
            found.used[word] = Counter()
    by_stratum: dict[tuple[str, str], list[_Note]] = defaultdict(list)
    for note in notes:
        by_stratum[note.stratum].append(note)
    for inside in by_stratum.values():
        of_each = _by_group(asked, inside)
        if sum(n > 0 for n in of_each) < 2:
            continue
        found.strata[of_each] += 1
        for word, uses in found.used.items():
            of_word = _by_group(asked, [n for n in inside if word in n.words])
            if any(of_word):
                uses[of_each, of_word] += 1
    return found


def _by_group(asked: WordPlan, notes: Sequence[_Note]) -> Vector:
    return tuple(sum(n.group == g for n in notes) for g in asked.factor.all_values)


def _notes(
    asked: WordPlan, tables: Tables, student_years: Sequence[Row], plan: Plan,
    periods: Sequence[str], found: PlainWords,
) -> list[_Note]:  # fmt: skip
    """The first note of each student, behavior and writer, with the words that may be counted."""
    aside = {login.lower() for login in asked.set_aside}
    first: dict[tuple[str, str, str], tuple[object, str, str]] = {}
    for row in tables["discipline"]:
        if row["narrative"] is None:
            continue
        year = year_of(day_of(row["date"], LONG_AGO))
        student = _student_of(row, f"{year}-{str(year + 1)[-2:]}", student_years, plan)
        writer = None if row["staff_id"] is None else str(row["staff_id"])
        if student is None or not row["behavior"] or writer is None or writer.lower() in aside:
            found.left_out += 1
        elif student["period"] in periods:
            key = str(row["student_id"]), str(row["behavior"]), writer
            mine = row["date"], str(row["narrative"]), str(student[asked.factor.id] or NOT_REPORTED)
            first[key] = min(first.get(key, mine), mine, key=lambda m: (str(m[0]), m[1]))
    ids = {str(r["student_id"]) for r in student_years}
    ids |= {str(r["staff_id"]) for r in tables["discipline"] if r["staff_id"] is not None}
    lexicon = Lexicon(letters_of(ids))
    parted = {key: noted(text) for key, (_, text, _) in first.items()}
    for one in parted.values():
        lexicon.add(one)
    return [
        _Note(key[0], first[key][2], key[1:], frozenset(w for w in one.words if w in lexicon))
        for key, one in parted.items()
    ]


def _student_of(row: Row, period: str, student_years: Sequence[Row], plan: Plan) -> Row | None:
    for student in student_years:
        here = plan.membership != "attended" or student["school_id"] == row["school_id"]
        if (student["student_id"], student["period"]) == (row["student_id"], period) and here:
            return student
    return None
