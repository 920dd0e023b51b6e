"""`eachchild web take-in FOLDER`: a district that another platform handed out."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from eachchild.web.accounts.actions import current_members, link_for
from eachchild.web.foundation.tenancy import inside
from eachchild.web.keeping.taking_in import CannotTakeInError, take_in


class Command(BaseCommand):
    """Reads an archive in; prints a link for each administrator, who makes those of others."""

    help = "Read an archive of `eachchild web export` into this platform, and print first links."

    def add_arguments(self, parser: CommandParser) -> None:
        """The archive, or the folder it was unpacked into."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--site", default="", help="as https://equity.district.example")

    def handle(self, *args: Any, folder: Path, site: str, **options: Any) -> None:
        """Take it in; what cannot be taken in leaves nothing."""
        try:
            district = take_in(folder)
        except CannotTakeInError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{district.slug} is here; its trail is whole. First links:")
        with inside(district):
            leading = [one for one in current_members(district) if one.may("people")]
            for member in leading:
                secret = link_for(member, by=None)
                self.stdout.write(f"{site.rstrip('/')}/account/join/{secret}/")
