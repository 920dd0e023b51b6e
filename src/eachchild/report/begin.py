"""Where to begin: the few causes that a team could take up first, each once."""

from eachchild.findings.model import Finding
from eachchild.release.types import Released
from eachchild.report.names import Names
from eachchild.report.page import Beginning
from eachchild.report.statements import statement_id
from eachchild.terms.said import sentence_case

_MOST = 3  # more than a team can take up in a term
_RECORDS = frozenset(("moment", "consequence", "referrer", "rule", "step"))
_WHOM = frozenset(("composition",))  # says for whom, and gives a team nothing to do


def beginnings(released: Released, names: Names) -> tuple[Beginning, ...]:
    """The first supported causes, by rank, each once: of several groups it stands under one."""
    titles = {outcome.name: outcome.title for outcome in released.outcomes}
    told = [f for f in released.findings if f.kind == "cause" and f.verdict == "supported"]
    some = [f for f in told if f.outcome in titles]
    first = [f for f in some if f.cause not in _WHOM] or some
    by_cause: dict[tuple[str | None, str], list[Finding]] = {}
    for one in first:
        by_cause.setdefault((one.cause, one.at), []).append(one)
    taken = list(by_cause.values())[:_MOST]
    return tuple(_beginning(names, titles[alike[0].outcome], alike) for alike in taken)


def _beginning(names: Names, title: str, alike: list[Finding]) -> Beginning:
    one, claim = alike[0], alike[0].hypothesis
    others = dict.fromkeys(names.group(f.group) for f in alike if f.group != one.group)
    return Beginning(
        target=statement_id(one),
        about=names.say(
            "begin.about", title=title, group=names.group(one.group),
            others=names.group(one.reference),
        ),
        sentence=sentence_case(one.sentence),
        precise=one.evidence[0] if one.evidence else "",
        also=names.say("begin.also", groups=", ".join(others)) if others else "",
        records=names.say("begin.records") if one.cause in _RECORDS else "",
        begin=claim.begin if claim else "",
        questions=claim.questions if claim else (),
        refuted_by=claim.refuted_by if claim else "",
    )  # fmt: skip
