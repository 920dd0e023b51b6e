"""Arguments that several commands share."""

import argparse
from pathlib import Path

from eachchild.terms.catalogue import languages


def page_arguments(command: argparse.ArgumentParser) -> None:
    """Which pages are written, and in which languages."""
    command.add_argument("--no-pdf", action="store_true", help="leave out report.pdf")
    screens = "write screens.json too, of which the platform makes its pages"
    command.add_argument("--screens", action="store_true", help=screens)
    command.add_argument(
        "--screens-in", action="append", default=[], metavar="LANGUAGE", choices=languages(),
        help=f"with --screens: in this language too; may be repeated ({', '.join(languages())})",
    )  # fmt: skip
    progress_argument(command)


def progress_argument(command: argparse.ArgumentParser) -> None:
    """How far a command has come."""
    progress = ("bar", "json", "none")
    command.add_argument("--progress", choices=progress, default="bar", help="on standard error")


def key_argument(command: argparse.ArgumentParser, what: str) -> None:
    """The key of pseudonyms."""
    about = f"{what}, students under pseudonyms of this key, which is made where it is not there"
    command.add_argument("--key", type=Path, metavar="FILE", help=about)


def plan_arguments(command: argparse.ArgumentParser) -> None:
    """The plan and where its rows are kept."""
    command.add_argument("plan", type=Path, metavar="PLAN", help="audit.toml, or its folder")
    command.add_argument(
        "--vault",
        type=Path,
        metavar="FOLDER",
        help="where staged rows are kept; default: .eachchild beside it",
    )
