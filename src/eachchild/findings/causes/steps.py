"""At which step of a declared chain a gap is made, or that a step is not one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite, log

from eachchild.causes.asked import OFFERED, Asked, Origins
from eachchild.causes.offer import FEWEST
from eachchild.causes.steps import Chain, NotNestedError, Step
from eachchild.findings.causes.shared import MUCH, cause_of, hypothesis_of, is_same_way
from eachchild.findings.model import Finding, GapPlace, GapStep, Verdict
from eachchild.findings.phrases import Phrases
from eachchild.plan import Chain as Declared
from eachchild.plan import Plan
from eachchild.terms.numerals import count, significant, whole_percent
from eachchild.terms.said import of_so_many, sentence_case

_MOST_PLACES = 60  # more of them are a list nobody reads
_STEP, _OFFER = "step", "not_offered"
_MOST = 0.5  # of a gap: the step that has more than that is where most of it is made


@dataclass
class Refused:
    """Declared chains that are none, with the groups of which that shows."""

    phrases: Phrases
    names: Mapping[str, str]  # of places, by "level:id"
    found: dict[tuple[str, ...], tuple[NotNestedError, list[str]]] = field(default_factory=dict)

    def add(self, steps: tuple[str, ...], error: NotNestedError, group: str) -> None:
        """One group of which the steps cannot be told."""
        self.found.setdefault(steps, (error, []))[1].append(self.phrases.group(group))

    def told(self) -> Iterator[str]:
        """What is refused and why, in words."""
        words = self.phrases.words
        for steps, (error, groups) in self.found.items():
            why = words.say(
                "cause.steps.nested" if error.step else "cause.steps.asked",
                more=count(error.more), places=count(error.places),
                step=self.phrases.verb(error.step) if error.step else "",
            )  # fmt: skip
            titles = ", ".join(self.phrases.title(step) for step in steps)
            yield words.say("cause.steps.refused", steps=titles, groups=", ".join(groups), why=why)


def told_by_steps(
    plan: Plan, phrases: Phrases, gap: Finding, origins: Origins, refused: Refused
) -> Iterator[Finding]:
    """Of each chain on which the gap's outcome is a later step: where along it the gap is made."""
    asked = Asked(gap.outcome, gap.group, gap.reference, origins.when(gap.period))
    for declared in plan.chains:
        if gap.outcome not in declared.steps[1:]:
            continue
        steps = declared.steps[: declared.steps.index(gap.outcome) + 1]
        try:
            found = origins.by_steps(asked, steps)
            if found is not None and _is_way(gap, found):
                wider = origins.by_steps_in_wider_places(asked, steps) if declared.offer else {}
                yield _told(phrases, gap, asked, declared, found, _in_places(refused, wider))
        except NotNestedError as error:
            refused.add(steps, error, gap.group)


def told_by_offer(
    plan: Plan, phrases: Phrases, gap: Finding, origins: Origins
) -> Iterator[Finding]:
    """Whether a gap in enrollment is there for schools that enroll nobody.

    For records alone, whose schools are counted student by student, and only where no chain of the
    plan says what schools offer.
    """
    outcome = next(one for one in plan.outcomes if one.name == gap.outcome)
    declared = any(c.offer and gap.outcome in c.steps for c in plan.chains)
    of_records = all(source.shape == "records" for source in plan.sources)
    if declared or not of_records or not outcome.is_course:
        return
    asked = Asked(gap.outcome, gap.group, gap.reference, origins.when(gap.period))
    found = origins.by_offer(asked)
    if found is None or not _is_way(gap, found):
        return
    say = phrases.words.say
    named = replace(
        phrases,
        verbs={**phrases.verbs, OFFERED: say("cause.offer.verb")},
        titles={**phrases.titles, OFFERED: say("cause.offer.title")},
    )
    told = _told(named, gap, asked, Declared((OFFERED, gap.outcome), offer=OFFERED), found, ())
    caveats = [say("cause.offer.from_enrolled", fewest=count(FEWEST))]
    if gap.verdict == "cannot_tell":
        if told.verdict != "supported":
            return
        caveats.append(say("cause.offer.these_schools"))
    yield replace(told, caveats=(*map(sentence_case, caveats), *told.caveats))


