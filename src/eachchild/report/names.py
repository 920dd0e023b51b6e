"""Names and numbers as the pages of one audit write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from eachchild.release.types import FactorCard, OutcomeCard, Released
from eachchild.terms.catalogue import Words, words
from eachchild.terms.factors import Group
from eachchild.terms.numerals import percent, significant
from eachchild.terms.said import as_label, points, sentence_case
from eachchild.terms.states import State
from eachchild.terms.years import ALL


@dataclass(frozen=True, slots=True)
class Names:
    """What groups, outcomes and places are called; every word is the catalogue's or the plan's."""

    words: Words
    outcomes: Mapping[str, OutcomeCard]
    factors: Mapping[str, FactorCard]
    places: Mapping[str, str]

    def say(self, key: str, /, **values: object) -> str:
        """A sentence of the report's part of the catalogue."""
        return self.words.say(f"report.{key}", **values)

    def state(self, state: State) -> str:
        """Why a number is not there."""
        return self.words.say(f"state.{state}")

    def group(self, text: str) -> str:
        """A group as a label: the crossing's parts one after the other."""
        if text in ("", "complement", "overall"):
            return self.words.say(f"group.{text or 'everybody'}")
        return ", ".join(self._one(f, value) for f, value in Group.parse(text).parts)

    def is_group(self, text: str) -> bool:
        """Whether a text is how a group is written, not what it is called: a label may have `=`."""
        parts = Group.parse(text).parts if "=" in text else ()
        known = (f in self.factors and value in self.factors[f].groups for f, value in parts)
        return bool(parts) and all(known)

    def _one(self, factor: str, value: str) -> str:
        label, key = self.factors[factor].groups[value], f"group.{factor}.{value}"
        said = self.words.say(key) if self.words.has(key) else label
        # The catalogue knows how a group reads within a sentence; a district's own label stands.
        return said if sentence_case(said) == sentence_case(label) else label

    def label(self, text: str) -> str:
        """A group at the beginning of a line."""
        return as_label(self.words, self.group(text))

    def factor(self, factor: str) -> str:
        """A factor as a heading names it."""
        return self.factors[factor].label

    def period(self, period: str) -> str:
        """A year, or all of them together."""
        return self.say("period.all") if period == ALL else period

    def place(self, place: str) -> str:
        """A school or district by its name, or its id where it has none."""
        return self.places.get(place) or place.partition(":")[2]


def names_of(released: Released) -> Names:
    """The names one audit uses."""
    return Names(
        words(released.language, released.labels),
        MappingProxyType({o.name: o for o in released.outcomes}),
        MappingProxyType({f.id: f for f in released.factors}),
        released.place_names,
    )


def shown(card: OutcomeCard, value: float) -> str:
    """A rate or a mean in a mark or sentence: two significant digits, without its unit."""
    return percent(value) if card.is_rate else _scaled(card, value)


def exact(card: OutcomeCard, value: float) -> str:
    """A rate or a mean on demand: five significant digits, the unit left to the heading."""
    if card.is_rate:
        return f"{significant(100 * value, 4)} %"
    return significant(value * card.per, 4)


def with_unit(card: OutcomeCard, value: float) -> str:
    """A rate or a mean as a whole phrase."""
    return shown(card, value) if card.is_rate else f"{_scaled(card, value)} {card.unit}".strip()


def signed(names: Names, card: OutcomeCard, difference: float) -> str:
    """A difference of two rates or means with its sign; a true minus, not a hyphen."""
    sign = "+" if difference > 0 else "−" if difference < 0 else ""
    size = points(names.words, difference) if card.is_rate else _scaled(card, abs(difference))
    return sign + size


def _scaled(card: OutcomeCard, value: float) -> str:
    number = value * card.per
    return significant(number, 3 if abs(number) >= 1 and card.per == 1 else 2)
