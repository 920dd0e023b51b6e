"""The platform's tests: two districts, a fixed cast of people, and one audit that has been run."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cast import GROUND
from django.test import Client

from eachchild import story
from eachchild.web.accounts.actions import add_member
from eachchild.web.accounts.models import Membership, User
from eachchild.web.audits.models import Audit, Run
from eachchild.web.foundation.actions import open_organization
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.shelf import Shelf
from eachchild.worlds import synthesize

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
OUTSIDER = "outsider"


@dataclass(frozen=True)
class District:
    """A district with one person of each role."""

    organization: Organization
    members: dict[str, Membership]

    @property
    def slug(self) -> str:
        return self.organization.slug

    @property
    def shelf(self) -> Shelf:
        return Shelf(str(self.organization.pk))


@pytest.fixture(scope="session")
def files_and_report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small made-up district's files, and the internal report of its audit."""
    folder = tmp_path_factory.mktemp("district")
    quiet = lambda what, share: None  # noqa: E731
    synthesize(folder / "files", seed=7, students=1_500, schools=5, years=2, progress=quiet)
    audit = story.audit(folder / "files", vault=folder / "vault")
    audit.report(folder / "report", pdf=False, screens=True)
    return folder / "files", folder / "report"


@pytest.fixture
def north(db: None) -> District:
    """The district that the tests are about."""
    return _district("North district", "north")


@pytest.fixture
def south(db: None) -> District:
    """Another district, which nobody of the first may know of."""
    return _district("South district", "south")


def _district(name: str, slug: str) -> District:
    district = open_organization(name, slug)
    school = open_organization(
        f"{name} school", f"{slug}-school", kind="school", parent=district, place="01001"
    )
    members = {}
    for role in roles().values():
        person = User.objects.create_user(f"{role.name}@{slug}.invalid", f"{slug} {role.name}")
        Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})
        at = school if role.own_place else None
        ground = GROUND if role.name == "partner" else {}
        members[role.name] = add_member(district, person, role.name, school=at, **ground)
    return District(district, members)


@pytest.fixture
def client_for(db: None) -> Callable[[District, str], Client]:
    """A signed-in browser of one person of a district; `outsider` belongs nowhere."""

    def made(district: District, role: str) -> Client:
        client = Client()
        if role == OUTSIDER:
            person, _ = User.objects.get_or_create(email="outsider@elsewhere.invalid")
            Authenticator.objects.get_or_create(user=person, type="totp", data={"secret": "x"})
        else:
            person = district.members[role].user
        client.force_login(person, backend=BACKEND)
        return client

    return made


@pytest.fixture
def finished(north: District, files_and_report: tuple[Path, Path]) -> Iterator[Run]:
    """An audit of the north district that has been run, with its internal bundle on the shelf."""
    yield finish(north, files_and_report)
    shutil.rmtree(north.shelf.folder, ignore_errors=True)


def finish(district: District, files_and_report: tuple[Path, Path]) -> Any:
    """A finished run of a district, as the worker leaves it."""
    files, report = files_and_report
    by = district.members["analyst"].user
    with inside(district.organization):
        audit = Audit.objects.within(district.organization).create(
            title="Does identity predict?", plan=(files / "audit.toml").read_text(), made_by=by
        )
        run = Run.objects.within(district.organization).create(
            audit=audit, state=Run.State.DONE, made_by=by, share=1.0
        )
    shutil.copytree(report, district.shelf.bundle(str(run.pk), "internal"))
    shutil.copytree(files, district.shelf.files(str(audit.pk)))
    return run
