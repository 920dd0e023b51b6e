"""Findings as the page prints them: parents first, what belongs to them folded beneath."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from eachchild.findings.model import Finding
from eachchild.report.names import Names
from eachchild.report.page import Statement
from eachchild.terms.numerals import count
from eachchild.terms.said import sentence_case

_MOST_PLACES = 20  # more of them are a list nobody reads; findings.json has them all
_TOLD = ("gap", "supported", "stop", "warning")  # what stands open; the rest is one step below


def statements(
    names: Names, findings: Sequence[Finding]
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """The findings to read, and those of no gap or of too little data."""
    ids = {f.id for f in findings}
    children: dict[str, list[Finding]] = {}
    for one in findings:
        if one.parent in ids and one.parent != one.id:
            children.setdefault(str(one.parent), []).append(one)
    folded = {child.id for found in children.values() for child in found}
    top = [f for f in findings if f.id not in folded]
    made = [(_is_told(f, children), _statement(names, f, children)) for f in top]
    return tuple(s for told, s in made if told), tuple(s for told, s in made if not told)


def _is_told(one: Finding, children: dict[str, list[Finding]]) -> bool:
    """What stands open: a gap, or one that cannot be told by itself but what it goes with can."""
    causes = (child for child in children.get(one.id, ()) if child.kind == "cause")
    return one.verdict in _TOLD or any(child.verdict == "supported" for child in causes)


def statement(names: Names, finding: Finding) -> Statement:
    """One finding alone."""
    return _statement(names, finding, {})


def statement_id(finding: Finding) -> str:
    """Where a page tells a finding; another in every period, as the finding's own id is not."""
    return f"s-{finding.id}-{finding.period}"


def _statement(names: Names, one: Finding, children: dict[str, list[Finding]]) -> Statement:
    return Statement(
        id=statement_id(one),
        sentence=sentence_case(one.sentence),
        verdict=one.verdict,
        tag=names.say(f"tag.{one.verdict}"),
        evidence=tuple(map(sentence_case, one.evidence)),
        caveats=tuple(map(sentence_case, one.caveats)),
        group=one.group if one.kind == "gap" else "",
        place=one.place,
        places=_places(names, children.get(one.id, ())),
        folded=tuple(
            _statement(names, child, children)
            for child in _in_place(names, children.get(one.id, ()))
            if child.kind != "cause"
        ),
        causes=tuple(
            _statement(names, child, children)
            for child in children.get(one.id, ())
            if child.kind == "cause"
        ),
        finding=one.id,
        kind=one.cause or "",
        **_taken_up(names, one),
    )


def _taken_up(names: Names, one: Finding) -> dict[str, Any]:
    """What a team would do with a cause."""
    claim = one.hypothesis
    if claim is None:
        return {}
    return {
        "about": names.say(f"origin.about_{claim.about}"), "begin": claim.begin,
        "questions": claim.questions, "against": claim.against, "refuted_by": claim.refuted_by,
    }  # fmt: skip


def _in_place(names: Names, children: Iterable[Finding]) -> list[Finding]:
    """Crossings and years by rank; schools by name, so that no list puts schools in order."""
    found = list(children)
    whole = [c for c in found if c.place == "all"]
    places = [c for c in found if c.place != "all"]
    if len(places) > _MOST_PLACES:
        return whole
    return whole + sorted(places, key=lambda c: (names.place(c.place), c.id))


def _places(names: Names, children: Iterable[Finding]) -> str:
    """At how many districts and schools the gap stands by itself."""
    levels = Counter(c.place.partition(":")[0] for c in children if c.place != "all")
    if not levels:
        return ""
    counted = [
        names.say(f"level.{level}" + ("_one" if n == 1 else ""), count=count(n))
        for level, n in sorted(levels.items())
    ]
    key = "many" if levels.total() > _MOST_PLACES else "few"
    return names.say(f"places.{key}", places=names.say("places.and").join(counted))
