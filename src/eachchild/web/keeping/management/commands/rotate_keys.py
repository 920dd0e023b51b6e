"""`eachchild web rotate-keys`: seal everything anew with the first key of the environment."""

from typing import Any

from django.core.management.base import BaseCommand

from eachchild.web.keeping.sealed import seal_anew


class Command(BaseCommand):
    """Open with whatever key fits, seal with the first; afterwards old keys can go."""

    help = "Seal every text anew with the first of EACHCHILD_FIELD_KEYS; then drop the old ones."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many texts were sealed anew."""
        self.stdout.write(f"{seal_anew():,} texts are sealed with the first key now.")
