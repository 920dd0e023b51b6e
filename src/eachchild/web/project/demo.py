"""The demonstration: a made-up district, its people, its audits, and a release half approved.

Everything is made by the same steps as in earnest: files are placed, the worker runs the audits.
"""

import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from eachchild.web.accounts.actions import add_member
from eachchild.web.accounts.models import Membership, User
from eachchild.web.audits.actions import propose, start_run, vote
from eachchild.web.audits.models import Audit, Release, Run, Upload
from eachchild.web.foundation.actions import open_organization
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.shelf import Shelf
from eachchild.web.worker import Worker

SLUG, STUDENTS, SCHOOLS, SEED = "demo-district", 12_000, 20, 2026
_PUBLIC = ('factor = "race"', 'name = "chronic_absence"', 'name = "oss_any"')


def build(told: Any = print) -> None:
    """Make the demonstration where it is not made yet."""
    if Organization.objects.filter(slug=SLUG).exists():
        return
    told("Making up a district of 12,000 students, its schools and its staff")
    with tempfile.TemporaryDirectory() as made, transaction.atomic():
        _synthesize(Path(made))
        district = open_organization("Demo district (made up)", SLUG)
        with inside(district):
            members = _people(district, _schools(district, Path(made)))
            for title, kept in (("For the public", _PUBLIC), ("Does identity predict?", ())):
                _audit(district, members["analyst"], title, Path(made), kept)
    told("Auditing it, as the worker does it in earnest")
    Worker().run(until_idle=True)
    with inside(district):
        _release(district, members)
    told("Drafting a copy for the public")
    Worker().run(until_idle=True)
    with inside(district):
        waiting = Release.objects.within(district).get()
        if waiting.state == Release.State.WAITING:
            vote(members["reviewer"], waiting, approves=True, note="Small groups are hidden.")


def _synthesize(folder: Path) -> None:
    from eachchild.worlds import synthesize

    quiet = lambda what, share: None  # noqa: E731
    synthesize(folder, seed=SEED, students=STUDENTS, schools=SCHOOLS, years=4, progress=quiet)


def _schools(district: Organization, made: Path) -> list[Organization]:
    import csv

    with (made / "school.csv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [
        open_organization(
            row.get("name") or row["school_id"], f"{SLUG}-{row['school_id']}".lower(),
            kind=Organization.Kind.SCHOOL, parent=district, place=row["school_id"],
        )
        for row in rows
    ]  # fmt: skip


def _people(district: Organization, schools: list[Organization]) -> dict[str, Membership]:
    """One person of each role, named by the role: nobody who exists."""
    found = {}
    for role in roles().values():
        user = User.objects.create_user(f"{role.name}@demo.invalid", f"The {role.label.lower()}")
        ground: dict[str, Any] = {}
        if role.name == "partner":
            ground = {"basis": Membership.Basis.EVALUATION, "purpose": "Evaluation of attendance",
                      "agreement": "Demonstration agreement",
                      "ends_at": timezone.now() + timedelta(days=365)}  # fmt: skip
        school = schools[0] if role.own_place else None
        found[role.name] = add_member(district, user, role.name, school=school, **ground)
    return found


def _audit(
    district: Organization, by: Membership, title: str, made: Path, kept: tuple[str, ...]
) -> Run:
    first, *blocks = (made / "audit.toml").read_text("utf-8").split("\n[[")
    if kept:
        blocks = [b for b in blocks if b.startswith("source") or any(name in b for name in kept)]
    audit = Audit.objects.within(district).create(
        title=title, made_by=by.user, plan="\n[[".join((first, *blocks))
    )
    folder = Shelf(str(district.pk)).files(str(audit.pk))
    folder.mkdir(parents=True, mode=0o700)
    for path in sorted(made.glob("*.csv")):
        shutil.copy(path, folder / path.name)
        size = path.stat().st_size
        Upload.objects.within(district).create(
            audit=audit, name=path.name, size=size, received=size, state=Upload.State.READY,
            made_by=by.user,
        )  # fmt: skip
    return start_run(by, audit)


def _release(district: Organization, members: dict[str, Membership]) -> None:
    run = Run.objects.within(district).filter(state=Run.State.DONE).order_by("made_at").first()
    if run is not None:
        propose(members["equity_lead"], run, "public")


def run_demo() -> int:
    """Make the demonstration, then serve it until told to end; with CI=true end once it is up."""
    from django.core.management import call_command

    from eachchild.web.project.start import serve, worker_beside

    Path(settings.DATA).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    build()
    port = os.environ.get("EACHCHILD_PORT", "8000")
    print(f"\nThe platform: http://localhost:{port}/demo/  (step into any role; Ctrl-C ends it)")
    if os.environ.get("CI") == "true":
        return 0
    with worker_beside():
        return serve()
