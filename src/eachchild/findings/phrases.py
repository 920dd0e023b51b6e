"""How findings name groups, outcomes and numbers, from the catalogue of the plan's language."""

from dataclasses import dataclass

from eachchild.plan import COMPLEMENT, OVERALL, Plan
from eachchild.terms.catalogue import Words, words
from eachchild.terms.factors import NOT_REPORTED, OVERLAP_PREFIX, Group
from eachchild.terms.numerals import count, significant
from eachchild.terms.outcomes import Outcome, built_in

_NOUN_FACTORS = ("sex", "gender")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Names in the words of one plan: the district's own labels come before the catalogue's."""

    words: Words
    titles: dict[str, str]
    verbs: dict[str, str]

    def group(self, text: str) -> str:
        """A group as a sentence names it.

        >>> from eachchild.terms.catalogue import words
        >>> phrases = Phrases(words("en"), {}, {})
        >>> phrases.group("race=black;sex=male;idea=yes")
        'Black boys with disabilities (IDEA)'
        >>> phrases.group("race=black"), phrases.group("complement")
        ('Black students', 'all other students')
        """
        if text in (COMPLEMENT, OVERALL, ""):
            return self.words.say(f"group.{text or 'everybody'}")
        parts = Group.parse(text).parts
        if len(parts) == 1:
            return self._one(*parts[0])
        return self._crossing(dict(parts))

    def title(self, outcome: str) -> str:
        """An outcome as a heading names it."""
        key = f"outcome.{outcome}.title"
        if outcome in self.titles or not self.words.has(key):
            return self.titles.get(outcome) or title_of(outcome.replace("_", " "))
        return self.words.say(key)

    def verb(self, outcome: str) -> str:
        """What happened to students: `were suspended out of school`."""
        key = f"outcome.{outcome}.verb"
        if outcome in self.verbs or not self.words.has(key):
            name = outcome.replace("_", " ")
            return self.verbs.get(outcome) or self.words.say("outcome.unlabeled.verb", name=name)
        return self.words.say(key)

    def counted(self, outcome: Outcome) -> str:
        """Who and what an outcome counts, in words; the plan's own outcomes by their label."""
        standard = built_in().get(outcome.name)
        asked = (outcome.event_text, outcome.population_text)
        if standard is not None and (standard.event_text, standard.population_text) == asked:
            return self.words.say(f"outcome.{outcome.name}.counted")
        if not outcome.is_rate:
            return self.words.say("counted.own_mean", title=self.title(outcome.name))
        return self.words.say("counted.own", verb=self.verb(outcome.name))

    def unit(self, outcome: str) -> str:
        """The unit of a mean; empty where the catalogue has none."""
        key = f"outcome.{outcome}.unit"
        return self.words.say(key) if self.words.has(key) else ""

    def factor(self, factor: str) -> str:
        """A factor as a heading names it."""
        key = f"factor.{factor}"
        return (
            self.words.say(key) if self.words.has(key) else sentence_case(factor.replace("_", " "))
        )

    def inline(self, factor: str) -> str:
        """A factor in the middle of a sentence."""
        key = f"inline.{factor}"
        if self.words.has(key):
            return self.words.say(key)
        name = self.factor(factor)
        return name[:1].lower() + name[1:]

    def _one(self, factor: str, value: str) -> str:
        key = f"group.{factor}.{value}"
        if self.words.has(key):
            return self.words.say(key)
        if factor.startswith(OVERLAP_PREFIX):
            race = self._race(factor.removeprefix(f"{OVERLAP_PREFIX}_"))
            return self.words.say(f"group.any.{value}", race=race)
        shown = "not reported" if value == NOT_REPORTED else value.replace("_", " ")
        return self.words.say("group.own", factor=self.inline(factor), value=shown)

    def _race(self, race: str) -> str:
        return self.words.text(f"cross.race.{race}").replace("{}", "").strip()

    def _crossing(self, parts: dict[str, str]) -> str:
        noun = self.words.say("group.noun")
        for factor in _NOUN_FACTORS:
            if factor in parts:
                noun = self._one(factor, parts.pop(factor))
        for factor, value in parts.items():
            key = f"cross.{factor}.{value}"
            if self.words.has(key):
                noun = self.words.text(key).format(noun)
            else:
                shown = value.replace("_", " ")
                noun = self.words.say(
                    "cross.own", noun=noun, factor=self.inline(factor), value=shown
                )
        return noun


def phrases_of(plan: Plan) -> Phrases:
    """The phrases of a plan's language, with its outcomes' own labels."""
    own = [o for o in plan.outcomes if o.label]
    return Phrases(
        words(plan.language, plan.labels),
        {o.name: title_of(o.label) for o in own},
        {o.name: o.label for o in own},
    )


def sentence_case(text: str) -> str:
    """The text with a capital first letter, the rest as it is.

    >>> sentence_case("girls with disabilities (IDEA)")
    'Girls with disabilities (IDEA)'
    """
    return text[:1].upper() + text[1:]


def title_of(label: str) -> str:
    """A heading from a label that completes "Black students …".

    >>> title_of("were in the top two fifths"), title_of("had a grade point average")
    ('In the top two fifths', 'Grade point average')
    """
    for start in ("were ", "had a ", "had an ", "had "):
        if label.startswith(start):
            return sentence_case(label.removeprefix(start))
    return sentence_case(label)


def of_so_many(rate: float, *others: float) -> tuple[str, ...]:
    """Rates as people: of 100 students, or of as many as a small rate needs.

    >>> of_so_many(0.12283, 0.0373)
    ('12 of 100', '3.7 of 100')
    >>> of_so_many(0.0021, 0.0004)
    ('21 of 10,000', '4 of 10,000')
    """
    least = min((r for r in (rate, *others) if r > 0), default=0.0)
    base = next((b for b in (100, 1_000, 10_000) if least * b >= 1), 100_000)
    return tuple(f"{_people(r * base)} of {count(base)}" for r in (rate, *others))


def _people(number: float) -> str:
    return count(round(number)) if number >= 10 else significant(number).removesuffix(".0")
