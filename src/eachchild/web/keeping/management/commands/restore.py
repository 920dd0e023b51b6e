"""`eachchild web restore FILE`: a platform made of a backup."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from eachchild.web.keeping.backups import CannotRestoreError, restore
from eachchild.web.keeping.files import NotThisKeyError


class Command(BaseCommand):
    """Restore into an empty database and data folder."""

    help = "Restore a sealed backup into an empty database and data folder."

    def add_arguments(self, parser: CommandParser) -> None:
        """The backup."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Say how many rows there are; what cannot be restored leaves nothing."""
        try:
            count = restore(file)
        except (CannotRestoreError, NotThisKeyError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored {count:,} rows; every trail is whole.")
