"""A plan as pages change it: audit.toml read into a dictionary, changed, and written again.

The command line reads what is written here unchanged. Changes take a plan and return a new one.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from eachchild.tables import ABSENCE_REASONS, ACTIONS, COURSE_LEVELS, FREE_TEXT, TABLES, Kind
from eachchild.terms.factors import FACTORS, NO, YES
from eachchild.terms.outcomes import built_in
from eachchild.web import toml
from eachchild.web.profile.files import known_file

Plan = Mapping[str, Any]
_OWN_CODES: Mapping[str, tuple[str, ...]] = {
    "action": ACTIONS, "course_level": COURSE_LEVELS, "absence_reason": ABSENCE_REASONS,
    "factor": tuple(FACTORS), "exit_type": ("no_show", "invalid"),
}  # fmt: skip
SLOT = re.compile(r"\{(\w+)\}")  # where a group's code stands in the heading of a count
_LEFT = "left out on purpose: "


def read(text: str) -> dict[str, Any]:
    """The plan that a text is; an empty one where there is none."""
    return tomllib.loads(text)


def write(plan: Plan, unused: Iterable[str] = ()) -> str:
    """The text of a plan; `unused` files are named in comments, so that a check knows of them.

    >>> print(write({"title": "A", "source": [{"path": "a.csv", "columns": {"sex": 'the "S"'}}]}))
    title = "A"
    <BLANKLINE>
    [[source]]
    path = "a.csv"
    columns = {sex = "the \\"S\\""}
    <BLANKLINE>
    """
    lines = [*_body(plan, ()), *(f"# {_LEFT}{json.dumps(name)}" for name in unused)]
    return "\n".join(lines).strip("\n") + "\n"


def _body(table: Plan, above: tuple[str, ...]) -> Iterator[str]:
    later = {k: v for k, v in table.items() if _is_tables(v) or (not above and _is_table(v))}
    for key, value in table.items():
        if key not in later:
            yield f"{toml.key(key)} = {toml.value(value)}"
    for key, value in later.items():
        name = (*above, key)
        if _is_tables(value):
            for one in value:
                yield from ("", f"[[{'.'.join(map(toml.key, name))}]]", *_body(one, name))
        elif all(isinstance(v, dict) for v in value.values()) and value:
            for inner, pairs in value.items():
                head = f"[{toml.key(key)}.{toml.key(inner)}]"
                yield from ("", head, *_body(pairs, (*name, inner)))
        else:
            yield from ("", f"[{toml.key(key)}]", *_body(value, name))


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def source_of(plan: Plan, file: str) -> dict[str, Any] | None:
    """The source that a file is; None: it is left out."""
    return next((s for s in plan.get("source", ()) if s["path"] == file), None)


def files_of(plan: Plan) -> tuple[str, ...]:
    """The files that a plan reads."""
    return tuple(s["path"] for s in plan.get("source", ()))


def with_source(plan: Plan, file: str, source: Mapping[str, Any] | None) -> dict[str, Any]:
    """The plan with what a file is now; None leaves it out."""
    others = [s for s in plan.get("source", ()) if s["path"] != file]
    found = [*others, dict(source)] if source else others
    return {**deepcopy(dict(plan)), "source": sorted(found, key=lambda s: str(s["path"]))}


def with_codes(plan: Plan, name: str, codes: Mapping[str, str]) -> dict[str, Any]:
    """The plan with what the values of one list mean; an empty word takes a meaning away."""
    lists = {**plan.get("codes", {})}
    lists[name] = {k: v for k, v in {**lists.get(name, {}), **codes}.items() if v}
    return {**deepcopy(dict(plan)), "codes": {k: v for k, v in lists.items() if v}}


def with_outcome(plan: Plan, name: str) -> dict[str, Any]:
    """The plan with one more outcome."""
    known = [o["name"] for o in plan.get("outcome", ())]
    more = [] if name in known else [{"name": name}]
    return {**deepcopy(dict(plan)), "outcome": [*plan.get("outcome", ()), *more]}


def with_factors(plan: Plan, names: Iterable[str]) -> dict[str, Any]:
    """The plan with these factors too, everybody else as the reference where none was chosen."""
    known = [i["factor"] for i in plan.get("identity", ())]
    more = [{"factor": n, "reference": "complement"} for n in names if n not in known]
    return {**deepcopy(dict(plan)), "identity": [*plan.get("identity", ()), *more]}


def with_told(plan: Plan, before: Plan, own: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The plan with the factors that its files tell now and did not before.

    They are asked as the district asks them; those it does not compare are left to a person.
    """
    asked = {one["factor"]: one for one in own}
    new = [f for f in factors_of(plan) if f not in factors_of(before) and (f in asked or not own)]
    more = [dict(asked.get(f, {"factor": f, "reference": "complement"})) for f in new]
    return {**plan, "identity": [*plan.get("identity", ()), *more]}


