"""The worlds that can be made. A world is data: to add one, declare it here."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from eachchild.worlds.learning import FIRST_WITH_AP, FIRST_WITH_MARKS
from eachchild.worlds.model import GRADES, BySchool, Effect, Mix, Rate, Status, World

_SECONDARY = tuple(range(FIRST_WITH_MARKS, len(GRADES)))
_UPPER = tuple(range(FIRST_WITH_AP, len(GRADES)))
_RATES = (
    Rate("chronic_absence", (0.150, 0.155, 0.205), trait=0.5),
    Rate("minor", (0.080, 0.180, 0.160), trait=0.4, exposed=True),
    Rate("iss_any", (0.020, 0.075, 0.060), trait=0.4, exposed=True),
    Rate("oss_any", (0.012, 0.048, 0.046), trait=0.4, exposed=True),
    Rate("expelled", (0.0001, 0.0012, 0.0018), exposed=True),
    Rate("police_referral", (0.0003, 0.0040, 0.0060), exposed=True),
    Rate("gifted", (0.085, 0.095, 0.080)),
    Rate("honors", (0.0, 0.240, 0.260), grades=_SECONDARY),
    Rate("ap", (0.0, 0.0, 0.260), grades=_UPPER),
    Rate("proficient", (0.480, 0.460, 0.440), grades=(3, 4, 5, 6, 7, 8, 11), schools=0.3),
    Rate("marks", (0.0, 0.600, 0.600), grades=_SECONDARY, trait=-0.2),
    Rate("course_failure", (0.0, 0.170, 0.170), grades=_SECONDARY, schools=0.0),
    Rate("graduated", (0.0, 0.0, 0.900), grades=(12,), trait=-0.2),
    Rate("retained", (0.020, 0.020, 0.020), grades=tuple(range(12)), schools=0.0),
    Rate("support", (0.140, 0.110, 0.080)),
)
# No trait and equal answers to school effects: nothing but the school and the grade tells a rate.
_NULL_RATES = tuple(replace(r, schools=1.0, trait=0.0) for r in _RATES)

_RACES = {
    "native": 0.010, "asian": 0.060, "black": 0.180, "hispanic": 0.300, "pacific": 0.005,
    "white": 0.385, "two_or_more": 0.048, "not_reported": 0.012,
}  # fmt: skip
_LANGUAGES = {
    "native": (0.02, 0.06), "asian": (0.01, 0.55), "black": (0.01, 0.07), "hispanic": (0.62, 0.02),
    "pacific": (0.01, 0.40), "white": (0.01, 0.04), "two_or_more": (0.03, 0.05),
}  # fmt: skip
_STATUSES = (
    Status(
        "frl",
        0.34,
        more=(("race=native", 1.1), ("race=black", 1.0), ("race=hispanic", 0.9),
              ("race=pacific", 0.7), ("race=asian", -0.1), ("race=two_or_more", 0.3)),
        poverty=0.6,
        redrawn=0.08,
        missing=0.015,
    ),
    Status(
        "el",
        0.004,
        more=(("language=spanish", 6.1), ("language=other", 5.2), ("frl=yes", 0.4)),
        by_grade=-0.16,
        redrawn=0.14,
        dates=(95, 170),
        missing=0.002,
    ),
    Status(
        "idea",
        0.095,
        more=(("sex=male", 0.65), ("frl=yes", 0.30), ("race=native", 0.25)),
        by_grade=0.02,
        redrawn=0.06,
        dates=(8, 172),
        missing=0.002,
    ),
    Status(
        "section504",
        0.035,
        more=(("idea=yes", -2.5),),
        by_grade=0.04,
        redrawn=0.05,
        dates=(8, 172),
    ),
    Status("homeless", 0.008, more=(("frl=yes", 1.6),), redrawn=0.60, dates=(3, 160)),
    Status("foster", 0.004, more=(("frl=yes", 0.8),), redrawn=0.35, dates=(3, 170)),
    Status("migrant", 0.001, more=(("language=spanish", 2.2),), redrawn=0.10),
)  # fmt: skip
DISTRICT_MIX = Mix(
    races=_RACES,
    sexes={"female": 0.483, "male": 0.509, "nonbinary": 0.005, "not_reported": 0.003},
    languages=_LANGUAGES,
    statuses=_STATUSES,
)
# The same students, but no status goes with the grade: else grades would make gaps.
NULL_MIX = replace(DISTRICT_MIX, statuses=tuple(replace(s, by_grade=0.0) for s in _STATUSES))

DISTRICT = World(
    name="district",
    meaning="A realistic district with planted gaps, and outcomes without any",
    rates=_RATES,
    mix=DISTRICT_MIX,
    effects=(
        Effect("oss_any", "race=black", 0.74),
        Effect("oss_any", "race=black;sex=male", 0.45),
        Effect("oss_any", "sex=male", 0.40),
        Effect("oss_any", "idea=yes", 0.75),
        Effect("minor", "race=black", 0.45),
        Effect("iss_any", "race=black", 0.50),
        Effect("police_referral", "idea=yes", 0.80),
        Effect("chronic_absence", "race=native", 1.00),
        Effect("chronic_absence", "frl=yes", 0.40),
        Effect("honors", "el=yes", -1.10),
        Effect("ap", "el=yes", -1.50),
        Effect("gifted", "frl=yes", -0.80),
        Effect("marks", "sex=male", -0.35),
        Effect("graduated", "idea=yes", -0.80),
    ),
    between=(BySchool("proficient", "hispanic", -2.6),),
    crossings=(("race=black;sex=male", "race=white;sex=male"),),
    dissimilarity=(0.45, 0.45),
    school_logits=(0.25, 0.25),
    meals_for_all=0.05,
)
NULL = World(
    name="null",
    meaning="Identity changes nothing anywhere, and schools are alike",
    rates=_NULL_RATES,
    mix=NULL_MIX,
)
NULL_SCHOOLS = World(
    name="null-schools",
    meaning="Schools differ in rates and in who attends; inside them identity changes nothing",
    rates=_NULL_RATES,
    mix=NULL_MIX,
    dissimilarity=(0.2, 0.7),
    school_logits=(0.3, 0.6),
)

WORLDS: Mapping[str, World] = MappingProxyType({w.name: w for w in (DISTRICT, NULL, NULL_SCHOOLS)})
