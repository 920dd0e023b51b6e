"""What whoever owns the database can do, and the platform cannot."""

from django.db import connection


def take_down() -> None:
    """Let the trail be changed, as whoever owns the database could."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for when in ("UPDATE", "DELETE"):
                cursor.execute(f"DROP TRIGGER IF EXISTS trail_stays_{when}")
        else:
            for name in ("trail_stays", "trail_stays_whole"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON foundation_event")
