"""How progress names rates, times and groups, in the catalogue's words."""

from dataclasses import dataclass

from eachchild.findings import Phrases
from eachchild.progress.model import Series
from eachchild.terms.numerals import percent, significant
from eachchild.terms.outcomes import Outcome
from eachchild.terms.said import points, sentence_case


@dataclass(frozen=True, slots=True)
class Say:
    """The words of one outcome, of a group and of those it is compared with."""

    phrases: Phrases
    outcome: Outcome
    group: str
    reference: str

    def say(self, key: str, **values: object) -> str:
        """A sentence with this comparison's groups in it."""
        named = {"group": self.named(self.group), "others": self.named(self.reference)}
        return sentence_case(self.phrases.words.say(key, **(named | values)))

    def named(self, group: str) -> str:
        """A group as a sentence names it."""
        return self.phrases.group(group)

    @property
    def is_share(self) -> bool:
        """Whether a rate reads as a percentage: of students, or of their days."""
        return self.outcome.is_rate or self.outcome.mean != "oss_days"

    def rate(self, value: float) -> str:
        """A rate as a reader meets it."""
        return percent(value) if self.is_share else significant(value * self.outcome.per)

    def difference(self, value: float) -> str:
        """A difference of rates without its sign."""
        if self.is_share:
            return points(self.phrases.words, value)
        return significant(abs(value) * self.outcome.per)

    def signed(self, value: float) -> str:
        """The same with it."""
        sign = "−" if value < 0 else "+" if value > 0 else ""
        return f"{sign}{self.difference(value)}"

    def did(self, value: float) -> str:
        """What schools did, with its rate: `schools suspended 7.1 % of Black students …`."""
        words, group = self.phrases.words, self.named(self.group)
        key = f"progress.did.{self.outcome.name}"
        if words.has(key) and self.outcome.name not in self.phrases.verbs:
            return words.say(key, rate=self.rate(value), group=group)
        verb = self.phrases.verb(self.outcome.name)
        return words.say("progress.did.own", rate=self.rate(value), group=group, verb=verb)

    def time(self, label: str) -> str:
        """A month by its name, a school year as it is."""
        if is_month(label):
            return self.phrases.words.say(f"progress.month.{label[5:]}", year=label[:4])
        return label

    def by(self, label: str) -> str:
        """Until when something could be seen: a month, or the end of a school year."""
        key = "progress.when.by_month" if is_month(label) else "progress.when.by_year"
        return self.phrases.words.say(key, period=self.time(label))

    def when(self, first: str, last: str) -> str:
        """The time a rate is about."""
        if is_month(first):
            key = "progress.when.in_month" if first == last else "progress.when.since_month"
        else:
            key = "progress.when.in_year" if first == last else "progress.when.since_year"
        return self.phrases.words.say(key, period=self.time(first))

    def counted(self, number: int, monthly: bool) -> str:
        """How much is counted so far, inside a sentence."""
        if number == 0:
            return self.phrases.words.say("progress.counted.none")
        if monthly:
            key = "progress.counted.month" if number == 1 else "progress.counted.months"
        else:
            key = "progress.counted.year" if number == 1 else "progress.counted.years"
        return self.phrases.words.say(key, n=number)

    def measure(self, name: str) -> str:
        """A balancing measure by its name."""
        key = f"progress.beside.{name}"
        words = self.phrases.words
        return words.say(key) if words.has(key) else self.phrases.title(name)


def is_month(label: str) -> bool:
    """Whether a label is a month, `2025-09`, and not a school year, `2025-26`.

    >>> is_month("2025-09"), is_month("2011-12"), is_month("2025-26")
    (True, False, False)
    """
    first, second = int(label[:4]), int(label[5:7])
    return 1 <= second <= 12 and second != (first + 1) % 100


def short_month(phrases: Phrases, number: int) -> str:
    """A month on an axis."""
    return phrases.words.say(f"progress.short.{number:02d}")


def last_known(series: Series) -> str:
    """The label of the last entry that is known; empty where none is."""
    known = [label for label, k in zip(series.label, series.known, strict=True) if k]
    return known[-1] if known else ""
