"""A finished audit handed to an audience: decided, proved, told again from what is released.

Nothing here reads a row or a file of the plan: an audit's folder holds its counts, and what leaves
is made from those of them that are released.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from eachchild.cube import Cube, Rollups, restore
from eachchild.findings import Known, Phrases, phrases_of, tell
from eachchild.measures import measure
from eachchild.plan import Plan, load_plan
from eachchild.release import Audience, Content, Parts, Policy, Quality, content
from eachchild.release.approval import approved
from eachchild.release.audits import AuditDecision, decide_audit, parts_of_audit, released_cube
from eachchild.release.bundle import bundle_files
from eachchild.release.decide import release_proved
from eachchild.release.ledger import Ledger
from eachchild.release.tables import Cost, cost_of
from eachchild.report.bundle import FINDINGS, MEASURES, write_findings, write_measures
from eachchild.report.html import write_html
from eachchild.story import Progress
from eachchild.terms.numerals import count


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
) -> tuple[dict[str, bytes], Cost, AuditDecision]:
    """The files of a bundle for one audience, what they cost, and what was left out.

    Raises ReleaseRefusedError where approvals or a proof are missing.
    """
    plan, cube = load_plan(folder / "cube"), restore(folder / "cube")
    names = approved(approved_by, author=plan.author, policy=policy, audience=audience)
    known = before.readers(audience)
    parts = parts_of_audit(plan, cube, known[audience.value])
    found = decide_audit(plan.title, parts, policy, known, progress)
    progress("telling what is released", 0.9)
    told = _content(plan, cube, found)
    released = release_proved(told, audience, found.decision)
    with TemporaryDirectory() as aside:
        write_html(released, Path(aside) / "report.html")
        write_findings(released, Path(aside) / FINDINGS)
        write_measures(released.measures, Path(aside) / MEASURES)
        pages = {file.name: file.read_bytes() for file in sorted(Path(aside).iterdir())}
    files = bundle_files(
        found.decision, policy, title=plan.title, audience=audience.value,
        approved_by=names, known=known, after=before.last, pages=pages,
    )  # fmt: skip
    # Each table is decided with what stands before it, so the best of all at once is not known.
    return files, replace(cost_of(found.decision, policy), gap=None), found


def _content(plan: Plan, cube: Cube, found: AuditDecision) -> Content:
    """The audit told again, by someone who has the released cells and nothing else."""
    shown = replace(
        plan,
        outcomes=tuple(o for o in plan.outcomes if o.name in found.released),
        identity=tuple(i for i in plan.identity if not i.factor.overlap),
    )
    counts = released_cube(cube, shown, found.decision.publication, found.released)
    phrases = phrases_of(shown)
    measured = measure(shown, Rollups(counts), lambda what, share: None)
    places = counts.places
    names = {places.level: tuple(zip(places.ids, places.names or places.ids, strict=True))}
    said = tell(shown, phrases, measured, Known(counts.periods, bool(places.ids), (), (), names))
    quality = Quality((), (), {})
    told = content(shown, counts, phrases, Parts(measured.table, said, (), quality, {}))
    return replace(told, limits=(*_hidden(found, phrases), *told.limits))


def _hidden(found: AuditDecision, phrases: Phrases) -> tuple[str, str]:
    """What a reader of a released copy should know of it first."""
    publication = found.decision.publication
    hidden, shown = len(publication.hidden), len(publication.told)
    return (
        phrases.words.say("limits.hidden", hidden=count(hidden), all=count(hidden + shown)),
        phrases.words.say("limits.released"),
    )
