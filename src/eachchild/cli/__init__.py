"""The command line."""

from eachchild.cli.commands import main

__all__ = ["main"]
