"""`eachchild web certificate ID`: a certificate of destruction, also of a district that left."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.keeping.actions import told_of
from eachchild.web.keeping.models import Certificate


class Command(BaseCommand):
    """Writes the text whose hash the certificate has, to hand to the district."""

    help = "Write a certificate of destruction: the text of which its hash is made."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which one."""
        parser.add_argument("certificate", type=UUID)

    def handle(self, *args: Any, certificate: UUID, **options: Any) -> None:
        """Write it, whosever it is."""
        for organization in Organization.objects.exclude(kind=Organization.Kind.SCHOOL):
            with inside(organization):
                found = Certificate.objects.within(organization).filter(pk=certificate).first()
            if found is not None:
                self.stdout.write(told_of(found), ending="")
                return
        raise CommandError("There is no such certificate.")
