"""The command line: what each command reads and prints, and the exit codes programs rely on.

0 done · 2 the plan or an input is wrong · 3 not enough data · 4 release refused. An error is one
line on standard error that says what, where and what next; never a traceback, never a value of a
student's record.
"""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from eachchild import story
from eachchild.cli.arguments import (
    key_argument,
    page_arguments,
    plan_arguments,
    progress_argument,
)
from eachchild.cli.codes import DONE, NOT_ENOUGH, REFUSED, WRONG
from eachchild.cli.packet import packet_arguments, run_packet
from eachchild.cli.progress import run_progress
from eachchild.cli.terminal import Bar, headline_lines, quality_lines
from eachchild.cube import CubeError
from eachchild.plan import PlanError
from eachchild.progress import ProgressError
from eachchild.release import (
    Audience,
    PolicyError,
    ReleaseInputError,
    ReleaseRefusedError,
    quality_document,
    stops,
)
from eachchild.report import FontsMissingError, quality_page
from eachchild.report.bundle import refuse_folder
from eachchild.report.packet_plan import PacketError
from eachchild.sources import SourceError, init_plan, told_plan
from eachchild.terms.catalogue import languages
from eachchild.worlds import WorldError

WRONG_INPUT = (
    PlanError,
    ProgressError,
    CubeError,
    SourceError,
    PolicyError,
    ReleaseInputError,
    WorldError,
    FontsMissingError,
    PacketError,
    OSError,
)
_STOPPED = "stopped; nothing half-written was left behind"
_told_to_end = threading.Event()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    chosen = parser().parse_args(arguments)
    _told_to_end.clear()
    before = {s: signal.signal(s, _stop) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        return _run(chosen)
    except KeyboardInterrupt:
        return _say(_STOPPED, 130)
    except Exception:
        if _told_to_end.is_set():  # an engine in the middle of a query raises an error of its own
            return _say(_STOPPED, 130)
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(chosen: argparse.Namespace) -> int:
    try:
        return int(chosen.run(chosen))
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except WRONG_INPUT as error:
        if _told_to_end.is_set():
            raise
        return _say(_in_words(error), WRONG)
    except story.StoppedError as error:
        print("\n".join(quality_lines(error.quality)), file=sys.stderr)
        return _say(error, WRONG)
    except story.NotEnoughDataError as error:
        return _say(error, NOT_ENOUGH)
    except ReleaseRefusedError as error:
        return _say(error, REFUSED)


def _stop(number: int, frame: object) -> None:
    """Let a command that is told to end clean up behind itself."""
    _told_to_end.set()
    raise KeyboardInterrupt


def _in_words(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno:  # no room, no right, a folder that went away
        where = error.filename or "a file"
        return f"{where}: {error.strerror}. Check that the folder exists, its rights and its room."
    return str(error)


def _say(error: object, code: int) -> int:
    print(f"eachchild: {error}", file=sys.stderr)
    return code


def parser() -> argparse.ArgumentParser:
    """Every command with its options; the generated reference prints what it says of itself."""
    whole = argparse.ArgumentParser(
        prog="eachchild",
        description="Does identity still predict how our students do? Audit a district's own data.",
    )
    whole.add_argument("--version", action="version", version=f"eachchild {version('eachchild')}")
    commands = whole.add_subparsers(title="commands", required=True, metavar="COMMAND")
    told = (_init, _check, _audit, _release, _verify, _ledger, _progress)
    for add in (*told, _packet, _synthesize, _demo, _web, _bench):
        add(commands)
    return whole


_Commands = argparse._SubParsersAction  # argparse has no public name for what it returns


def _command(
    commands: "_Commands[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    about: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=about, description=about)
    command.set_defaults(run=run)
    return command


def _init(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = _command(commands, "init", _run_init, "look at a folder and write a first audit.toml")
    command.add_argument("folder", type=Path, metavar="FOLDER", help="the files as exported")
    told = "print what was guessed and why, for programs; nothing is written"
    command.add_argument("--json", action="store_true", help=told)
    key_argument(command, "for --json: show five rows of each file")


def _check(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = _command(commands, "check", _run_check, "report data quality, before any result")
    plan_arguments(command)
    command.add_argument("--json", action="store_true", help="for programs")
    command.add_argument("--page", type=Path, metavar="FILE", help="write it as an HTML page too")
    aside = "write the rows put aside too, as JSON; needs --key"
    command.add_argument("--aside", type=Path, metavar="FILE", help=aside)
    key_argument(command, "for --aside: show rows")
    progress_argument(command)


def _audit(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = _command(commands, "audit", _run_audit, "run the audit and write its report")
    plan_arguments(command)
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write")
    page_arguments(command)


def _release(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = _command(commands, "release", _run_release, "hand an audit or tables to an audience")
    command.add_argument(
        "source", type=Path, metavar="SOURCE", help="what audit wrote, or a folder of counts"
    )
    audiences = tuple(a.value for a in Audience)
    command.add_argument("--audience", choices=audiences, required=True, help="who may see it")
    approved = "once for each who approves; never the plan's author"
    command.add_argument(
        "--approved-by", action="append", default=[], metavar="NAME", help=approved
    )
    policy = "a policy's name, or a file; default: the plan's, and federal for a folder of counts"
    command.add_argument("--policy", metavar="FILE", help=policy)
    less = "leave out the finest values of a dimension of a folder of counts; may be repeated"
    command.add_argument("--coarser", action="append", default=[], metavar="DIMENSION", help=less)
    corrects = "the number of the ledger's entry whose counts were wrong; readers will know both"
    command.add_argument("--corrects", type=int, metavar="ENTRY", help=corrects)
    ledger = "what was released before; default: ledger.jsonl beside the source"
    command.add_argument("--ledger", type=Path, metavar="FILE", help=ledger)
    command.add_argument(
        "--out", type=Path, metavar="BUNDLE", help="default: released/AUDIENCE in the source"
    )
    draft = "what approvers read before they decide: no approvals, no seal, nothing in the ledger"
    command.add_argument("--draft", action="store_true", help=draft)
    drafted = "the draft that was approved: refuse where the cells are no longer those"
    command.add_argument("--drafted", type=Path, metavar="DRAFT", help=drafted)
    page_arguments(command)


def _ledger(commands: "_Commands[argparse.ArgumentParser]") -> None:
    about = "what was ever published: show it, add others' tables to it, check it"
    command = _command(commands, "ledger", _run_ledger, about)
    command.add_argument("action", choices=("show", "import", "check"), help="what to do")
    command.add_argument(
        "files", type=Path, nargs="+", metavar="FILE",
        help="the ledger, and for check perhaps bundles; for import: tables",
    )  # fmt: skip
    command.add_argument(
        "--ledger", type=Path, metavar="FILE", help="for import: where to add them"
    )
    command.add_argument("--title", default="", help="for import: what the table is and whose")
    command.add_argument(
        "--where", action="append", default=[], metavar="NAME=VALUE",
        help="for import: whom all of it counts, as in period=2024-25",
    )  # fmt: skip
    command.add_argument("--json", action="store_true", help="for programs")


def _verify(commands: "_Commands[argparse.ArgumentParser]") -> None:
    about = "check again that nothing hidden in a bundle or in published tables can be told"
    command = _command(commands, "verify", _run_verify, about)
    command.add_argument(
        "source", type=Path, nargs="+", metavar="BUNDLE|TABLE.csv", help="a bundle, or tables"
    )
    command.add_argument("--json", action="store_true", help="for programs")


def _packet(commands: "_Commands[argparse.ArgumentParser]") -> None:
    about = "make a board packet of six pages, as a PDF, of a released copy"
    packet_arguments(_command(commands, "packet", run_packet, about))


def _progress(commands: "_Commands[argparse.ArgumentParser]") -> None:
    about = "goals that an audit's findings offer, and whether a change worked"
    command = _command(commands, "progress", run_progress, about)
    command.add_argument(
        "source", type=Path, metavar="DIR", help="what audit wrote, or a released copy"
    )
    goals = "goals as JSON, to be judged; without it only offers are written"
    command.add_argument("--goals", type=Path, metavar="FILE", help=goals)
    out = "where to write, as JSON"
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help=out)
    command.add_argument(
        "--language", choices=languages(), metavar="CODE",
        help=f"of the sentences; default: the audit's ({', '.join(languages())})",
    )  # fmt: skip


def _synthesize(commands: "_Commands[argparse.ArgumentParser]") -> None:
    about = "write a made-up district whose disparities are known"
    command = _command(commands, "synthesize", _run_synthesize, about)
    command.add_argument("--world", default="district", help="a name; `list` prints them all")
    command.add_argument("--seed", type=int, default=1, help="the same seed, the same bytes")
    command.add_argument("--students", type=int, default=60_000, help="default: %(default)s")
    command.add_argument(
        "--schools", type=int, default=None, help="default: as many as districts of this size have"
    )
    years = "default: 4, and 2 for a world with a planted cause"
    command.add_argument("--years", type=int, default=None, help=years)
    shape = "canonical tables, or files as a student information system exports them"
    command.add_argument("--shape", choices=("tables", "sis"), default="tables", help=shape)
    command.add_argument("--out", type=Path, metavar="DIR", help="where to write")


def _demo(commands: "_Commands[argparse.ArgumentParser]") -> None:
    about = "audit Virginia's schools and a made-up district, release copies, open the platform"
    command = _command(commands, "demo", _run_demo, about)
    command.add_argument(
        "--out", type=Path, default=Path("demo"), metavar="DIR", help="default: demo"
    )


def _web(commands: "_Commands[argparse.ArgumentParser]") -> None:
    about = "the platform: serve, worker, demo, or a command of its own"
    command = _command(commands, "web", _run_web, about)
    command.add_argument("words", nargs=argparse.REMAINDER, metavar="WORDS", help="default: serve")


def _bench(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = _command(commands, "bench", _run_bench, "measure speed, false alarms and coverage")
    command.add_argument(
        "name",
        help="which study",
        choices=("audit", "causes", "null", "predictability", "progress", "release"),
    )
    command.add_argument("--seed", type=int, default=1, help="default: 1")
    command.add_argument("--json", action="store_true", help="for programs")


def _run_init(chosen: argparse.Namespace) -> int:
    if chosen.json:
        print(json.dumps(told_plan(chosen.folder, key=chosen.key)))
        return DONE
    result = init_plan(chosen.folder)
    print("\n".join(result.lines))
    return DONE


def _run_check(chosen: argparse.Namespace) -> int:
    quiet = chosen.json and chosen.progress == "bar"
    aside = (chosen.aside, chosen.key) if chosen.aside and chosen.key else None
    with Bar("none" if quiet else chosen.progress) as bar:
        plan, quality = story.check(chosen.plan, vault=chosen.vault, progress=bar.step, aside=aside)
    if chosen.page:
        page = quality_page(quality, title=plan.title, language=plan.language, heading=plan.heading)
        chosen.page.write_text(page, "utf-8")
    if chosen.json:
        print(json.dumps(quality_document(quality), indent=1))
    else:
        print("\n".join(quality_lines(quality)))
    return WRONG if stops(quality) else DONE


def _run_audit(chosen: argparse.Namespace) -> int:
    refuse_folder(chosen.out)
    with Bar(chosen.progress) as bar:
        audit = story.audit(chosen.plan, vault=chosen.vault, progress=bar.step)
        audit.report(
            chosen.out,
            pdf=not chosen.no_pdf,
            screens=chosen.screens,
            screens_in=chosen.screens_in,
            progress=bar.step,
        )
    print("\n".join(headline_lines(audit.findings, chosen.out)))
    return DONE


def _run_release(chosen: argparse.Namespace) -> int:
    from eachchild.cli.sharing import run_release  # brings the solver in, which audits do without

    return run_release(chosen)


def _run_ledger(chosen: argparse.Namespace) -> int:
    from eachchild.cli.sharing import run_ledger

    return run_ledger(chosen)


def _run_verify(chosen: argparse.Namespace) -> int:
    from eachchild.cli.sharing import run_verify

    return run_verify(chosen)


def _run_synthesize(chosen: argparse.Namespace) -> int:
    from eachchild.worlds import synthesize, world_lines

    if chosen.world == "list":
        print("\n".join(world_lines()))
        return DONE
    if chosen.out is None:
        raise WorldError("say where to write the district: --out DIR.")
    with Bar("bar") as bar:
        synthesize(
            chosen.out,
            world=chosen.world,
            seed=chosen.seed,
            students=chosen.students,
            schools=chosen.schools,
            years=chosen.years,
            shape=chosen.shape,
            progress=bar.step,
        )
    print(f"Written to {chosen.out}. What was planted stands in truth.json.")
    return DONE


def _run_demo(chosen: argparse.Namespace) -> int:
    from eachchild.cli.demo import run_demo

    return run_demo(chosen.out)


def _run_web(chosen: argparse.Namespace) -> int:
    from eachchild.web.project.start import run  # an extra: `pip install eachchild[web]`

    return run(chosen.words)


def _run_bench(chosen: argparse.Namespace) -> int:
    from eachchild.bench.run import run  # studies are heavy to import, and rarely asked

    found = run(chosen.name, seed=chosen.seed)
    if isinstance(found, list):  # a row a problem: one line each
        print("[" + ",\n".join(json.dumps(row) for row in found) + "]")
    else:
        print(json.dumps(found, indent=None if chosen.json else 1))
    return DONE
