"""The `audit.toml` that goes with a district's canonical tables."""

from collections.abc import Iterable

from eachchild.terms.factors import any_race
from eachchild.worlds.learning import FIRST_WITH_AP, FIRST_WITH_MARKS
from eachchild.worlds.ledger import OUTCOMES, OVERLAPS, REFERENCES
from eachchild.worlds.model import GRADES, World

_REASONS = {
    "race": "the group that federal reports compare with",
    "sex": "the group with most students on record",
    "idea": "students without an individualized education program",
    "el": "students who are not English learners now",
    "frl": "students whose meals are neither free nor at reduced price",
}
# Who a table leaves out had nothing to be written there.
_COMPLETE = ("absence", "discipline", "course", "completion")
_KEEP = {"score": 'keep = { subject = "math" }  # one assessment a student and year'}
_LATER = ("staff", "support")  # written for later parts; an audit does not read them


def plan_text(world: World, files: Iterable[str]) -> str:
    """Write the plan for the files of a folder; their columns have our names already."""
    parts = [_HEAD.format(meaning=world.meaning.lower())]
    for file in files:
        table = file.removesuffix(".csv")
        if table not in _LATER:
            parts.append(_source(table))
    later = " and ".join(f"{table}.csv" for table in _LATER)
    parts.append(f"# Not read by an audit yet: {later}.\n")
    parts += [_identity(factor, reference) for factor, reference in REFERENCES.items()]
    parts += [f'[[identity]]\nfactor = "{any_race(race).id}"\n' for race in OVERLAPS]
    parts += [_outcome(name) for name in OUTCOMES]
    parts.append('[privacy]\npolicy = "federal"\n')
    return "\n".join(parts)


_HEAD = """\
title = "Synthetic district"
author = "eachchild synthesize"
as_of = "first_day"
notes = ["No real student is in these data. The world: {meaning}."]
"""


def _source(table: str) -> str:
    lines = ["[[source]]", f'path = "{table}.csv"', 'shape = "records"', f'table = "{table}"']
    if table in _KEEP:
        lines.append(_KEEP[table])
    if table in _COMPLETE:
        lines.append("complete = true")
    return "\n".join(lines) + "\n"


def _identity(factor: str, reference: str) -> str:
    return (
        f'[[identity]]\nfactor = "{factor}"\nreference = "{reference}"\n'
        f'reason = "{_REASONS[factor]}"\n'
    )


def _outcome(name: str) -> str:
    first = {"ap_enrolled": FIRST_WITH_AP, "honors_enrolled": FIRST_WITH_MARKS}.get(name)
    if first is None:
        return f'[[outcome]]\nname = "{name}"\n'
    grades = ", ".join(f"'{g}'" for g in GRADES[first:])
    return f'[[outcome]]\nname = "{name}"\npopulation = "grade in [{grades}]"\n'
