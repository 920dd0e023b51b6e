"""The audit on one page. Data flows one way: plan, rows, counts, measures, findings, release.

Nothing after the cube can see a row, and nothing leaves except through `release`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from eachchild.causes import Origins
from eachchild.cube import Cube, Recount, Rollups, count_all, recount, store
from eachchild.findings import Evidence, Finding, Known, Phrases, Told, phrases_of, tell
from eachchild.measures import Funnel, Measured, MeasureTable, funnel, measure
from eachchild.plan import Plan, load_plan
from eachchild.release import (
    Audience,
    Content,
    Parts,
    Quality,
    breaks_of,
    certified_checks,
    choices_made,
    content,
    load_policy,
    quality_of,
    release,
)
from eachchild.report.bundle import built_aside, write_pages, write_tables
from eachchild.sources import Loaded, load, put_aside

Progress = Callable[[str, float], None]
VAULT = ".eachchild"
_NOTHING = (
    "no outcome of this plan has enough data to report. `eachchild check` says what is missing."
)


class NotEnoughDataError(Exception):
    """No outcome of a plan can be reported; the message says what to do."""


class StoppedError(Exception):
    """A rule of severity stop fired, so no result may be made; `quality` has those rules alone."""

    def __init__(self, quality: Quality) -> None:
        rules = ", ".join(dict.fromkeys(h.id for h in quality.hits))
        super().__init__(
            f"the data must be put right before any number is used (rule {rules}); no report was "
            "written. `eachchild check` shows it with the rest of the data."
        )
        self.quality = quality


@dataclass(frozen=True, slots=True)
class Audit:
    """One audit, computed and not yet handed to anybody."""

    plan: Plan
    cube: Cube
    content: Content
    told_in: Callable[[str], Content] = field(repr=False)  # the same in another language

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, best first."""
        return self.content.findings

    @property
    def measures(self) -> MeasureTable:
        """Every number, as one long table."""
        return self.content.measures

    def to_arrow(self) -> pa.Table:
        """The measures as an Arrow table, which pandas, polars and DuckDB all read."""
        return self.measures.to_arrow()

    def report(
        self, out: Path | str, *, pdf: bool = True, screens: bool = False,
        screens_in: Sequence[str] = (), progress: Progress | None = None,
    ) -> Path:  # fmt: skip
        """Write the internal report into a folder, whole or not at all, and return the folder.

        `screens_in`: languages in which the platform's pages are written besides the plan's.
        """
        released = release(self.content, Audience.INTERNAL)
        others = [code for code in dict.fromkeys(screens_in) if code != released.language]
        also = [release(self.told_in(code), Audience.INTERNAL) for code in others if screens]
        with built_aside(Path(out)) as part:
            write_tables(released, part)
            inputs = {a.path: a.sha256 for a in released.quality.accounts}
            store(self.cube, self.plan, part / "cube", inputs=inputs)
            (part / "cube" / "audit.toml").write_bytes(self.plan.text)  # a release reads it again
            write_pages(
                released, part, pdf=pdf, progress=progress or _quiet, screens=screens, also=also
            )
        return Path(out)


def audit(
    path: Path | str, *, vault: Path | str | None = None, progress: Progress | None = None
) -> Audit:
    """Answer, for one plan: does identity still predict how our students do?

    Raises, in a sentence that says what, where and what next: PlanError or SourceError when the
    plan or a file cannot be used, StoppedError when a rule of severity stop fires,
    NotEnoughDataError when no outcome at all can be reported.
    """
    told = progress or _quiet
    plan = load_plan(Path(path))
    folder = _vault(plan, vault)
    return audited(plan, load(plan, folder, told), vault=folder, told=told)


def audited(plan: Plan, loaded: Loaded, *, vault: Path, told: Progress) -> Audit:
    """Audit what has been read: counted once, then measured, judged and told."""
    phrases = phrases_of(plan)
    _refuse_stopped(phrases, loaded)
    told("counting", 0.3)
    cube = count_all(plan, loaded.tables, loaded.facts, folder=vault)
    if not any(block.place.size for block in cube.blocks):
        raise NotEnoughDataError(_NOTHING)
    rollups = Rollups(cube)
    made = _made(plan, cube, rollups, measure(plan, rollups, told), loaded, vault)
    found = made.told(phrases)
    table = made.measured.table
    if not (table.has_estimate | table.has_interval).any():
        raise NotEnoughDataError(_NOTHING)
    return Audit(plan, cube, found, lambda language: made.told(phrases_of(plan, language)))


