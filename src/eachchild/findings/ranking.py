"""Which finding comes first, which is folded under another, and which five open the report.

Within an outcome findings are ranked by how many students the comparison rate would change, not by
p. Across outcomes counts are not compared (an arrest is not an absence): there it decides how many
times the gap is what the plan calls small.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from eachchild.findings.model import Finding
from eachchild.plan import COMPLEMENT
from eachchild.terms.factors import Group

HEADLINES = 5
_Asked = tuple[str, tuple[str, ...]]  # an outcome and the factors that tell its groups apart
_BOTH = 2  # groups of a factor that are each other's rest
_LOOKED_AT = 3  # a very small group's gap, however large, does not lead the report
_SAYS = {"rule": -1, "between_schools": 1, "composition": 1, "words": 1, "step": 2}
_ORDER = {
    "stop": 0, "gap": 1, "cannot_tell": 2, "no_gap": 3, "supported": 4, "doubtful": 5,
    "refuted": 6, "warning": 7,
}  # fmt: skip


def ranked(
    findings: Sequence[Finding],
    effects: Mapping[str, float],
    worse_than_parts: frozenset[str],
    *,
    years: Mapping[str, int] | None = None,
) -> tuple[Finding, ...]:
    """Findings best first, with their ranks, parents and the at most five headlines.

    `effects` gives by id how many times what the plan calls small each finding is;
    `worse_than_parts` holds the ids of crossings that are worse than the sum of their parts;
    `years` has the years that a pooled finding adds up, since all are weighed by what is so in one.
    """
    weights = {f.id: _weight(f) / (years or {}).get(f.id, 1) for f in findings}
    by_group = {(f.outcome, f.group): f for f in findings if f.kind == "gap" and f.place == "all"}
    folded = [_folded(f, by_group, worse_than_parts, weights=weights) for f in findings]
    outcomes = _outcome_order(folded, effects, weights)
    gaps = [f for f in folded if f.kind != "cause"]
    ordered = sorted(gaps, key=lambda f: _key(f, outcomes, weights))
    at = {f.id: place for place, f in enumerate(ordered)}
    ordered += sorted((f for f in folded if f.kind == "cause"), key=lambda f: _of_gap(f, at))
    ordered.sort(key=lambda f: _ORDER[f.verdict])  # stable
    heads = _headlines(ordered)
    placed = sorted(ordered, key=lambda f: heads.get(f.id, HEADLINES))
    return tuple(
        replace(f, rank=rank, headline=f.id in heads) for rank, f in enumerate(placed, start=1)
    )


def with_causes(findings: Sequence[Finding], causes: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings in their order, and causes told after them, which keep their own, ranked anew."""
    both = sorted((*findings, *causes), key=lambda f: (not f.headline, _ORDER[f.verdict]))
    return tuple(replace(f, rank=rank) for rank, f in enumerate(both, start=1))


def _folded(
    finding: Finding,
    by_group: Mapping[tuple[str, str], Finding],
    worse_than_parts: frozenset[str],
    *,
    weights: Mapping[str, float],
) -> Finding:
    """A crossing stands under the largest of its parts, unless it is worse than their sum."""
    parts = Group.parse(finding.group).parts if finding.kind == "gap" else ()
    if len(parts) < 2 or finding.id in worse_than_parts or finding.parent is not None:
        return finding
    groups = (str(Group(kept)) for kept in combinations(parts, len(parts) - 1))
    found = [by_group[finding.outcome, g] for g in groups if (finding.outcome, g) in by_group]
    if not found:
        return finding
    first = min(found, key=lambda f: (_ORDER[f.verdict], -weights[f.id], f.group))
    return replace(finding, parent=first.id)


def _outcome_order(
    findings: Sequence[Finding], effects: Mapping[str, float], weights: Mapping[str, float]
) -> dict[str, int]:
    """Outcomes by the largest of the three gaps that concern most students."""
    size: dict[str, float] = {}
    for outcome in {f.outcome for f in findings}:
        mine = [f for f in findings if f.outcome == outcome and _is_open(f)]
        most = sorted(mine, key=lambda f: (-weights[f.id], f.group))[:_LOOKED_AT]
        size[outcome] = max((effects.get(f.id, 0.0) for f in most), default=-1.0)
    names = sorted(size, key=lambda o: (-size[o], o))
    return {name: i for i, name in enumerate(names)}


def _is_open(finding: Finding) -> bool:
    return finding.kind == "gap" and finding.verdict == "gap" and finding.parent is None


def _key(
    finding: Finding, outcomes: Mapping[str, int], weights: Mapping[str, float]
) -> tuple[object, ...]:
    return (
        _ORDER[finding.verdict],
        outcomes[finding.outcome],
        finding.parent is not None,
        finding.kind != "gap",
        -weights[finding.id],
        -abs(finding.estimate or 0.0),
        finding.group,
    )


def _of_gap(cause: Finding, at: Mapping[str, int]) -> tuple[object, ...]:
    """Causes stand by how much they say of what to change, then as their gaps do.

    A rule can be changed at once; a moment, an adult's load, an answer, a bus, an offer or a gate
    with time; a place or another factor says for whom, a word how it is told; a step says only
    when. Within a gap, by the share of it.
    """
    says = _SAYS.get(cause.cause or "", 0)
    return says, at.get(cause.of or "", len(at)), -(cause.share_of_gap or 0.0), cause.at


def _weight(finding: Finding) -> float:
    """Students the comparison rate would change; for a mean, what it would change in all."""
    if finding.students_to_parity is not None:
        return float(finding.students_to_parity)
    if finding.kind != "gap" or finding.estimate is None:
        return 0.0
    same = 1.0 if finding.measure == "mean_ratio" else 0.0
    return (finding.n or 0) * abs(finding.estimate - same)


def _headlines(ordered: Sequence[Finding]) -> dict[str, int]:
    """The first gap of each outcome, then the next ones, until there are five: id to place.

    Of two groups that are all there is, each beside everybody else, one heads the report: the
    other says the same once more.
    """
    groups = _groups_told(ordered)
    seen: dict[str, int] = {}
    said: set[_Asked] = set()
    turn = []
    for f in filter(_is_open, ordered):
        if f.reference == COMPLEMENT:
            asked = _asked(f)
            if asked in said and len(asked[1]) == 1 and len(groups[asked]) == _BOTH:
                continue
            said.add(asked)
        seen[f.outcome] = seen.get(f.outcome, 0) + 1
        turn.append((seen[f.outcome], f.id))
    turn.sort(key=lambda pair: pair[0])  # stable: outcomes keep their order within a turn
    return {name: place for place, (_, name) in enumerate(turn[:HEADLINES])}


def _groups_told(findings: Sequence[Finding]) -> Mapping[_Asked, set[str]]:
    """The groups of a whole place that are told of, by outcome and factors."""
    told: dict[_Asked, set[str]] = {}
    for f in findings:
        if f.kind == "gap" and f.place == "all":
            told.setdefault(_asked(f), set()).add(f.group)
    return told


def _asked(finding: Finding) -> _Asked:
    return finding.outcome, Group.parse(finding.group).factors
