"""How findings name groups, outcomes and numbers, from the catalogue of the plan's language."""

from dataclasses import dataclass

from eachchild.plan import COMPLEMENT, OVERALL, Plan
from eachchild.terms.catalogue import Words, words
from eachchild.terms.factors import NOT_REPORTED, OVERLAP_PREFIX, Group
from eachchild.terms.outcomes import Outcome, built_in
from eachchild.terms.said import sentence_case

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
            return self.titles.get(outcome) or title_of(self.words, outcome.replace("_", " "))
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
        if _is_built_in(outcome):
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
        known = value != NOT_REPORTED
        shown = value.replace("_", " ") if known else self.words.say("group.unknown")
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


def phrases_of(plan: Plan, language: str = "") -> Phrases:
    """The phrases of a plan's language, with its outcomes' own labels; or those of another.

    A plan's labels are in the plan's own language. In another the catalogue's words come first, and
    a label that it has no word for is quoted.
    """
    own, said = [o for o in plan.outcomes if o.label], words(plan.language, plan.labels)
    titles = {o.name: title_of(said, o.label) for o in own}
    if language in ("", plan.language):
        return Phrases(said, titles, {o.name: o.label for o in own})
    other = words(language)
    own_words = {k: v for k, v in plan.labels.items() if k not in other.sentences}
    unknown = [o for o in own if not other.has(f"outcome.{o.name}.verb")]
    quoted = {
        o.name: other.say("outcome.unlabeled.verb", name=titles[o.name]) for o in unknown
    }  # fmt: skip
    return Phrases(
        words(language, own_words), {o.name: titles[o.name] for o in unknown}, quoted
    )  # fmt: skip


def _is_built_in(outcome: Outcome) -> bool:
    """Whether an outcome asks what the one of its name that comes with us does."""
    standard = built_in().get(outcome.name)
    asked = (outcome.event_text, outcome.population_text)
    return standard is not None and (standard.event_text, standard.population_text) == asked


def title_of(said: Words, label: str) -> str:
    """A heading from a label that completes "Black students …".

    >>> english = words("en")
    >>> title_of(english, "were in the top two fifths"), title_of(english, "had an average")
    ('In the top two fifths', 'Average')
    >>> title_of(words("es"), "recibieron una advertencia")
    'Advertencia'
    """
    starts = (start for start in said.each("grammar.starts") if label.startswith(start))
    return sentence_case(label.removeprefix(next(starts, "")))
