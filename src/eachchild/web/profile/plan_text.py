"""A district's profile in the text of a plan: what the plan says itself stays as it is."""

import tomllib

from eachchild.web.profile.document import USUAL, USUAL_MARGIN, Document, filled, table

_TABLES = ("margin", "privacy", "labels")


def with_profile(plan: str, document: Document) -> str:
    """A plan with the district's heading, labels, thresholds, codes, groups and notes.

    >>> told = with_profile('title = "Absence"', {"heading": "Lakeside schools"})
    >>> told.splitlines()[0]
    'heading = "Lakeside schools"'
    """
    there, told = tomllib.loads(plan), filled(document)
    top = _top(there, told)
    below: list[str] = []
    for name in _TABLES:
        usual = USUAL_MARGIN if name == "margin" else USUAL[name]
        if name not in there and told[name] != usual:
            below += table(name, told[name])
    for name, rows in sorted(told["codes"].items()):
        if name not in there.get("codes", {}):
            below += table(f"codes.{name}", rows)
    if "identity" not in there:
        below += [line for one in told["identity"] for line in table("[identity]", one)]
    return "\n".join([*top, plan.rstrip("\n"), *below]) + "\n"


def _top(there: Document, told: Document) -> list[str]:
    lines = []
    if told["heading"] and "heading" not in there:
        lines.append(_line("heading", told["heading"]))
    if told["wording"] != "en" and "language" not in there:
        lines.append(_line("language", told["wording"]))
    if told["note"] and "notes" not in there:
        notes = [f"{n['text']} (as of {n['as_of']}; check locally)" for n in told["note"]]
        lines.append(_line("notes", notes))
    return lines


def _line(key: str, value: object) -> str:
    return table("x", {key: value})[-1]
