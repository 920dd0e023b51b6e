"""Whether a change worked: goals that findings offer, and verdicts on those that were set."""

import argparse
import json
from pathlib import Path

from eachchild.cli.codes import DONE
from eachchild.progress import Audited, Goal, Progress, progress_of, read_audited, read_goals
from eachchild.progress.document import (
    SCHEMA,
    Answered,
    offer_value,
    untold_value,
    verdict_value,
)
from eachchild.progress.picture import Picture
from eachchild.report.bundle import written_aside
from eachchild.report.page import Table
from eachchild.report.run_figure import PaintedRun, Run, RunLine, RunPoint, Usual, paint_run
from eachchild.report.screens import on_one_line


def run_progress(chosen: argparse.Namespace) -> int:
    """Write offers and verdicts as one JSON file, the same bytes for the same counts."""
    audited = read_audited(chosen.source, language=chosen.language or "")
    goals = read_goals(chosen.goals, audited)
    found = progress_of(audited, goals)
    write_progress(found, chosen.out)
    told = len(found.answered)
    offered = sum(not one.why_not for one in found.offers)
    print(f"Written to {chosen.out}: {offered} goals offered, {told} verdicts.")
    return DONE


def write_progress(found: Progress, out: Path) -> None:
    """Write everything that is said."""
    text = json.dumps(progress_document(found), indent=1, ensure_ascii=False, allow_nan=False)
    written_aside(out, f"{text}\n".encode())


def progress_document(found: Progress) -> dict[str, object]:
    """What the file holds; the platform's pages show it as it stands."""
    audited = found.audited
    document: dict[str, object] = {
        "schema": SCHEMA, "audience": audited.audience,
        "language": audited.phrases.words.language, "periods": list(audited.periods),
        "offers": [offer_value(audited, offer) for offer in found.offers],
        "verdicts": [_verdict(audited, one) for one in found.answered],
    }  # fmt: skip
    return dict(on_one_line(document))


def _verdict(audited: Audited, one: Answered | Goal) -> dict[str, object]:
    if isinstance(one, Goal):
        return untold_value(audited, one)
    painted = _painted(one.picture)
    return verdict_value(one, picture=painted.picture, table=painted.table)


def _painted(of: Picture) -> PaintedRun:
    lines = tuple(
        RunLine(line.label, tuple(RunPoint(*value) for value in line.values), line.kind)
        for line in of.lines
    )
    return paint_run(Run(
        alt=of.alt, about=of.about, names=of.names, lines=lines,
        usual=tuple(Usual(*one) for one in of.usual), usual_words=of.usual_words,
        change=of.change, change_words=of.change_words, goal=of.goal, goal_words=of.goal_words,
        is_share=of.is_share, per=of.per, table=Table(of.caption, of.columns, of.rows),
    ))  # fmt: skip
