"""`eachchild web backup`: everything, sealed, in one file."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eachchild.web.keeping.backups import CannotRestoreError, back_up


class Command(BaseCommand):
    """Write a backup and enter it in the catalogue."""

    help = "Write a sealed backup of all rows and files into EACHCHILD_BACKUPS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what it is called and its hash."""
        try:
            made = back_up()
        except CannotRestoreError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made.name}  {made.size:,} bytes  sha256 {made.sha256}")
