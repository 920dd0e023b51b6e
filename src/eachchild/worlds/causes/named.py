"""The worlds with a known cause. A world is data: to add one, declare it here.

Written from what a district can go through and from what a reader of its records would like to be
told; no detector was looked at.
"""

from collections.abc import Mapping
from types import MappingProxyType

from eachchild.worlds.causes.parts import (
    Carrier,
    CauseWorld,
    Clause,
    Family,
    Gate,
    Grades,
    Harsher,
    LateBuses,
    Meeting,
    Missing,
    More,
    Notes,
    NotOffered,
    Schools,
    Support,
    Unrecorded,
)
from eachchild.worlds.causes.referrals import SUBJECTIVE

_D: Family = "discipline"
_A: Family = "access"
_S: Family = "support"
_B: Family = "absence"
_OSS, _AP, _HONORS, _FAIL, _ABSENT = (
    "oss_any", "ap_enrolled", "honors_enrolled", "course_failure", "absence_rate",
)  # fmt: skip
_LOUD = Meeting((0.5, 0.9))  # adults who refer differently often, whoever comes
_UNEVEN = Schools(spread=(0.2, 0.5))  # schools that differ by chance
_NEARLY = Schools(spread=(0.03, 0.12))
_BY_MIX = (0.45, 0.7)
_FEW_ADULTS = More((1.4, 2.2), "referrer", adults=0.08)
_BEFORE_LUNCH = More(
    (1.2, 2.0), "moment", behaviors=SUBJECTIVE, locations=("classroom",), periods=("4",)
)
_HARSH = Harsher((2.0, 2.8), "consequence", behaviors=SUBJECTIVE)
_MINOR = ("disruption", "disrespect", "technology", "dress_code")

