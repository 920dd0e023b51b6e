"""The platform's tests: two districts, a fixed cast of people, and one audit that has been run."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import copies
import pytest
from allauth.mfa.models import Authenticator
from cast import GROUND, SECRET_NOTE
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client, TransactionTestCase
from fences import take_down
from walked import platform, postgres

from eachchild import story
from eachchild.web.accounts.actions import add_member, invite
from eachchild.web.accounts.models import Membership, User
from eachchild.web.audits.actions import propose, vote
from eachchild.web.audits.models import Audit, Release, Run, Upload
from eachchild.web.foundation.actions import open_organization
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.shelf import Shelf
from eachchild.worlds import synthesize

__all__ = ["platform", "postgres"]  # whoever walks through pages asks for them

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
        return Shelf.of(self.organization)


# Checks of what PostgreSQL alone has; test_on_postgresql.py runs them there, with others.
collect_ignore = [] if os.environ.get("EACHCHILD_TEST_DATABASE") else ["test_row_security.py"]


@pytest.fixture(autouse=True, scope="session")
def _connections_stay() -> Iterator[None]:
    """A test may close an answer itself; its transaction lives on the one connection."""
    closed = BaseDatabaseWrapper.close_if_unusable_or_obsolete
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            BaseDatabaseWrapper, "close_if_unusable_or_obsolete",
            lambda self: None if self.in_atomic_block else closed(self),
        )  # fmt: skip
        yield


@pytest.fixture(autouse=True, scope="session")
def _trails_are_emptied() -> Iterator[None]:
    """Between tests with a server all tables are emptied, which the database refuses of a trail."""
    emptied = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        take_down()
        emptied(self)  # ends with what follows a migration, and so puts the fences up again

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


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


@pytest.fixture
def finished_south(south: District, files_and_report: tuple[Path, Path]) -> Iterator[Run]:
    """The same of the south district."""
    yield finish(south, files_and_report)
    shutil.rmtree(south.shelf.folder, ignore_errors=True)


@pytest.fixture
def finish_for(files_and_report: tuple[Path, Path]) -> Iterator[Callable[[District], Any]]:
    """Makes a finished run of the same audit for any district."""
    made: list[District] = []

    def one(district: District) -> Any:
        made.append(district)
        return finish(district, files_and_report)

    yield one
    for district in made:
        shutil.rmtree(district.shelf.folder, ignore_errors=True)


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


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    """A data folder of this test's own."""
    settings.DATA, settings.BACKUPS = tmp_path / "data", tmp_path / "backups"
    settings.DATA.mkdir(mode=0o700)
    return settings.DATA


@pytest.fixture
def full(data: Path, finished: Run, north: District) -> Run:
    """A finished run with its files, a vault, a draft, a release with a vote, an invitation."""
    shelf = north.shelf
    (shelf.folder / "vault").mkdir()
    (shelf.folder / "vault" / "rows.parquet").write_bytes(b"PAR1")
    with inside(north.organization):
        Upload.objects.within(north.organization).create(
            audit=finished.audit, name="students.csv", size=15, state=Upload.State.READY
        )
        release = propose(north.members["analyst"], finished, "public")
        release.state = Release.State.WAITING
        release.save()
        vote(north.members["reviewer"], release, approves=True, note=SECRET_NOTE)
    shelf.draft(str(release.pk)).mkdir(parents=True)
    (shelf.draft(str(release.pk)) / "screens.json").write_text("{}")
    invite(north.organization, "late@north.invalid", "analyst",
           by=north.members["administrator"].user)  # fmt: skip
    return finished


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files, the internal report and the public copy of a small audit."""
    folder = tmp_path_factory.mktemp("small")
    copies.small_audit(folder)
    copies.public_copy(folder)
    return folder


@pytest.fixture
def short(north: District, small: Path) -> Iterator[Run]:
    """A finished run of the small audit in the north district."""
    yield finish(north, (small / "files", small / "report"))
    shutil.rmtree(north.shelf.folder, ignore_errors=True)


@pytest.fixture
def out(north: District, short: Run, small: Path) -> Release:
    """Its public copy, released."""
    release: Release = copies.released(north, short, small)
    return release
