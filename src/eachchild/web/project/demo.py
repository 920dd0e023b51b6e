"""The demonstration: a made-up district, its people, two years' audits, a release half approved.

Everything is made by the same steps as in earnest: files are placed, the worker runs the audits.
What `eachchild demo` made of the same files is taken over, so that nothing is counted twice.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
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
from eachchild.web.project.demo_files import SCHOOLS, place, years_of
from eachchild.web.project.demo_files import synthesize as make_files
from eachchild.web.project.demo_outward import tell
from eachchild.web.project.demo_plan import make_plan
from eachchild.web.shelf import SCREENS, NotOnTheShelfError, Shelf, screens
from eachchild.web.worker import Worker

SLUG = "demo-district"
FOR_THE_PUBLIC = "Absence and suspension"  # a plan with fewer groups and outcomes
_HOST = "localhost"


@dataclass(frozen=True, slots=True)
class Made:
    """What is there already: the district's files, and bundles of its audits by name."""

    files: Path | None = None
    bundles: Mapping[str, Path] = field(default_factory=dict)  # "district", "public"

    @property
    def draft(self) -> Path | None:
        """A copy for the public that was drafted already."""
        found = self.bundles["public"] / "released" / "public" if "public" in self.bundles else None
        return found if found and (found / SCREENS).is_file() else None


def build(made: Made | None = None, *, told: Any = print) -> None:
    """Make the demonstration where it is not made yet."""
    if Organization.objects.filter(slug=SLUG).exists():
        return
    given = made or Made()
    with tempfile.TemporaryDirectory() as aside:
        files = given.files or Path(aside)
        if given.files is None:
            told("Making up a district of 12,000 students, its schools and its staff")
            make_files(files)
        with transaction.atomic():
            district = open_organization("Demo district (made up)", SLUG)
            with inside(district):
                schools = _schools(district, files)
                members = _people(district, schools)
                newest = _audits(district, members["analyst"], files, given.bundles)
    told("Auditing last year and this year, as the worker does it in earnest")
    Worker().run(until_idle=True)
    with inside(district):
        Run.objects.within(district).filter(pk=newest.pk).update(ended_at=timezone.now())
        _principal(district, schools, newest)
        runs = Run.objects.within(district).filter(kind="audit").order_by("made_at")
        make_plan(district, members, runs[0], newest)
        _release(district, members, given.draft)
        tell(district, members)
    Worker().run(until_idle=True)
    with inside(district):
        waiting = Release.objects.within(district).get()
        if waiting.state == Release.State.WAITING:
            vote(members["reviewer"], waiting, approves=True, note="Small groups are hidden.")


def _schools(district: Organization, made: Path) -> list[Organization]:
    import csv

    with (made / SCHOOLS).open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [
        open_organization(
            row["school_name"], f"{SLUG}-{row['school_id']}".lower(),
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


def _audits(
    district: Organization, by: Membership, files: Path, bundles: Mapping[str, Path]
) -> Run:
    """Last year's audit, one with fewer groups for the public, and this year's: the newest."""
    last, this = years_of(files)[-2:]
    _audit(district, by, f"Does identity predict? {last}", files, until=last)
    public = _audit(district, by, f"{FOR_THE_PUBLIC} {this}", files, public=True)
    newest = _audit(district, by, f"Does identity predict? {this}", files)
    for run, name in ((public, "public"), (newest, "district")):
        if name in bundles:
            _take_over(district, run, bundles[name])
    return newest


def _audit(
    district: Organization, by: Membership, title: str, files: Path, *,
    public: bool = False, until: str = "",
) -> Run:  # fmt: skip
    from eachchild.worlds.demonstration import for_the_public

    plan = (files / "audit.toml").read_text("utf-8")
    plan = plan.replace('title = "Synthetic district"', f'title = "{title}"', 1)
    audit = Audit.objects.within(district).create(
        title=title, made_by=by.user, plan=for_the_public(plan) if public else plan
    )
    folder = Shelf.of(district).files(str(audit.pk))
    folder.mkdir(parents=True, mode=0o700)
    for path in place(files, folder, until=until):
        size = path.stat().st_size
        Upload.objects.within(district).create(
            audit=audit, name=path.name, size=size, received=size, state=Upload.State.READY,
            made_by=by.user,
        )  # fmt: skip
    return start_run(by, audit)


def _take_over(district: Organization, run: Run, bundle: Path) -> None:
    """Put a bundle that was made already where the worker would have written it."""
    if not (bundle / SCREENS).is_file():
        return
    to = Shelf.of(district).bundle(str(run.pk), "internal")
    shutil.copytree(bundle, to, ignore=shutil.ignore_patterns("released"))
    run.state, run.share, run.started_at = Run.State.DONE, 1.0, timezone.now()
    run.ended_at = timezone.now()
    run.save()


def _principal(district: Organization, schools: list[Organization], newest: Run) -> None:
    """The principal leads the school of which the newest audit found most."""
    try:
        pages = screens(Shelf.of(district).bundle(str(newest.pk), "internal"))
    except NotOnTheShelfError:
        return
    told = [
        one["place"]
        for outcome in pages["outcomes"]
        for finding in outcome["findings"]
        for one in (finding, *finding["folded"])
    ]
    school = max(schools, key=lambda one: told.count(one.place_key))
    of_role = Membership.objects.filter(organization=district, role="principal")
    of_role.update(school=school)


def _release(district: Organization, members: dict[str, Membership], draft: Path | None) -> None:
    """Propose a copy for the public; the worker drafts it where no draft was made already."""
    run = Run.objects.within(district).filter(
        state=Run.State.DONE, kind="audit", audit__title__startswith=FOR_THE_PUBLIC
    ).first()  # fmt: skip
    if run is None:
        return
    release = propose(members["equity_lead"], run, "public")
    if draft is not None:
        shutil.copytree(draft, Shelf.of(district).draft(str(release.pk)))
        release.state = Release.State.WAITING
        release.save(update_fields=["state"])


def run_demo(*given: str) -> int:
    """Make the demonstration, then serve it until told to end; with CI=true end once it is up.

    What was made already may be given: the district's files, its bundle, its bundle for the public.
    """
    from django.core.management import call_command

    from eachchild.web.project.start import free_port, serve, serving, worker_beside
    from eachchild.web.project.visit import visit_everybody

    Path(settings.DATA).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    files, *bundles = (Path(one) for one in given) if given else (None,)
    build(Made(files, dict(zip(("district", "public"), bundles, strict=False))))
    port = free_port(int(os.environ.get("EACHCHILD_PORT", "8000")))
    address = f"http://{_HOST}:{port}"
    print(f"\nThe platform: {address}/demo/  (step into any role; Ctrl-C ends it)", flush=True)
    if os.environ.get("CI") == "true":
        with serving(port):
            visit_everybody(address, told=print)
        return 0
    with worker_beside():
        return serve(port=port)