_REFERRALS = (
    CauseWorld(
        "referrer-strong", "A few adults write many more referrals of one group", _D, _OSS,
        (_FEW_ADULTS,), also=("step",),
    ),
    CauseWorld(
        "referrer-weak", "A few adults write somewhat more referrals of one group", _D, _OSS,
        (More((0.5, 0.9), "referrer", adults=0.12), _LOUD), also=("step",),
    ),
    CauseWorld(
        "referrer-schools", "A few adults of half of the schools write many referrals of one group",
        _D, _OSS, (More((2.0, 3.0), "referrer", adults=0.08, schools="half"), _LOUD),
        also=("step",), group="race=hispanic",
    ),
    CauseWorld(
        "referrer-exposure",
        "Adults who refer everybody more meet one group more; no table tells who meets whom",
        _D, _OSS, (Meeting((0.6, 0.9), (0.7, 1.1), "referrer"),), identifiable=False,
        also=("step",),
    ),
    CauseWorld(
        "moment-lunch", "Subjective behavior in the classroom in the lesson before lunch", _D, _OSS,
        (_BEFORE_LUNCH,), also=("step",),
    ),
    CauseWorld(
        "moment-hallway", "Defiance in the hallway at the end of the day", _D, _OSS,
        (More((1.4, 2.2), "moment", behaviors=("defiance",), locations=("hallway",),
              periods=("7", "after")), _UNEVEN),
        also=("step",), group="idea=yes", reference="idea=no",
    ),
    CauseWorld(
        "moment-bus", "Any behavior on the bus", _D, _OSS,
        (More((1.0, 1.6), "moment", locations=("bus",)), _LOUD), also=("step",),
        group="frl=yes", reference="frl=no",
    ),
    CauseWorld(
        "step-referred", "Referred more often for everything, everywhere, by everyone", _D, _OSS,
        (More((0.7, 1.4), "step"), _LOUD),
    ),
    CauseWorld(
        "step-suspended", "Suspended more often once referred, for every behavior", _D, _OSS,
        (Harsher((1.6, 2.1), "step"),), also=("consequence",), group="race=hispanic",
    ),
    CauseWorld(
        "step-again", "Suspended again more often after a first suspension; the first is alike",
        _D, "oss_twice", (Harsher((4.0, 6.0), "step", at="suspended"),), rate=(2.2, 3.0),
        evenness=(0.5, 0.9), also=("consequence",),
    ),
)  # fmt: skip
_ANSWERS = (
    CauseWorld(
        "consequence-subjective", "A harder answer to the same subjective behavior", _D, _OSS,
        (Harsher((2.6, 3.6), "consequence", behaviors=SUBJECTIVE),), also=("step",),
    ),
    CauseWorld(
        "consequence-first", "A harder answer to a first referral only", _D, _OSS,
        (Harsher((2.0, 2.6), "consequence", at="first"),), also=("step",), group="race=hispanic",
    ),
    CauseWorld(
        "consequence-schools", "A harder answer to the same act at half of the schools", _D, _OSS,
        (Harsher((2.2, 3.0), "consequence", schools="half"), _UNEVEN), also=("step",),
    ),
    CauseWorld(
        "rule-tardy", "Being late brings a suspension by rule, and one group comes late more often",
        _D, _OSS,
        (Clause((0.7, 0.9), ("tardy_skip",), "rule"), More((0.7, 1.1), behaviors=("tardy_skip",))),
        also=("step", "moment"), group="frl=yes", reference="frl=no",
    ),
    CauseWorld(
        "rule-dress-code", "A dress code ends in suspension where one group goes", _D, _OSS,
        (Clause((0.8, 0.95), ("dress_code",), "rule", schools="group"),
         More((0.4, 0.8), behaviors=("dress_code",), group=False)),
        apart=(0.5, 0.9), also=("step", "between_schools"),
    ),
)  # fmt: skip
_PLACES = (
    CauseWorld(
        "between-schools", "Schools that suspend more are those one group attends", _D, _OSS,
        (Schools((0.1, 0.2), _BY_MIX, "between_schools"),), apart=(0.6, 1.0), also=("step",),
    ),
    CauseWorld(
        "between-schools-absence", "Absences are higher at the schools one group attends", _B,
        _ABSENT, (Schools((0.05, 0.15), (0.25, 0.4), "between_schools"),), apart=(0.6, 1.0),
        group="race=hispanic",
    ),
    CauseWorld(
        "simpson", "Inside every school one group is referred less, in the district more", _D, _OSS,
        (Schools((0.05, 0.1), (0.75, 0.95), "between_schools"), Unrecorded((0.72, 0.82))),
        apart=(1.1, 1.4), also=("step",),
    ),
    CauseWorld(
        "composition-poverty", "Poverty goes with referrals for anybody; it is commoner in a group",
        _D, _OSS, (Carrier((2.2, 3.0), (0.80, 0.15), "composition"),), also=("step",),
    ),
    CauseWorld(
        "composition-grade", "Middle grades are referred more, and one group is mostly in them", _D,
        _OSS, (Grades((3.0, 4.5), (1.3, 1.8), "composition"),), also=("step",), grades_alike=True,
        group="el=yes", reference="el=no",
    ),
    CauseWorld(
        "composition-absence", "Poverty goes with absence for anybody; it is commoner in a group",
        _B, _ABSENT, (Carrier((1.7, 2.1), (0.80, 0.15), "composition"),),
    ),
    CauseWorld(
        "transport-late", "Buses that one group rides come late on some days", _B, _ABSENT,
        (LateBuses((14, 24), (0.75, 0.15), "transport", recorded=True),),
    ),
    CauseWorld(
        "transport-unrecorded", "Buses that one group rides come late; no table says why students "
        "are away", _B, _ABSENT,
        (LateBuses((14, 24), (0.75, 0.15), "transport"),), identifiable=False,
    ),
)  # fmt: skip
_ACCESS = (
    CauseWorld(
        "not-offered-most", "Most schools of one group offer no Advanced Placement", _A, _AP,
        (NotOffered((0.6, 0.9), "not_offered"),), apart=(0.6, 1.0), also=("between_schools",),
    ),
    CauseWorld(
        "not-offered-some", "Some schools of one group offer no honors courses", _A, _HONORS,
        (NotOffered((0.3, 0.5), "not_offered"), _NEARLY), apart=(0.6, 1.0),
        also=("between_schools",), group="race=hispanic",
    ),
    CauseWorld(
        "gate-recommended", "Recommended for honors less often at equal scores", _A, _HONORS,
        (Gate("gate", recommended=(0.45, 0.65)),),
    ),
    CauseWorld(
        "gate-recommended-schools", "Recommended for honors less often at half of the schools", _A,
        _HONORS, (Gate("gate", recommended=(0.25, 0.45), schools="half"), _NEARLY),
        group="race=hispanic",
    ),
    CauseWorld(
        "gate-ready-missed", "Ready for Advanced Placement, offered it, and seldom recommended", _A,
        _AP, (Gate("gate", recommended=(0.30, 0.50)),), group="el=yes", reference="el=no",
    ),
    CauseWorld(
        "gate-cutoff", "A test alone decides on honors, and it reads lower for one group", _A,
        _HONORS, (Gate("gate", shift=(0.5, 0.8), cut=True),), group="el=yes", reference="el=no",
    ),
    CauseWorld(
        "between-schools-access", "Schools of one group fill fewer of the places they offer", _A,
        _HONORS, (Schools((0.05, 0.1), (-0.6, -0.4), "between_schools"),), apart=(0.6, 1.0),
    ),
    CauseWorld(
        "support-withheld", "Listed alike at equal need, and supported less", _S, _FAIL,
        (Support((0.20, 0.40), "support"),),
    ),
    CauseWorld(
        "support-withheld-schools", "Supported less at the schools one group attends", _S, _FAIL,
        (Support((0.0, 0.15), "support", schools="group"),), group="race=hispanic",
    ),
    CauseWorld(
        "screen-misses", "An early-warning list misses one group's students in need", _S, _FAIL,
        (Support((0.20, 0.40), "screen", listed=True),), also=("support",),
        group="el=yes", reference="el=no",
    ),
)  # fmt: skip
_RECORDS = (
    CauseWorld(
        "reporting-minor", "Schools of one group log what others do not write down", _D, "referred",
        (More((0.8, 1.4), "reporting", behaviors=_MINOR, group=False, schools="group",
              written_only=True),),
        apart=(0.6, 1.0), also=("between_schools",),
    ),
    CauseWorld(
        "reporting-actions", "Schools of the others leave the action blank in many rows", _D, _OSS,
        (Missing("action", (0.55, 0.75), "reporting", schools="others"),), apart=(0.6, 1.0),
        also=("between_schools", "step"),
    ),
)  # fmt: skip
_MIMICS = (
    CauseWorld(
        "mimic-consequence-schools", "Schools of one group answer harder, to everybody", _D, _OSS,
        (Harsher((2.2, 3.0), "between_schools", schools="group", group=False),),
        apart=(0.7, 1.1), also=("step",),
    ),
    CauseWorld(
        "mimic-referrer-schools",
        "A few adults of one group's schools refer everybody there more", _D, _OSS,
        (More((1.4, 2.0), "between_schools", group=False, adults=0.08, schools="group"), _LOUD),
        apart=(0.7, 1.1), also=("step",),
    ),
    CauseWorld(
        "mimic-moment-schools", "One hour of one group's schools, whoever is there", _D, _OSS,
        (More((1.4, 2.0), "between_schools", group=False, behaviors=SUBJECTIVE,
              locations=("classroom",), periods=("4",), schools="group"),),
        apart=(0.7, 1.1), also=("step",),
    ),
    CauseWorld(
        "mimic-consequence-logging",
        "Schools of the others log minor acts too, so that fewer of their referrals end in one",
        _D, "referred",
        (More((0.8, 1.4), "reporting", behaviors=_MINOR, group=False, schools="others",
              written_only=True),),
        apart=(0.6, 1.0), also=("between_schools",),
    ),
    CauseWorld(
        "mimic-consequence-blanks",
        "Behavior is blank in many rows of the group; the answer to the same act is harder", _D,
        _OSS,
        (Harsher((2.4, 3.2), "consequence", behaviors=SUBJECTIVE),
         Missing("behavior", (0.3, 0.5), group=True)),
        also=("step",),
    ),
    CauseWorld(
        "mimic-moment-blanks", "The place is blank at schools of the others; nothing else differs",
        _D, _OSS, (Missing("location", (0.5, 0.7), schools="others"),), apart=(0.6, 1.0),
    ),
)  # fmt: skip
_SEVERAL = (
    CauseWorld(
        "two-referrer-consequence", "A few adults, and a harder answer besides", _D, _OSS,
        (More((0.8, 1.2), "referrer", adults=0.08), _HARSH), also=("step",),
    ),
    CauseWorld(
        "two-schools-moment", "Schools that suspend more, and one hour inside all of them", _D,
        _OSS, (Schools((0.05, 0.15), (0.25, 0.4), "between_schools"), _BEFORE_LUNCH),
        apart=(0.6, 1.0), also=("step",),
    ),
    CauseWorld(
        "two-offered-gate", "Not offered at some schools, seldom recommended at the others", _A,
        _HONORS,
        (NotOffered((0.5, 0.8), "not_offered"), Gate("gate", recommended=(0.45, 0.65))),
        apart=(0.6, 1.0), also=("between_schools",),
    ),
    CauseWorld(
        "cannot-tell-nested", "Schools serve one group each: school or group, no table can tell",
        _D, _OSS,
        (Schools((0.05, 0.1), (0.2, 0.3), "between_schools"), More((0.4, 0.7), "step")),
        nested=True, identifiable=False,
    ),
    CauseWorld(
        "cannot-tell-moment-adult", "One hour and few adults at once, for the same referrals", _D,
        _OSS,
        (More((1.4, 2.2), "moment", behaviors=SUBJECTIVE, locations=("classroom",),
              periods=("4",), adults=0.08, same="referrer"),),
        identifiable=False, also=("step",),
    ),
    CauseWorld(
        "unrecorded-absence", "More absences, by nothing that a table holds", _B, _ABSENT,
        (Unrecorded((1.4, 1.8)),), group="frl=yes", reference="frl=no",
    ),
    CauseWorld(
        "unrecorded-failure", "More failed courses, by nothing that a table holds", _S, _FAIL,
        (Unrecorded((1.35, 1.7)),),
    ),
    CauseWorld(
        "unrecorded-status", "A status that no table holds carries the gap", _B, _ABSENT,
        (Carrier((1.7, 2.1), (0.80, 0.15), recorded=False),), group="race=hispanic",
    ),
)  # fmt: skip
_HARD = (
    CauseWorld(
        "hard-few-students", "A few students make most referrals; defiance in one hour besides", _D,
        _OSS, (_BEFORE_LUNCH,), evenness=(0.15, 0.3), also=("step",),
    ),
    CauseWorld(
        "hard-bursts", "Referrals come in bursts; the answer is harder", _D, _OSS,
        (Harsher((2.6, 3.6), "consequence", behaviors=SUBJECTIVE),), bursts=True, also=("step",),
        group="sex=male", reference="sex=female", share=(0.47, 0.53),
    ),
    CauseWorld(
        "hard-huge-school", "One school of each level has most students; few adults besides", _D,
        _OSS, (_FEW_ADULTS, _UNEVEN), huge=True, also=("step",),
    ),
)  # fmt: skip
_WORDS = (
    CauseWorld(
        "words-judged", "The same acts of one group are noted in words that judge, oftener", _D,
        "referred", (Unrecorded((1.5, 1.9)), Notes((2.2, 3.0), "words"), _LOUD), also=("step",),
    ),
    CauseWorld(
        "mimic-words", "Referred more, by nothing that a table holds; notes are worded alike", _D,
        "referred", (Unrecorded((1.5, 1.9)), Notes(), _LOUD), also=("step",),
    ),
    CauseWorld(
        "quiet-words", "Writers and acts have words of their own; nothing differs by group", _D,
        "referred", (Notes(), _UNEVEN, _LOUD),
    ),
)  # fmt: skip
_NULLS = (
    CauseWorld("quiet", "Nothing differs but students", _D, _OSS),
    CauseWorld("quiet-schools", "Schools differ by chance", _D, _OSS, (Schools((0.4, 0.7)),)),
    CauseWorld(
        "quiet-adults", "Adults differ much, whoever comes", _D, _OSS, (Meeting((1.0, 1.4)),)
    ),
    CauseWorld(
        "quiet-hours", "One hour has many referrals of everybody", _D, _OSS,
        (More((1.0, 2.0), behaviors=SUBJECTIVE, locations=("classroom",), periods=("4",),
              group=False), _LOUD),
    ),
    CauseWorld(
        "quiet-few-students", "A few students make most referrals", _D, _OSS,
        (_LOUD,), evenness=(0.1, 0.2),
    ),
    CauseWorld("quiet-bursts", "Referrals come in bursts", _D, _OSS, (_UNEVEN,), bursts=True),
    CauseWorld(
        "quiet-huge-school", "One school of each level has most students", _D, _OSS, (_UNEVEN,),
        huge=True,
    ),
    CauseWorld("quiet-nested", "Schools serve one group each, alike", _D, _OSS, nested=True),
    CauseWorld(
        "quiet-rare", "Hardly any referral: most cells are zero", _D, _OSS, rate=(0.08, 0.15)
    ),
    CauseWorld(
        "quiet-blanks", "Codes are blank everywhere alike", _D, _OSS,
        (Missing("action", (0.2, 0.4)), Missing("behavior", (0.2, 0.4))),
    ),
    CauseWorld(
        "quiet-rule", "A rule suspends for fighting, whoever fights", _D, _OSS,
        (Clause((0.85, 0.95), ("fighting",)),),
    ),
    CauseWorld("quiet-access", "Schools differ; the way in is alike", _A, _HONORS, (_UNEVEN,)),
    CauseWorld("quiet-support", "Needs, lists and supports are alike", _S, _FAIL),
    CauseWorld("quiet-absence", "Absences are alike; schools differ", _B, _ABSENT, (_UNEVEN,)),
    CauseWorld(
        "quiet-transport", "Buses come late for all alike, and the reason is recorded", _B, _ABSENT,
        (LateBuses((14, 24), (0.4, 0.4), recorded=True),),
    ),
)  # fmt: skip

CAUSE_WORLDS: Mapping[str, CauseWorld] = MappingProxyType(
    {
        w.name: w
        for family in (
            _REFERRALS, _ANSWERS, _PLACES, _ACCESS, _RECORDS, _MIMICS, _SEVERAL, _HARD, _NULLS,
            _WORDS,
        )
        for w in family
    }
)  # fmt: skip
