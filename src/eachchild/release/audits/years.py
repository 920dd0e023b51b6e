"""What is shown beside the years themselves: years added up, and bands of what is hidden."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from eachchild.release.audits.bands import bands_kept, bands_of_hidden, with_bands
from eachchild.release.audits.few import hidden_as_few
from eachchild.release.audits.part import Part
from eachchild.release.audits.pooled import Pool, pools_of
from eachchild.release.audits.stepwise import ALL, NEARLY, Shown, unlike, with_one_more
from eachchild.release.decide import Decision, Known, Standing, Subject, open_to_insiders
from eachchild.release.family import Key
from eachchild.release.hide import Choice
from eachchild.release.policy import Policy
from eachchild.release.published import Publication, Range

_ALONE = "somebody who is alone in a count could tell another from the years added up."


@dataclass(frozen=True, slots=True)
class Year:
    """One outcome in one year: of whom it is asked, and what stands of them and of it."""

    part: Part
    students: Shown
    split: Shown


def beside_years(
    title: str, stands: Mapping[str, Sequence[Year]], policy: Policy,
    known: Mapping[str, Known], left_out: list[tuple[str, str]],
) -> tuple[list[Decision], dict[str, Shown]]:  # fmt: skip
    """What is shown beside the years themselves: years added up, then bands of what is hidden.

    With it all that then stands of each outcome.
    """
    earlier = next(iter(known.values()), ())
    sums = dict(_added_up(title, stands, policy, known, left_out))
    more: list[Decision] = []
    banded: list[Decision] = []
    stand: dict[str, Shown] = {}
    for outcome, years in stands.items():
        alone = _merged([year.split for year in years])
        all_of = _merged([alone, sums[outcome]]) if outcome in sums else alone
        tied = any(outcome in tie.others for year in years for tie in year.part.tied)
        shown, bands = _with_bands("" if tied else outcome, [all_of, alone], policy, earlier)
        if shown is alone and all_of is not alone:
            left_out.append((sums[outcome].decisions[-1].own.tables[0].name, _ALONE))
        years_own = set(map(id, alone.decisions))
        more += (d for d in shown.decisions if id(d) not in years_own)
        banded.append(_told_as(bands))
        stand[outcome] = _banded(shown, bands)
    return [*more, *banded], stand


def _banded(shown: Shown, bands: Mapping[Key, Range]) -> Shown:
    now = shown.standing
    return replace(shown, standing=replace(now, publication=with_bands(now.publication, bands)))


def _with_bands(
    outcome: str, ways: Sequence[Shown], policy: Policy, earlier: Known
) -> tuple[Shown, Mapping[Key, Range]]:
    """The first way of showing an outcome of which nobody who is alone in a cell tells a count.

    With bands if that can be, else without, as the last of them stands already. No outcome is
    named where another follows from it: of that one a band would tell.
    """
    for shown in {id(way): way for way in ways}.values():
        now = shown.standing
        bands = bands_of_hidden(outcome, now, policy, earlier)
        told = replace(now, publication=with_bands(now.publication, bands))
        if not open_to_insiders(told, policy, earlier):
            return shown, bands
    for shown in ways:
        if shown is ways[-1] or not open_to_insiders(shown.standing, policy, earlier):
            break
    return shown, bands_kept(shown.standing, earlier)


def _told_as(bands: Mapping[Key, Range]) -> Decision:
    """Bands as something decided: it gives way first where all together is not proved."""
    own = Publication((), bands)
    return Decision(own, own, {}, Choice(frozenset(), frozenset(), 0.0, 0.0))


def _added_up(
    title: str, stands: Mapping[str, Sequence[Year]], policy: Policy,
    known: Mapping[str, Known], left_out: list[tuple[str, str]],
) -> Iterator[tuple[str, Shown]]:  # fmt: skip
    """The latest years together, outcome by outcome: what a year tells and hides stays so."""
    asked = {outcome: [year.part for year in years] for outcome, years in stands.items()}
    pools, apart = pools_of(asked, policy.years_together)
    left_out += apart
    found = []
    for pool in pools:
        own = _of_pool(pool, [year for o in pool.outcomes for year in stands[o]], "")
        few = Subject(title, "", pool.groups, pool.students, pool.few_students(policy))
        more = with_one_more(own, few, policy, known)
        if isinstance(more, str):
            left_out.append((pool.groups[0].name, more))
        else:
            found.append((pool, more))
    near = unlike([pool for pool, _ in found], [students for _, students in found], policy)
    out = {max(at, other) for at, other, _ in near}
    left_out += [(f"{ALL}, {found[at][0].period} 0", NEARLY) for at in out]
    for pool, students in (pair for at, pair in enumerate(found) if at not in out):
        for outcome in pool.outcomes:
            own = _merged([_of_pool(pool, stands[outcome], outcome), students])
            more = with_one_more(own, _sums(title, pool, outcome, own, policy), policy, known)
            if isinstance(more, str):
                left_out.append((pool.with_outcome(outcome)[0].name, more))
            else:
                yield outcome, more


def _sums(title: str, pool: Pool, outcome: str, shown: Shown, policy: Policy) -> Subject:
    tables, counts = pool.with_outcome(outcome), pool.counts(outcome)
    noughts = pool.noughts_of(counts, shown.hidden)
    small = pool.small(outcome, policy, shown.told) | noughts
    small, few = hidden_as_few(tables, counts, small, told=shown.told, width=policy.width)
    few |= pool.noughts(outcome, shown.told, policy) | noughts
    return Subject(title, "", tables, counts, small | noughts, noughts=few,
                   outcomes=frozenset({outcome}))  # fmt: skip


def _of_pool(pool: Pool, years: Sequence[Year], outcome: str) -> Shown:
    """What stands of the years that are added up, by the first factor alone."""
    own = [year for year in years if pool.is_of(year.part)]
    wholes = [year.part.whole() for year in own]
    tables = [table for part in wholes for table in part.groups]
    if outcome:
        tables += [table for part in wholes for table in part.with_outcome(outcome)]
    shown = _merged([year.split if outcome else year.students for year in own])
    return replace(shown, standing=replace(
        shown.standing, publication=shown.standing.publication.only([t.name for t in tables])
    ))  # fmt: skip


def _merged(all_of: Sequence[Shown]) -> Shown:
    """What stands in several together."""
    whole = Standing()
    for now in (each.standing for each in all_of):
        whole = Standing(now.publication.beside(whole.publication), {**whole.counts, **now.counts})
    return Shown(whole, tuple({id(d): d for each in all_of for d in each.decisions}.values()))
