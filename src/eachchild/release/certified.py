"""Totals somebody certified beside ours, and the likeliest reason they differ."""

from collections.abc import Sequence

from eachchild.cube import Recount
from eachchild.findings.phrases import Phrases
from eachchild.release.types import CertifiedCheck
from eachchild.terms.numerals import count
from eachchild.terms.said import sentence_case


def certified_checks(phrases: Phrases, recounts: Sequence[Recount]) -> tuple[CertifiedCheck, ...]:
    """One check a certified total; the reason is the rule that comes nearest, if one comes near."""
    return tuple(_check(phrases, r) for r in recounts)


def _check(phrases: Phrases, found: Recount) -> CertifiedCheck:
    theirs, ours = found.certified.value, found.ours
    return CertifiedCheck(
        found.certified.name,
        found.certified.rule,
        theirs,
        ours,
        ours - theirs,
        sentence_case(_reason(phrases, found)),
    )


def _reason(phrases: Phrases, found: Recount) -> str:
    say = phrases.words.say
    theirs, ours = found.certified.value, found.ours
    if ours == theirs:
        return say("certified.same")
    gap = abs(ours - theirs)
    near = sorted((abs(number - theirs), rule) for rule, number in found.others.items())
    # A rule is named only where it closes at least half of the difference.
    if not near or near[0][0] > gap / 2:
        return say("certified.unknown")
    rule = near[0][1]
    return say(f"certified.{rule}", number=count(found.others[rule]))
