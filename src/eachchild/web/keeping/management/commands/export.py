"""`eachchild web export SLUG FILE`: everything of one organization in open formats."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from eachchild.web.foundation.actions import record
from eachchild.web.foundation.models import Organization
from eachchild.web.keeping.handing import WHOLE, hand_back


class Command(BaseCommand):
    """Write the whole archive, rows of students too."""

    help = "Write everything of one organization into one archive of open formats."

    def add_arguments(self, parser: CommandParser) -> None:
        """Of whom, and where to."""
        parser.add_argument("organization")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, organization: str, file: Path, **options: Any) -> None:
        """Say how many files are in it."""
        found = Organization.objects.filter(slug=organization).first()
        if found is None:
            raise CommandError(f"There is no organization '{organization}'.")
        with file.open("xb") as into:
            file.chmod(0o600)
            count = hand_back(found, into, with_students=True)
        record("data.exported", organization=found, thing=WHOLE)
        self.stdout.write(f"{count} files in {file.name}")