def with_asked(text: str, outcome: str, factors: Sequence[str]) -> str:
    """The text of a plan with one outcome more, and factors crossed as deeply as was asked."""
    more = with_factors(with_outcome(read(text), outcome), factors)
    more["depth"] = max(int(more.get("depth", 2)), len(factors))
    return write(more, left_in(text))


def known_files(plan: Plan) -> list[dict[str, Any]]:
    """What a plan says of its files, for files of the same shape in another audit."""
    return [known_file(s["path"], s, ()) for s in plan.get("source", ())]


def left_in(text: str) -> Iterator[str]:
    """The files that a plan's comments name as left out."""
    for line in text.splitlines():
        if line.startswith(f"# {_LEFT}"):
            yield json.loads(line.removeprefix(f"# {_LEFT}"))


def needs_of(table: str, source: Mapping[str, Any]) -> tuple[str, ...]:
    """Columns of ours without which no row of a table can be read, and that a source lacks."""
    has = {*source.get("columns", {}), *source.get("constant", {})}
    has |= {"period"} if source.get("period") else set()
    return tuple(name for name in TABLES[table].required if name not in has)


def columns_of(table: str) -> tuple[tuple[str, str], ...]:
    """What a column of a table may mean: our name, and what it is in words."""
    return tuple((c.name, c.meaning) for c in TABLES[table].columns)


def code_list_of(table: str, ours: str) -> str:
    """The code list of a column; empty where its texts are no codes."""
    column = TABLES[table].column(ours) if table in TABLES else None
    if column is None or column.name in FREE_TEXT:
        return ""
    if column.kind in (Kind.CODE, Kind.FLAG):
        return column.codes or column.name
    return column.name if column.name in ("factor", "exit_type") else ""


def options_of(code_list: str) -> tuple[str, ...]:
    """Our words for the values of a list."""
    if code_list in FACTORS:
        return FACTORS[code_list].values
    return _OWN_CODES.get(code_list, (YES, NO))


def factors_of(plan: Plan) -> tuple[str, ...]:
    """The identity factors that the files of a plan tell, and those it asks."""
    told = {ours for s in plan.get("source", ()) for ours in s.get("columns", {})}
    for cell in (c for s in plan.get("source", ()) for c in s.get("cells", ())):
        told |= {*SLOT.findall(cell["columns"]), *cell.get("where", {}), *cell.get("from_rows", {})}
    told |= set(plan.get("codes", {}).get("factor", {}).values())
    asked = [i["factor"] for i in plan.get("identity", ())]
    built = [f for f in FACTORS if f in told and f not in asked]
    return (*asked, *built)


def outcomes_of(plan: Plan) -> tuple[str, ...]:
    """Every outcome that may be asked: those of the plan, and the built-in ones."""
    asked = [o["name"] for o in plan.get("outcome", ())]
    return (*asked, *(name for name in built_in() if name not in asked))
