"""What an audit's folder or a released copy knows, asked for series: one face for both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from eachchild.findings import Phrases
from eachchild.plan import COMPLEMENT, OVERALL
from eachchild.progress.model import Series
from eachchild.progress.series import by_years, minus
from eachchild.terms.outcomes import Outcome, built_in

EVERYWHERE_PLACE, INTERNAL = "all", "internal"
_BY_DAYS = ("absence_percent", "absence_share")
# What months count of an outcome, or of a column that a mean is of.
MONTHLY_OF: Mapping[str, str] = MappingProxyType(
    {
        "oss_any": "oss", "iss_any": "iss", "referred": "referred", "days_lost": "lost",
        "absence_rate": "absent", "absence_percent": "absent", "absence_share": "absent",
    }
)  # fmt: skip


class Counted(Protocol):
    """Where counts come from. A group is written `race=black`; the empty text is everybody.

    `by` names the factors whose breakdown answers for everybody: two breakdowns of published
    counts need not cover the same students.
    """

    def yearly(self, outcome: Outcome, group: str, place: str, by: Sequence[str]) -> Series | None:
        """The counts of each school year; None where no breakdown answers."""

    def monthly(self, measure: str, group: str, place: str, by: Sequence[str]) -> Series | None:
        """The counts of each month; None where months were not counted."""

    def schools(self) -> tuple[str, ...]:
        """The places that can be told apart, as `school:ID`."""


@dataclass(frozen=True, slots=True)
class Audited:
    """An audit as progress sees it: its outcomes, findings and counts, for one audience."""

    audience: str
    phrases: Phrases
    periods: tuple[str, ...]
    outcomes: Mapping[str, Outcome]
    findings: tuple[Mapping[str, Any], ...]
    screens: Mapping[str, str]  # of a finding, where the platform shows it
    places: Mapping[str, str]  # names
    values: Mapping[str, tuple[str, ...]]  # of each factor; empty where the folder does not say
    first_month: int  # in which a school year begins
    counted: Counted

    def yearly(self, outcome: str, group: str, place: str, *, of: str = "") -> Series | None:
        """A group's school years; `of` is whose complement it is, where it is one.

        None where the outcome is a mean that is no count of anything, as a grade point average.
        """
        asked = self.outcomes[outcome]
        if asked.mean in _BY_DAYS:
            months = self.monthly(MONTHLY_OF[asked.mean], group, place, of=of)
            return None if months is None else by_years(months, self.periods)
        if asked.mean not in (None, "oss_days"):
            return None

        def ask(group: str) -> Series | None:
            return self.counted.yearly(asked, group, place, _factors(of or group))

        return _of_whom(ask, group, of)

    def monthly(self, measure: str, group: str, place: str, *, of: str = "") -> Series | None:
        """A group's months by what was counted in them (`cube.months.MEASURES`)."""

        def ask(group: str) -> Series | None:
            return self.counted.monthly(measure, group, place, _factors(of or group))

        return _of_whom(ask, group, of)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is hidden: what is not there was not asked, so a goal is mistaken."""
        return self.audience == INTERNAL

    def month_measure(self, outcome: str) -> str:
        """What is counted of an outcome in months; empty where nothing is.

        The plan's own outcome of a name that comes with us may count something else.
        """
        asked, usual = self.outcomes[outcome], built_in().get(outcome)
        if usual is None or asked.event_text != usual.event_text:
            return ""
        if asked.population_text != usual.population_text:
            return ""
        return MONTHLY_OF.get(outcome, "")


def _of_whom(ask: Callable[[str], Series | None], group: str, of: str) -> Series | None:
    if group == OVERALL:
        return ask("")
    if group != COMPLEMENT:
        return ask(group)
    whole, part = ask(""), ask(of)
    return None if whole is None or part is None else minus(whole, part)


def _factors(group: str) -> tuple[str, ...]:
    return tuple(part.partition("=")[0] for part in group.split(";") if part)