def _is_way(gap: Finding, found: Chain) -> bool:
    """Whether every step can be told, and all years together have a gap the same way."""
    known = all(step.is_known for step in found.steps)
    return known and is_same_way(gap, log(found.ratio))


def _in_places(refused: Refused, chains: Mapping[str, Chain]) -> tuple[GapPlace, ...]:
    if not 1 < len(chains) <= _MOST_PLACES:
        return ()
    return tuple(
        GapPlace(place, refused.names.get(place, place),
                 tuple(_step(refused.phrases, step) for step in found.steps))
        for place, found in chains.items()
    )  # fmt: skip


def _told(
    phrases: Phrases, gap: Finding, asked: Asked, declared: Declared, found: Chain,
    in_places: tuple[GapPlace, ...],
) -> Finding:  # fmt: skip
    most = max(found.steps, key=lambda step: step.share)
    offer = next((step for step in found.steps if step.name == declared.offer), None)
    one, least, kind = (most, _MOST, _STEP) if offer is None else (offer, MUCH, _OFFER)
    verdict = _verdict(one, found, least)
    say = phrases.words.say
    words = {"share": whole_percent(one.share), "step": phrases.verb(one.name),
             "rest": whole_percent(1 - one.share), **_both(phrases, gap, one)}  # fmt: skip
    sure = isfinite(one.share_low)
    if sure:
        words |= {"low": whole_percent(one.share_low), "high": whole_percent(one.share_high)}
    key = "offer" if offer else "steps"
    return cause_of(
        gap, kind, verdict, period=asked.period,
        measure="risk_ratio", estimate=one.ratio, share=one.share, at=f"step={one.name}",
        steps=tuple(_step(phrases, step) for step in found.steps), in_places=in_places,
        sentence=say(f"cause.{key}.{verdict if sure else 'unsure'}", **words),
        evidence=(
            *([say("cause.steps.interval", **words)] if sure else []),
            *(_line(phrases, gap, step, first=not at) for at, step in enumerate(found.steps)),
            say("cause.steps.whole", ratio=significant(found.ratio, 4),
                product=" × ".join(significant(step.ratio, 4) for step in found.steps)),
        ),
        hypothesis=hypothesis_of(phrases, kind, f"cause.{key}.", words),
        caveats=(say("cause.steps.logarithms"), say("cause.steps.chosen"),
                 say("caveats.not_cause")),
    )  # fmt: skip


def _verdict(step: Step, found: Chain, least: float) -> Verdict:
    """Whether a step has so much of a gap, and surely some; or that, of what is most, no step has.

    A step that has most must surely have much.
    """
    if step.share >= least and step.share_low > (0 if least == MUCH else MUCH):
        return "supported"
    rivals = (step,) if least == MUCH else found.steps
    return "refuted" if all(one.share_high < least for one in rivals) else "doubtful"


def _line(phrases: Phrases, gap: Finding, step: Step, *, first: bool) -> str:
    return phrases.words.say(
        "cause.steps.first" if first else "cause.steps.later",
        step=phrases.verb(step.name), **_both(phrases, gap, step),
        ratio=significant(step.ratio, 4), share=whole_percent(step.share),
    )  # fmt: skip


def _both(phrases: Phrases, gap: Finding, step: Step) -> dict[str, str]:
    """Of each group, how many of those who came to a step went on."""
    mine, theirs = of_so_many(
        phrases.words, *(went / came for went, came in zip(step.went, step.came, strict=True))
    )
    return {
        "mine": mine, "theirs": theirs, "group": phrases.group(gap.group),
        "others": phrases.group(gap.reference),
    }  # fmt: skip


def _step(phrases: Phrases, step: Step) -> GapStep:
    return GapStep(
        step.name, phrases.title(step.name), step.came, step.went, step.ratio, step.low, step.high,
        step.share, step.share_low, step.share_high,
    )  # fmt: skip
