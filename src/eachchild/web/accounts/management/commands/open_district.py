"""`eachchild web open_district`: a district, and the invitation of its first administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from eachchild.web.accounts.actions import invite
from eachchild.web.foundation.actions import open_organization
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside


class Command(BaseCommand):
    """Opens a district or a state; whoever it invites can invite everybody else."""

    help = "Open a district (or state), and print the link by which its administrator joins."

    def add_arguments(self, parser: CommandParser) -> None:
        """What must be told."""
        parser.add_argument("name", help="as people call it")
        parser.add_argument("slug", help="its part of every address: small letters and hyphens")
        parser.add_argument("administrator", help="the e-mail address of the first administrator")
        parser.add_argument("--site", default="", help="as https://equity.district.example")
        parser.add_argument("--state", default="", help="the slug of the state it belongs to")
        parser.add_argument("--is-state", action="store_true", help="it is a state, not a district")

    def handle(self, *args: Any, **told: Any) -> None:
        """Open it, or say why not."""
        kind = Organization.Kind.STATE if told["is_state"] else Organization.Kind.DISTRICT
        if Organization.objects.filter(slug=told["slug"]).exists():
            raise CommandError(f"There is an organization '{told['slug']}' already.")
        parent = Organization.objects.filter(
            slug=told["state"], kind=Organization.Kind.STATE
        ).first()
        if told["state"] and parent is None:
            raise CommandError(f"There is no state '{told['state']}'. Open it first (--is-state).")
        with transaction.atomic():
            made = open_organization(told["name"], told["slug"], kind=kind, parent=parent)
            with inside(made):
                secret = invite(made, told["administrator"], "administrator", by=None)
        self.stdout.write(f"{told['site'].rstrip('/')}/account/join/{secret}/")
