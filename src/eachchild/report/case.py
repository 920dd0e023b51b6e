"""One outcome with all that its section is made from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from eachchild.findings.model import Finding
from eachchild.release.types import FactorCard, OutcomeCard, Released
from eachchild.report.hidden import InPlace, in_place
from eachchild.report.lookup import Cell, Lookup
from eachchild.report.names import Names
from eachchild.terms.years import ALL

COMPOSITION = "composition"
_FIRST = {"gap": 0}  # a gap titles a picture before anything else that was found


@dataclass(frozen=True, slots=True)
class Case:
    """An outcome, the period its pictures show, and where its numbers are looked up."""

    released: Released
    names: Names
    lookup: Lookup
    card: OutcomeCard
    periods: tuple[str, ...]  # those with a number, in order
    findings: tuple[Finding, ...]  # of this outcome, best first

    @property
    def period(self) -> str:
        """The latest period with a number."""
        return self.periods[-1] if self.periods else self.released.periods[-1]

    @property
    def measure(self) -> str:
        """What the outcome is told in."""
        return "rate" if self.card.is_rate else "mean"

    def cell(self, group: str, measure: str = "", *, reference: str = "") -> Cell | None:
        """A row of this outcome in its period."""
        return self.lookup.cell(
            self.card.name,
            group,
            measure or self.measure,
            period=self.period,
            reference=reference,
        )

    def in_place(self, cell: Cell, group: str, *, period: str = "") -> InPlace | None:
        """What stands in the place of a hidden number; None where none is hidden."""
        hidden = self.released.hidden
        if hidden is None or cell.is_reported:
            return None
        found = hidden.nearest.get((self.card.name, group, period or self.period))
        return None if found is None else in_place(self.names, found)

    def absent(self, cell: Cell, group: str, *, period: str = "") -> str:
        """Why a number is not there, and in a released copy the nearest that may be shown."""
        found = self.in_place(cell, group, period=period)
        if found is None or not found.phrase:
            return self.names.state(cell.state)
        return self.names.say("nearest.hidden", nearest=found.phrase)

    def reference(self, factor: FactorCard) -> str:
        """Whom the plan compares a factor's groups with, as rows name it."""
        if factor.reference in ("complement", "overall"):
            return factor.reference
        return f"{factor.id}={factor.reference}"

    def about(self, groups: Iterable[str], *, alone: bool = False) -> Finding | None:
        """The finding that a picture of these groups shows: a gap where there is one.

        `alone` leaves out findings that are folded under another.
        """
        wanted = set(groups)
        found = [
            f
            for f in self.findings
            if f.kind == "gap"
            and f.place == "all"
            and f.group in wanted
            and not (alone and f.parent)
        ]
        return min(found, key=lambda f: (_FIRST.get(f.verdict, 1), f.rank), default=None)

    def of(self, finding: Finding | None) -> "Case":
        """The same outcome in the years a finding speaks of: pooled where one could not tell."""
        if finding is None or finding.period != ALL:
            return self
        return replace(self, periods=(ALL,))

    def verdict(self, group: str) -> str:
        """What was found of one group; empty where nothing was said."""
        found = self.about((group,))
        return found.verdict if found else ""


def cases(released: Released, names: Names) -> tuple[Case, ...]:
    """One case an outcome, in the plan's order."""
    lookup = Lookup(released.measures)
    return tuple(
        Case(
            released,
            names,
            lookup,
            card,
            _periods(lookup, card, released.periods),
            tuple(f for f in released.findings if f.outcome == card.name),
        )
        for card in released.outcomes
    )


def _periods(lookup: Lookup, card: OutcomeCard, periods: Sequence[str]) -> tuple[str, ...]:
    measures = ("rate" if card.is_rate else "mean", "count")
    single = [p for p in periods if p != ALL] or [ALL]
    return tuple(
        p
        for p in sorted(single)
        if any(
            cell is not None and cell.is_reported
            for m in measures
            for cell in (lookup.cell(card.name, "", m, period=p),)
        )
    )
