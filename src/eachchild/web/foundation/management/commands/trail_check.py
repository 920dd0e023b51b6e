"""`eachchild web trail-check`: whether every trail is whole."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eachchild.web.foundation.actions import broken_lines, noted_heads
from eachchild.web.foundation.models import Organization


class Command(BaseCommand):
    """Go through each trail, line by line."""

    help = "Check that no line of a trail was changed, moved or taken out."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say of each trail whether it is whole; end with 1 where one is not."""
        broken = 0
        for organization in (None, *Organization.objects.order_by("slug")):
            lines = list(broken_lines(organization, noted_heads(organization)))
            name = organization.slug if organization else "the platform"
            broken += bool(lines)
            told = f"broken at line {lines[0]}" if lines else "whole"
            self.stdout.write(f"{name}: {told}")
        if broken:
            raise CommandError(
                "A trail was changed. Keep the database as it is and restore a backup beside it."
            )
