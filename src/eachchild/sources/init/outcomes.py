"""Which outcomes the files of a folder can answer, and which they cannot."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eachchild.sources.init.counts import CountGuess
from eachchild.sources.init.records import RecordGuess
from eachchild.sources.init.words import words
from eachchild.terms.outcomes import built_in

# Outcome: the tables, or columns of the student-year row, that it can be answered from.
_FROM_TABLES = {
    "chronic_absence": ("absence", ""),
    "absence_rate": ("absence", ""),
    "iss_any": ("discipline", "action"),
    "oss_any": ("discipline", "action"),
    "days_lost": ("discipline", "days"),
    "expelled": ("discipline", "action"),
    "police_referral": ("discipline", "action"),
    "ap_enrolled": ("course", "level"),
    "honors_enrolled": ("course", "level"),
    "gpa": ("course", "points"),
    "course_failure": ("course", "failed"),
    "proficient": ("score", "proficient"),
    "gifted": ("completion", "gifted"),
    "graduated": ("completion", "graduated"),
    "retained": ("completion", "retained"),
}


@dataclass(frozen=True, slots=True)
class OutcomeGuess:
    """One outcome of the plan; `keys` are written as they stand, none for a built-in one."""

    name: str
    why: str
    keys: tuple[tuple[str, str], ...] = ()


def guess_outcomes(
    records: Sequence[RecordGuess], counts: Sequence[CountGuess]
) -> tuple[OutcomeGuess, ...]:
    """The outcomes that the guessed sources answer, each once."""
    found: dict[str, OutcomeGuess] = {}
    for one in (*_of_records(records), *_of_counts(counts)):
        found.setdefault(one.name, one)
    return tuple(found.values())


def _of_records(records: Sequence[RecordGuess]) -> Iterator[OutcomeGuess]:
    for name, outcome in built_in().items():
        for guess in records:
            if column := dict(guess.flags).get(name):
                keys = (("event", f"\"{column} == 'yes'\""),)
                yield OutcomeGuess(name, f"from {guess.file.path}", keys)
                break
            table, column = _FROM_TABLES.get(name, ("", ""))
            from_table = guess.table == table and (not column or column in guess.columns)
            ready = guess.table == "student_year" and _asked(outcome.columns) <= set(guess.columns)
            if from_table or ready:
                yield OutcomeGuess(name, f"from {guess.file.path}")
                break


def _asked(columns: Sequence[str]) -> set[str]:
    # The share of days is made of the days, where the file has them.
    made = {"absence_share": "days_absent", "absence_percent": "days_absent"}
    return {made.get(c, c) for c in columns}


def _of_counts(counts: Sequence[CountGuess]) -> Iterator[OutcomeGuess]:
    for guess in counts:
        for name in dict.fromkeys(p.quantity for p in guess.patterns):
            if name == "n":
                continue
            if name in built_in():
                yield OutcomeGuess(name, f"from {guess.file.path}")
            else:
                yield _own(name, guess)


def _own(name: str, guess: CountGuess) -> OutcomeGuess:
    """An outcome of the file's own: its direction is a guess from its name."""
    said = f"{name} {guess.file.path}".replace("_", " ")
    if words().patterns["adverse"].search(said):
        direction = "lower"
    elif words().patterns["good"].search(said):
        direction = "higher"
    else:
        direction = "neither"
    label = re.sub(r"_+", " ", name)
    keys = (
        ("label", f'"{label}"  # what the number counts, in words for a reader'),
        ("event", f"\"{name} == 'yes'\""),
        ("direction", f'"{direction}"  # lower: it is adverse; higher: it is good; or neither'),
    )
    return OutcomeGuess(name, f"a guess: see {guess.file.path}", keys)
