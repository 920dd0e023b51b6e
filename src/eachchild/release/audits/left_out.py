"""The tables that a released copy leaves out, and what is shown in their place, in words."""

from collections.abc import Iterable, Mapping

from eachchild.findings import Phrases
from eachchild.plan import Plan
from eachchild.release.audits.choose import AuditDecision
from eachchild.release.audits.entry_counts import OFFER
from eachchild.release.audits.stepwise import ALL
from eachchild.release.published import SCORE
from eachchild.terms.catalogue import ENGLISH, words
from eachchild.terms.said import meant

_LEVELS = ("school", "district", "state")
_NAMED = 2  # outcomes by which students are named
_WHY = "left_out.why."  # a reason that the release gives in English, by its key
_AND = " and "
_WITH = " × "  # between the factors of a crossing, which no name has


def left_out_in_words(
    found: AuditDecision, plan: Plan, phrases: Phrases
) -> tuple[tuple[str, str], ...]:
    """What was left out, outcome by outcome, and what stands in its place or why.

    As in ("Chronic absence, 2024-25, by race and ethnicity with school, with sex", "shown by race
    and ethnicity").
    """
    words = _Words(plan, phrases, found.released)
    shown: dict[tuple[str, str], list[str]] = {}
    for table in found.decision.publication.tables:
        where, by = words.told_apart(table.name)
        shown.setdefault(where, []).append(by)
    left: dict[tuple[str, str], list[str]] = {}
    said: list[tuple[str, str]] = []
    for name, why in found.left_out:
        where, by = words.told_apart(name)
        if by:
            left.setdefault(where, []).append(by)
        else:
            said.append((", ".join(where), words.plainly(why)))
    for where, missing in left.items():
        stands = [_side(by) if by in missing else by for by in shown.get(where, ())]
        said.append((f"{', '.join(where)}, {words.together(missing)}", words.in_place(stands)))
    return tuple(dict.fromkeys(said))


def _side(by: str) -> str:
    """What still stands of a table that gave way: its other side by itself."""
    return by.partition(_WITH)[2] or by


class _Words:
    """Tables as pages name them."""

    def __init__(
        self, plan: Plan, phrases: Phrases, released: Mapping[str, Mapping[str, str]]
    ) -> None:
        said = phrases.words
        self._titles = {o.name: phrases.title(o.name) for o in plan.outcomes}
        self._factors = {level: said.say(f"cause.level.{level}.one") for level in _LEVELS} | {
            i.factor.id: phrases.inline(i.factor.id) for i in plan.identity
        }
        self._factors |= {SCORE: said.say("left_out.score"), OFFER: said.say("left_out.offer")}
        self._released = released
        self._words = said

    def told_apart(self, table: str) -> tuple[tuple[str, str], str]:
        """Whom a table counts, of which period, and what it tells apart."""
        told_apart, _, of = table.rpartition(", ")
        period, students = of.rsplit(" ", 1) if " " in of else (of, "")
        first, *others = told_apart.split(" by ")
        if first not in self._titles:
            first, others = "", [first, *others]
        what = self._titles[first] if first else self._asked(period, students)
        by = _WITH.join(self._factors.get(part, part) for part in others if part != ALL)
        return (what, period), by

    def _asked(self, period: str, students: str) -> str:
        """Some students, by what they are asked about."""
        year = period.rpartition(" + ")[2]
        titles = [self._titles[outcome] for outcome, periods in self._released.items()
                  if periods.get(year) == students]  # fmt: skip
        if not titles:
            return self._words.say("left_out.students")
        named, more = ", ".join(titles[:_NAMED]), len(titles) - _NAMED
        if more > 0:
            return self._words.say("left_out.asked_more", outcomes=named, more=more)
        return self._words.say("left_out.asked", outcomes=named)

    def plainly(self, why: str) -> str:
        """A reason in the reader's words, with outcomes as pages name them."""
        why = why.rstrip(".")
        found = meant(_WHY, why)
        if found is not None:
            key, blank = found
            return self._words.say(key, **{k: self._others(v) for k, v in blank.items()})
        if self._words.language == ENGLISH:
            return " ".join(self._titles.get(word, word) for word in why.split())
        return self._words.say("left_out.why.unproved")

    def _others(self, named: str) -> str:
        """The outcomes that another follows from; none where it follows from students alone."""
        titles = [self._titles.get(one, one) for one in named.split(_AND)]
        if titles == [words(ENGLISH).say("left_out.all_there")]:
            return self._words.say("left_out.all_there")
        return self._words.say("report.places.and").join(titles)

    def in_place(self, stands: Iterable[str]) -> str:
        """The tables that stand where others were left out."""
        ways = self.together(stands)
        if not ways:
            return self._words.say("left_out.not_shown")
        return self._words.say("left_out.shown", ways=ways)

    def together(self, all_by: Iterable[str]) -> str:
        """Crossings of one factor said once: "by race alone, with sex, with school"."""
        found: dict[str, list[str]] = {}
        for by in dict.fromkeys(all_by):
            first, _, other = by.partition(_WITH)
            way = self._words.say("left_out.with", other=other) if other else ""
            found.setdefault(first, []).append(way)
        return "; ".join(self._ways(first, ways) for first, ways in found.items())

    def _ways(self, first: str, ways: list[str]) -> str:
        if not first:
            return self._words.say("left_out.all")
        if ways == [""]:
            return self._words.say("left_out.by", first=first)
        alone = self._words.say("left_out.alone")
        return self._words.say(
            "left_out.by_with", first=first, ways=", ".join(way or alone for way in ways)
        )
