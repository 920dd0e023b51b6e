"""A finished audit handed to an audience: decided, proved, told again from what is released.

Nothing here reads a row or a file of the plan: an audit's folder holds its counts, and what leaves
is made from those of them that are released.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from eachchild.causes import OriginsOfCopy
from eachchild.cube import Cube, Places, restore
from eachchild.findings import Evidence, Known, Phrases, phrases_of, tell, with_entry
from eachchild.measures import measure
from eachchild.plan import Plan, load_plan
from eachchild.release import Audience, Content, Parts, Policy, Quality, Released, content
from eachchild.release.approval import approved
from eachchild.release.audits import (
    STUDENTS,
    AuditDecision,
    Part,
    ReleasedRollups,
    bounds_of,
    changed_since,
    decide_audit,
    entries_told,
    hidden_of_audit,
    left_out_in_words,
    nearest_to_hidden,
    parts_of_audit,
    released_cube,
)
from eachchild.release.bundle import bundle_files
from eachchild.release.corrections import refuse_unsaid
from eachchild.release.decide import release_proved
from eachchild.release.door import ReleaseRefusedError
from eachchild.release.ledger import Ledger
from eachchild.release.published import Publication
from eachchild.release.tables import Cost, cost_of
from eachchild.report.bundle import (
    FINDINGS,
    MEASURES,
    write_findings,
    write_measures,
    write_pages,
)
from eachchild.report.fonts import require_fonts
from eachchild.story import Progress

_COPY = "copy."  # sentences that a released copy says in the place of those they name


def policy_named(folder: Path) -> str:
    """The privacy policy that the plan of a finished audit names."""
    return load_plan(folder / "cube").policy


def release_audit(
    folder: Path,
    policy: Policy,
    audience: Audience,
    *,
    approved_by: Sequence[str],
    before: Ledger,
    progress: Progress,
    pdf: bool = True,
    screens: bool = False,
    screens_in: Sequence[str] = (),
    draft: bool = False,
    corrects: int | None = None,
) -> tuple[dict[str, bytes], Cost, AuditDecision]:
    """The files of a bundle for one audience, what they cost, and what was decided.

    `screens_in`: languages in which the platform's pages are written besides the plan's. A `draft`
    asks for no approvals: it is what approvers read before they decide. `corrects` is
    the ledger's entry whose counts were wrong, where these replace them. Raises
    ReleaseRefusedError where approvals or a proof are missing, or counts changed and nobody said
    that it is a correction; LedgerError where that entry cannot be corrected.
    """
    if pdf:
        require_fonts()  # before the long part
    plan, cube = load_plan(folder / "cube"), restore(folder / "cube")
    names: tuple[str, ...] = ()
    if not draft:
        names = approved(approved_by, author=plan.author, policy=policy, audience=audience)
    known = before.readers(audience)
    *_, innermost = known.values()  # has all that any reader has
    parts = parts_of_audit(plan, cube, innermost)
    _refuse_changed(plan, parts, before, audience, corrects)
    found = decide_audit(plan.title, parts, policy, known, progress)
    if corrects is not None and not found.decision.publication.corrects:
        changed = [dict(part.of) for part in parts if part.others]
        ends = tuple(f"{of['period']} {of['students']}" for of in changed)
        why = next((why for name, why in found.left_out if name.endswith(ends)), "")
        raise ReleaseRefusedError(
            f"nothing of what changed can be released, so nothing is: {why}".rstrip(": ")
        )
    progress("telling what is released", 0.85)
    others = [code for code in dict.fromkeys(screens_in) if screens and code != plan.language]
    told, *also = told_in(plan, cube, found, policy, (plan.language, *others))
    released = release_proved(told, audience, found.decision)
    files = bundle_files(
        found.decision, policy, title=plan.title, audience=audience.value,
        approved_by=names, known=known, after=before.last,
        pages=pages_of(
            released, pdf=pdf, screens=screens, progress=progress,
            also=[release_proved(other, audience, found.decision) for other in also],
        ),
    )  # fmt: skip
    phrases = phrases_of(plan)
    first = next((i.factor.id for i in plan.identity if not i.factor.overlap), "")
    cost = cost_of(found.decision, policy, first)
    groups = tuple((phrases.group(f"{first}={v}"), h, n) for v, h, n in cost.by_group)
    # Each table is decided with what stands before it, so the best of all at once is not known.
    left_out = told.hidden.left_out if told.hidden else ()
    return files, replace(cost, gap=None, by_group=groups, left_out=left_out), found


def _refuse_changed(
    plan: Plan, parts: Sequence[Part], before: Ledger, audience: Audience, corrects: int | None
) -> None:
    """Refuse counts that readers were told otherwise, unless they correct the entry that did."""
    if corrects is not None:
        before.corrected(corrects, audience)
    entries = before.released_with(audience)
    publications = {number: entry.publication for number, entry in entries.items()}
    changed = changed_since(parts, publications)
    if corrects is not None and not changed:
        raise ReleaseRefusedError(
            f"entry {corrects} tells none of these counts otherwise, so there is nothing to "
            "correct. Release them without --corrects."
        )
    if changed:
        titles = {STUDENTS: "how many students there are"}
        titles |= {o.name: phrases_of(plan).title(o.name) for o in plan.outcomes}
        words = {
            number: [f"{titles[name]}, {period}" for name, period in what]
            for number, what in changed.items()
        }
        refuse_unsaid(words, entries, corrects, audience)


def pages_of(
    released: Released, *, pdf: bool, progress: Progress, screens: bool = False,
    also: Sequence[Released] = (),
) -> dict[str, bytes]:  # fmt: skip
    """What people and programs read of a bundle, by the name of its file."""
    with TemporaryDirectory() as aside:
        write_findings(released, Path(aside) / FINDINGS)
        write_measures(released.measures, Path(aside) / MEASURES)
        write_pages(
            released, Path(aside), pdf=pdf, progress=progress, screens=screens, also=also
        )  # fmt: skip
        return {file.name: file.read_bytes() for file in sorted(Path(aside).iterdir())}


def told_again(plan: Plan, cube: Cube, found: AuditDecision, policy: Policy) -> Content:
    """The audit told again, by someone who has the released cells and nothing else."""
    return next(told_in(plan, cube, found, policy, (plan.language,)))


def told_in(
    plan: Plan, cube: Cube, found: AuditDecision, policy: Policy, languages: Sequence[str]
) -> Iterator[Content]:
    """The same in each of some languages, measured once."""
    shown = replace(
        plan,
        outcomes=tuple(o for o in plan.outcomes if o.name in found.released),
        identity=tuple(i for i in plan.identity if not i.factor.overlap),
    )
    publication = found.decision.publication
    bounds = bounds_of(publication)
    counts = released_cube(cube, shown, publication, found.released, bounds)
    rollups = ReleasedRollups(counts)
    measured = measure(shown, rollups, lambda what, share: None)
    known = Known(counts.periods, bool(counts.places.ids), (), (), _names(counts.places))
    evidence, origins = Evidence(measured.table), OriginsOfCopy(rollups)
    entries = tuple(entries_told(publication))
    nearest = nearest_to_hidden(shown, publication, bounds, found.released)
    for language in languages:
        phrases = _of_a_copy(phrases_of(shown, language))
        said = tell(shown, phrases, measured, known, origins, evidence)
        said = with_entry(said, phrases, entries)
        quality = Quality((), (), {}, stays_inside=True, sources=_sources(plan, phrases))
        told = content(shown, counts, phrases, Parts(measured.table, said, (), quality, {}))
        yield replace(
            told,
            limits=(*_of_corrections(publication, phrases), phrases.words.say("limits.released"),
                    *_of_causes(plan, phrases), *told.limits),
            hidden=hidden_of_audit(
                shown, publication, nearest,
                claim=phrases.words.say("hidden.claim", width=policy.width),
                left_out=left_out_in_words(found, plan, phrases_of(plan, language)),
                approvals=policy.approvals,
            ),
        )  # fmt: skip


def _names(places: Places) -> dict[str, tuple[tuple[str, ...], ...]]:
    """By level the id and the name of every place; a wider place has no name in a cube."""
    own = zip(places.ids, places.names or places.ids, strict=True)
    named: dict[str, tuple[tuple[str, ...], ...]] = {places.level: tuple(own)}
    wider = tuple((name, name) for name in places.parent_ids)
    return named | ({places.parent_level: wider} if wider else {})


def _of_causes(plan: Plan, phrases: Phrases) -> tuple[str, ...]:
    """What a copy cannot say of where gaps come from; published counts have no more inside."""
    of_records = any(source.shape == "records" for source in plan.sources)
    return (phrases.words.say("limits.causes"),) if of_records else ()


def _of_corrections(publication: Publication, phrases: Phrases) -> tuple[str, ...]:
    """Which years were published otherwise before, in a sentence; none where none were."""
    periods = sorted({dict(new)["period"] for new, _ in publication.corrects})
    said = phrases.words.say("limits.corrected", periods=", ".join(periods))
    return (said,) if periods else ()


def _sources(plan: Plan, phrases: Phrases) -> tuple[str, ...]:
    """What an audit is made from: the plan's own words, never the name of a file."""
    said = {source.note or phrases.words.say(f"source.{source.shape}") for source in plan.sources}
    return tuple(sorted(said))


def _of_a_copy(phrases: Phrases) -> Phrases:
    """The same words, but of a released copy: what it lacks is not the source's lack."""
    said = phrases.words
    own = {key.removeprefix(_COPY): key for key in said.sentences if key.startswith(_COPY)}
    labels = {key: said.text(of_copy) for key, of_copy in own.items()} | dict(said.labels)
    return replace(phrases, words=replace(said, labels=labels))
