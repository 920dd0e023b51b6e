"""Notes of referrals: plain school words, some of the act, some of the writer, some that judge.

Names are made of letters drawn at random, and differ by group: a reader of words who took a name
for a word would find one.
"""

from collections.abc import Iterator

import numpy as np
from scipy.special import expit

from eachchild.worlds.causes.parts import CauseWorld, Notes
from eachchild.worlds.causes.referrals import BEHAVIORS, Adults, Referrals
from eachchild.worlds.causes.roster import Roster, drawn
from eachchild.worlds.model import Index, Mask, Numbers
from eachchild.worlds.streams import stream

JUDGING = ("rude", "defiant", "hostile", "attitude", "lazy", "aggressive", "threatening", "refused")
_ACTS = {
    "defiance": ("asked", "directions", "task", "began", "ignored", "answered"),
    "disruption": ("noise", "lesson", "talking", "tapping", "interrupted", "turned"),
    "disrespect": ("comment", "laughed", "gesture", "mocked", "tone", "muttered"),
    "inappropriate_language": ("swore", "language", "heard", "phrase", "repeated", "shouted"),
    "dress_code": ("hood", "shirt", "shoes", "wore", "change", "clothing"),
    "technology": ("phone", "screen", "headphones", "message", "video", "tablet"),
    "tardy_skip": ("late", "bell", "pass", "missed", "arrived", "hallway"),
    "fighting": ("pushed", "punched", "kicked", "separated", "fight", "injured"),
    "threat": ("warned", "afraid", "weapon", "stated", "follow", "reported"),
    "theft": ("took", "backpack", "missing", "returned", "locker", "belonged"),
    "property_damage": ("broke", "desk", "wall", "marker", "damaged", "paint"),
    "tobacco": ("vape", "smoke", "restroom", "device", "smelled", "lighter"),
}
_COMMON = (
    "student", "class", "again", "after", "while", "during", "teacher", "other", "several", "times",
    "then", "when", "before", "sent", "office", "spoke", "parent", "called", "sat", "seat", "left",
    "room", "said", "went", "told", "looked", "minutes", "peers", "near", "back", "calmly",
    "quietly",
)  # fmt: skip
WORDS = (*JUDGING, *_COMMON, *dict.fromkeys(w for words in _ACTS.values() for w in words))
_JUDGED, _OFTEN, _OF_ACT, _ELSE = -1.7, -0.8, -0.2, -3.6  # log odds that a note has a word
OWN = 1.2  # standard deviation of writers' own log odds
_NAMES, _LETTERS = 40, "bcdfghjklmnpqrstvwxz"  # without vowels, so that no drawn name is a word
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def draw_notes(
    world: CauseWorld, seed: int, roster: Roster, rows: Referrals, adults: Adults
) -> tuple[str, ...] | None:
    """A note for each referral; None in a world without."""
    part = next((p for p in world.parts if isinstance(p, Notes)), None)
    if part is None:
        return None
    rng = stream(seed, "cause", "notes")
    odds = (
        _of_acts()[rows.behavior]
        + rng.normal(0.0, OWN, (adults.school.size, len(WORDS)))[rows.staff]
    )
    times = np.log(drawn(seed, part, "times", part.times))
    odds[:, : len(JUDGING)] += times * roster.group[rows.row][:, None]
    has = rng.random(odds.shape) < expit(odds)
    names = _names(rng)
    who = rng.integers(0, _NAMES // 2, roster.students.own.size)[roster.student[rows.row]]
    who = who + _NAMES // 2 * roster.group[rows.row]
    return tuple(_texts(rng, has, [names[w] for w in who], rows.minute))


def _of_acts() -> Numbers:
    """The log odds of each word by behavior."""
    odds = np.full((len(BEHAVIORS), len(WORDS)), _ELSE)
    odds[:, : len(JUDGING)] = _JUDGED
    odds[:, len(JUDGING) : len(JUDGING) + len(_COMMON)] = _OFTEN
    for at, behavior in enumerate(BEHAVIORS):
        odds[at, [WORDS.index(w) for w in _ACTS[behavior]]] = _OF_ACT
    return odds


def _names(rng: np.random.Generator) -> list[str]:
    drawn_letters = rng.choice(list(_LETTERS), (_NAMES, 5))
    return ["".join(letters).capitalize() for letters in drawn_letters]


def _texts(rng: np.random.Generator, has: Mask, names: list[str], minute: Index) -> Iterator[str]:
    """Words in an order by chance, in two sentences; names, times and days stand among them."""
    begins, inside, dated, day, cut = (
        rng.random(len(names)) < 0.3, rng.random(len(names)) < 0.4, rng.random(len(names)) < 0.3,
        rng.integers(0, len(_DAYS), len(names)), rng.random(len(names)),
    )  # fmt: skip
    order = np.argsort(rng.random(has.shape), axis=1)
    for at, name in enumerate(names):
        said = [WORDS[w] for w in order[at] if has[at, w]] or ["student"]
        if dated[at]:
            said.append(f"at {minute[at] // 60}:{minute[at] % 60:02d} on {_DAYS[day[at]]}")
        if inside[at]:
            said.insert(1, name)
        if begins[at]:
            said.insert(0, name)
        middle = 1 + int(cut[at] * (len(said) - 1))
        parts = (" ".join(said[:middle]), " ".join(said[middle:]))
        yield " ".join(f"{part[0].upper()}{part[1:]}." for part in parts if part)