@dataclass(frozen=True, slots=True)
class _Made:
    """All that was counted and measured, to be told in one language and in others."""

    plan: Plan
    cube: Cube
    rollups: Rollups
    measured: Measured
    evidence: Evidence
    origins: Origins
    loaded: Loaded
    recounts: Sequence[Recount]
    choices: Mapping[str, object]

    def told(self, phrases: Phrases) -> Content:
        """The audit in the words of one language."""
        known = _known(self.cube, self.loaded, phrases)
        said = tell(self.plan, phrases, self.measured, known, self.origins, self.evidence)
        parts = Parts(
            self.measured.table, said, _funnels(self.plan, self.rollups, said),
            _quality(phrases, self.loaded, self.recounts), self.choices, self.loaded.labels,
        )  # fmt: skip
        return content(self.plan, self.cube, phrases, parts)


def _made(
    plan: Plan, cube: Cube, rollups: Rollups, measured: Measured, loaded: Loaded, vault: Path
) -> _Made:
    return _Made(
        plan, cube, rollups, measured, Evidence(measured.table), Origins(rollups), loaded,
        _recounts(plan, loaded, vault),
        choices_made(plan, cube, loaded.accounts, load_policy(plan.policy, plan.folder)),
    )  # fmt: skip


def _refuse_stopped(phrases: Phrases, loaded: Loaded) -> None:
    stopped = [hit for hit in loaded.hits if hit.severity == "stop"]
    if stopped:
        raise StoppedError(quality_of(phrases, accounts=(), hits=stopped, unmapped=()))


def check(
    path: Path | str,
    *,
    vault: Path | str | None = None,
    progress: Progress | None = None,
    aside: tuple[Path, Path] | None = None,
) -> tuple[Plan, Quality]:
    """Report the state of a plan's data, before any result.

    `aside` is a file for the rows put aside, students under pseudonyms, and the key of those.
    """  # fmt: skip
    plan = load_plan(Path(path))
    loaded = load(plan, _vault(plan, vault), progress or _quiet)
    if aside is not None:
        aside[0].write_text(json.dumps(put_aside(plan, loaded, aside[1])), "utf-8")
    recounts = _recounts(plan, loaded, _vault(plan, vault))
    return plan, _quality(phrases_of(plan), loaded, recounts)


def _known(cube: Cube, loaded: Loaded, phrases: Phrases) -> Known:
    places = cube.places
    names = places.names or places.ids
    named = {
        places.level: tuple(zip(places.ids, names, strict=True)),
        places.parent_level: tuple(
            (i, loaded.labels.get(f"{places.parent_level}:{i}", i)) for i in places.parent_ids
        ),
    }
    breaks = tuple((b.outcome, b.period) for b in breaks_of(cube, phrases))
    return Known(cube.periods, bool(places.ids), loaded.hits, loaded.uncovered, named, breaks)


def _funnels(plan: Plan, rollups: Rollups, said: Told) -> tuple[Funnel, ...]:
    """For each outcome the gap that concerns most students, school by school."""
    found = []
    for outcome in plan.outcomes:
        mine = (f for f in said.findings if f.outcome == outcome.name and f.verdict == "gap")
        first = next((f for f in mine if f.kind == "gap" and f.group.count("=") == 1), None)
        drawn = first and funnel(rollups, outcome, first.group, rollups.cube.periods[-1])
        if drawn:
            found.append(drawn)
    return tuple(found)


def _recounts(plan: Plan, loaded: Loaded, vault: Path) -> Sequence[Recount]:
    return recount(loaded.tables, plan, folder=vault) if loaded.tables else ()


def _quality(phrases: Phrases, loaded: Loaded, recounts: Sequence[Recount]) -> Quality:
    return quality_of(
        phrases,
        accounts=loaded.accounts,
        hits=loaded.hits,
        unmapped=loaded.unmapped,
        linkage=[(x.table, x.matched, x.rows) for x in loaded.linkage if x.column == "student_id"],
        certified=certified_checks(phrases, recounts),
    )


def _vault(plan: Plan, vault: Path | str | None) -> Path:
    return Path(vault) if vault is not None else plan.folder / VAULT


def _quiet(what: str, share: float) -> None:
    """Say nothing."""
