"""`eachchild web destroy-due`: the nightly chore, now."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from eachchild.web.foundation.models import Organization
from eachchild.web.keeping.actions import destroy_due
from eachchild.web.keeping.leaving import leave_due


class Command(BaseCommand):
    """Destroy what is due in each organization without a hold."""

    help = "Destroy what is due, with a certificate each, as the worker does each night."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what was destroyed."""
        for organization in Organization.objects.exclude(kind=Organization.Kind.SCHOOL):
            for one in destroy_due(organization, timezone.now()):
                told = f"{organization.slug}: {one.data_class}, {one.count}, certificate {one.pk}"
                self.stdout.write(told)
        for one in leave_due(timezone.now()):
            self.stdout.write(f"A district left: {one.count}, certificate {one.pk}")
