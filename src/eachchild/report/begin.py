"""Where to begin: the few causes that a team could take up first, each once."""

from collections.abc import Iterator

from eachchild.findings.model import Finding
from eachchild.release.types import Released
from eachchild.report.names import Names, sentence_case
from eachchild.report.page import Beginning

_MOST = 3  # more than a team can take up in a term


def beginnings(released: Released, names: Names) -> tuple[Beginning, ...]:
    """The first supported causes, by rank; a cause under several gaps stands under the first."""
    titles = {outcome.name: outcome.title for outcome in released.outcomes}
    told = [one for one in _first(released) if one.outcome in titles]
    return tuple(_beginning(names, titles[one.outcome], one) for one in told[:_MOST])


def _first(released: Released) -> Iterator[Finding]:
    seen = set()
    for one in released.findings:
        name = one.cause, one.at, one.group
        if one.kind == "cause" and one.verdict == "supported" and name not in seen:
            seen.add(name)
            yield one


def _beginning(names: Names, title: str, one: Finding) -> Beginning:
    claim = one.hypothesis
    return Beginning(
        target=f"s-{one.id}-{one.period}",
        about=names.say(
            "begin.about",
            title=title,
            group=names.group(one.group),
            others=names.group(one.reference),
        ),
        sentence=sentence_case(one.sentence),
        precise=one.evidence[0] if one.evidence else "",
        begin=claim.begin if claim else "",
        questions=claim.questions if claim else (),
    )
