"""`eachchild web close_account`: an account is closed, and its sessions end at once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from eachchild.web.accounts.actions import disable
from eachchild.web.accounts.models import User


class Command(BaseCommand):
    """Closes one account on the whole platform; memberships stay as a record."""

    help = "Close an account: no sign-in from now on, open sessions end."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose account."""
        parser.add_argument("email")

    def handle(self, *args: Any, **told: Any) -> None:
        """Close it, or say that there is none."""
        person = User.objects.filter(email=told["email"].lower()).first()
        if person is None:
            raise CommandError("There is no account of this address.")
        disable(person)
        self.stdout.write("The account is closed.")
