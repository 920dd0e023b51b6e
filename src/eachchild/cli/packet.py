"""A board packet of a released copy, with what was agreed and what came of it."""

import argparse
import json
from pathlib import Path

from eachchild.cli.codes import DONE
from eachchild.report.bundle import written_aside
from eachchild.report.packet import board_packet
from eachchild.report.packet_plan import BoardPlan, PacketError, board_plan
from eachchild.terms.catalogue import languages


def packet_arguments(command: argparse.ArgumentParser) -> None:
    bundle = "a copy released for the board or the public, with --screens"
    command.add_argument("bundle", type=Path, metavar="BUNDLE", help=bundle)
    plan = "vision, goals and what to decide, as JSON (docs/reference/packet.md)"
    command.add_argument("--plan", type=Path, metavar="FILE", help=plan)
    progress = "what `eachchild progress BUNDLE` wrote of the same copy"
    command.add_argument("--progress", type=Path, metavar="FILE", help=progress)
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help="packet.pdf")
    command.add_argument(
        "--language", default="", choices=languages(), metavar="LANGUAGE",
        help=f"one that the copy has pages in ({', '.join(languages())}); default: its own",
    )  # fmt: skip


def run_packet(chosen: argparse.Namespace) -> int:
    plan = board_plan(_read(chosen.plan)) if chosen.plan else BoardPlan()
    progress = _read(chosen.progress) if chosen.progress else None
    made = board_packet(chosen.bundle, plan, progress, language=chosen.language)
    written_aside(chosen.out, made)
    print(f"Six pages written to {chosen.out}, made of the released copy {chosen.bundle}.")
    return DONE


def _read(path: Path) -> dict[str, object]:
    """A JSON object of a file; PacketError, which names the file alone, where it is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise PacketError(f"{path.name} is not JSON in UTF-8.") from error
    if not isinstance(found, dict):
        raise PacketError(f"{path.name} holds no JSON object.")
    return found
