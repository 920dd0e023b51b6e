"""Identity factors: what a district's records say of who a student is, as stable strings.

Values follow the federal collection (Civil Rights Data Collection; EDFacts). A factor is either a
`partition` (each student has exactly one value, `not_reported` included) or an `overlap` (yes or
no for one category among several that a student may have together: race in combination, types of
disability). An overlap is compared with its own complement only: never crossed, stacked or summed.

Country of birth and nationality are asked only where a plan names them, and told for the district
as a whole, never crossed and never by school. Immigration status is never asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

NOT_REPORTED = "not_reported"
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Factor:
    """One identity factor with its values in the order a reader expects."""

    id: str
    values: tuple[str, ...]
    overlap: bool = False
    source: str = ""
    whole: bool = False  # told for all places together alone

    @property
    def alone(self) -> bool:
        """Never crossed with another factor."""
        return self.overlap or self.whole

    @property
    def all_values(self) -> tuple[str, ...]:
        """Every value a cell can have: what was reported, then `not_reported`."""
        return (*self.values, NOT_REPORTED)


FEDERAL_RACES = ("native", "asian", "black", "hispanic", "pacific", "white", "two_or_more")
_CRDC = "Civil Rights Data Collection 2021-22, data element definitions"
_GUIDANCE_2007 = "72 FR 59266 (2007), final guidance on race and ethnicity data"
_YES_NO = (YES, NO)

_BUILT_IN = (
    Factor("race", FEDERAL_RACES, source=_GUIDANCE_2007),
    Factor("sex", ("female", "male", "nonbinary"), source=_CRDC),
    Factor("gender", ("girl", "boy", "nonbinary", "another"), source="as the district records it"),
    Factor("idea", _YES_NO, source="IDEA, 20 USC 1401(3)"),
    Factor("section504", _YES_NO, source="Rehabilitation Act, 29 USC 794"),
    Factor("el", _YES_NO, source="ESEA, 20 USC 7801(20): English learner now"),
    # Those who succeed leave the group, so "now" alone makes it look as if nobody ever does.
    Factor("el_ever", ("now", "former", "never"), source="ESEA, 20 USC 6311(b)(3)(B)"),
    Factor("language", ("english", "spanish", "other"), source="home language survey"),
    Factor("frl", _YES_NO, source="National School Lunch Act, 42 USC 1758(b)"),
    Factor("homeless", _YES_NO, source="McKinney-Vento Act, 42 USC 11434a(2)"),
    Factor("foster", _YES_NO, source="ESEA, 20 USC 6311(g)(1)(E)"),
    Factor("migrant", _YES_NO, source="ESEA, 20 USC 6399(3)"),
)
FACTORS: Mapping[str, Factor] = MappingProxyType({f.id: f for f in _BUILT_IN})

# Overlapping factors are named for the column they ask: `race_any=black` is a student whose
# record names Black, alone or with others.
OVERLAP_PREFIX = "race_any"
ANY_RACES = tuple(r for r in FEDERAL_RACES if r != "two_or_more")


# A school's few students from one country are soon known by name.
WHOLE_ONLY = ("birth_country", "nationality")
_STATUS = ("immigra", "citizen", "undocumented", "visa", "refugee", "asylum")


def own_factor(name: str, values: tuple[str, ...], source: str, *, overlap: bool = False) -> Factor:
    """A factor of the district's own, or one told only for the district as a whole.

    >>> own_factor("nationality", ("mexican", "filipino"), "").whole
    True

    Raises ValueError for immigration status, which no audit asks (Plyler v. Doe, 457 US 202).
    """
    if any(word in name.lower() for word in _STATUS):
        raise ValueError(
            f"'{name}' asks for immigration status, which EachChild never reads. Take it out of "
            "the plan; birth_country and nationality can be told for the district as a whole."
        )
    return Factor(name, values, overlap, source, whole=name in WHOLE_ONLY)


def any_race(race: str) -> Factor:
    """The yes-or-no factor of one race alone or in combination.

    >>> any_race("black").id
    'race_any_black'
    """
    return Factor(f"{OVERLAP_PREFIX}_{race}", _YES_NO, overlap=True, source=_GUIDANCE_2007)


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """Students who share one value of each named factor; the empty group is everybody.

    >>> str(Group((("race", "black"), ("sex", "female"))))
    'race=black;sex=female'
    """

    parts: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return ";".join(f"{factor}={value}" for factor, value in self.parts)

    @classmethod
    def parse(cls, text: str) -> "Group":
        """Read the written form back.

        >>> Group.parse("race=black").parts
        (('race', 'black'),)
        """
        return cls(tuple((f, v) for f, _, v in (p.partition("=") for p in text.split(";") if p)))

    @property
    def factors(self) -> tuple[str, ...]:
        """The factors named, in order."""
        return tuple(factor for factor, _ in self.parts)
