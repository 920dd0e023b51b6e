"""In the place of a hidden count the band it lies in: "1 to 6 of 14".

The bands of a count depend on how many students there are, and on the policy, not on the count.
Each leaves the width that a hidden count is promised; whether that holds beside all else that is
told is proved like everything: where it is not, wider bands are tried, and at last none.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from eachchild.release.audits.part import split
from eachchild.release.decide import Known, Standing
from eachchild.release.family import Key
from eachchild.release.insiders import told_to_all_insiders
from eachchild.release.policy import Policy
from eachchild.release.proof import prove
from eachchild.release.published import Publication, Range

Band = tuple[int, int]
Bands = dict[Key, Range]
_PARTS = (100, 50, 20, 10, 5, 3, 2)  # into how many bands all of a group is divided
_ROUNDS = 24  # of proof, each with wider bands where the last one failed


def grid(n: int, parts: int, *, least: int, most: int) -> tuple[Band, ...]:
    """The bands of a count among n students: alike from below and from above.

    The lowest has at most a share, the highest all but a share; just half is in the upper half.

    >>> grid(14, 2, least=1, most=14), grid(60, 10, least=1, most=60)[:2]
    (((1, 6), (7, 14)), ((1, 6), (7, 12)))
    """
    below = [part * n // parts for part in range(1, (parts + 1) // 2)]
    half = [(n - 1) // 2] if parts % 2 == 0 else []
    tops = [*below, *half, *(n - top - 1 for top in reversed(below)), most]
    return tuple(zip([least, *(top + 1 for top in tops)], tops, strict=False))


def bands_of(n: int, policy: Policy, *, least: int, most: int) -> tuple[tuple[Band, ...], ...]:
    """The bands that may be shown among n students, the narrowest ones first.

    No narrower than the policy's step, and each leaves the width between its ends.

    >>> from eachchild.release.policy import load_policy
    >>> bands_of(14, load_policy("federal"), least=1, most=14)
    (((1, 6), (7, 14)),)
    """
    step = policy.step_of(n, policy.bands)
    parts = [parts for parts in _PARTS if 0 < step <= 100 // parts]
    grids = (grid(n, of, least=least, most=most) for of in parts)
    return tuple(each for each in grids if all(b - a >= policy.width for a, b in each))


@dataclass
class _Asked:
    """The bands of each count from the narrowest to none, and which of them it has now."""

    ladder: Mapping[Key, tuple[Band, ...]]
    pairs: Mapping[Key, tuple[Key, Key, int]]  # either side: with, without, how many in all
    at: dict[Key, int] = field(default_factory=dict)

    def bands(self) -> Bands:
        """What is told of both sides."""
        found: Bands = {}
        for yes, steps in self.ladder.items():
            step = self.at.get(yes, 0)
            if step < len(steps):
                low, high = steps[step]
                _, no, n = self.pairs[yes]
                found |= {yes: (low, high), no: (n - high, n - low)}
        return found

    def widen(self, keys: Iterable[Key]) -> bool:
        """Give the counts among some keys wider bands; whether any had one."""
        sides = {self.pairs[key][0] for key in keys if key in self.pairs}
        had = [yes for yes in sides if self.at.get(yes, 0) < len(self.ladder[yes])]
        for yes in had:
            self.at[yes] = self.at.get(yes, 0) + 1
        return bool(had)


def bands_of_hidden(outcome: str, standing: Standing, policy: Policy, earlier: Known) -> Bands:
    """The bands of an outcome's counts that are proved beside what stands and what was before.

    Where they tell more to all who are alone in a cell, should these put together what they know,
    wider ones are taken too. One by one these are still to be asked. What an earlier release hid
    stays as that release told it.
    """
    whole, kept = standing.publication, bands_kept(standing, earlier)
    asked = _asked(outcome, standing, policy, {key for each in earlier for key in each.hidden})
    if not asked.ladder:
        return kept
    near = neighbors(whole)
    for _ in range(_ROUNDS):
        bands = asked.bands() | kept
        now = replace(standing, publication=with_bands(whole, bands))
        failed = prove([now.publication, *earlier]).unproved or _news(
            now, standing, policy, earlier
        )
        if not failed:
            return bands
        if not widen(asked, failed, near):
            break
    return kept


def bands_kept(standing: Standing, earlier: Known) -> Bands:
    """The bands in which earlier releases told what they hid, and still stand."""
    told = {key: each.told[key] for each in earlier for key in each.hidden if key in each.told}
    return {key: told[key] for key in standing.publication.hidden if key in told}


def _news(now: Standing, bare: Standing, policy: Policy, earlier: Known) -> tuple[Key, ...]:
    """What all who are alone in a cell can tell together, and could not without bands."""
    failed = _to_all(now, policy, earlier)
    before = set(_to_all(bare, policy, earlier)) if failed else set()
    return tuple(key for key in failed if key not in before)


def _to_all(standing: Standing, policy: Policy, earlier: Known) -> tuple[Key, ...]:
    published = [standing.publication, *earlier]
    inside = standing.insiders(policy)
    return told_to_all_insiders(prove(published), published, standing.counts, inside)


def _asked(outcome: str, standing: Standing, policy: Policy, before: Collection[Key]) -> _Asked:
    whole, counts = standing.publication, standing.counts
    ladder: dict[Key, tuple[Band, ...]] = {}
    pairs: dict[Key, tuple[Key, Key, int]] = {}
    for key, n in whole.exact.items() if outcome else ():
        yes, no = split(key, outcome, "yes"), split(key, outcome, "no")
        corrected = any(set(now) <= set(key) for now, _ in whole.corrects)
        if not {yes, no} <= whole.hidden.keys() or yes in before or no in before or corrected:
            continue
        least, most = int(yes in whole.above_nought), n - int(no in whole.above_nought)
        grids = bands_of(n, policy, least=least, most=most)
        holding = tuple(_holding(each, counts[yes]) for each in grids)
        if holding:
            ladder[yes] = holding
            pairs[yes] = pairs[no] = yes, no, n
    return _Asked(ladder, pairs)


def _holding(bands: Iterable[Band], count: int) -> Band:
    return next((low, high) for low, high in bands if low <= count <= high)


def with_bands(publication: Publication, bands: Mapping[Key, Range]) -> Publication:
    """A publication that tells the bands of what it hides."""
    mine = {key: span for key, span in bands.items() if key in publication.hidden}
    return replace(publication, told={**publication.told, **mine})


def widen(asked: _Asked, failed: Sequence[Key], near: Mapping[Key, set[Key]]) -> bool:
    """Wider bands for what is not proved, or else for what stands in a sum with it, or for all.

    Whether there was any band to widen.
    """
    own = [key for key in failed if asked.widen([key])]
    rest = [key for key in failed if key not in own]
    around = asked.widen({other for key in rest for other in near.get(key, ())})
    return bool(own) or around or asked.widen(asked.ladder)


def neighbors(publication: Publication) -> dict[Key, set[Key]]:
    """For each cell those that stand in a sum with it."""
    found: dict[Key, set[Key]] = {}
    for table in publication.tables:
        for whole, parts in table.sums():
            for key in (whole, *parts):
                found.setdefault(key, set()).update((whole, *parts))
    return found
