"""The demonstration: one click into each role, in a demonstration alone; last year beside this."""

import csv
import re
import socket
from pathlib import Path

import pytest
from django.test import Client

from eachchild.web.audits.models import Audit, Release, Run, Vote
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.project import demo
from eachchild.web.project.demo_files import place, years_of
from eachchild.web.project.start import free_port
from eachchild.web.project.visit import NotUpError, visit_everybody
from eachchild.web.shelf import SCREENS, Shelf, screens
from eachchild.web.strategy.models import Contact, Entry, Reply


@pytest.mark.parametrize("address", ["/demo/", "/account/step-into/"])
def test_nobody_steps_into_a_role_outside_of_a_demonstration(north, address) -> None:
    person = north.members["superintendent"].user_id
    client = Client()
    assert client.get(address).status_code == 404
    assert client.post(address, {"person": person}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_one_click_steps_into_a_role_that_says_what_it_sees(north, settings) -> None:
    settings.DEMO = True
    client = Client()
    page = client.get("/demo/").content.decode()
    for role in roles().values():
        assert role.label in page
        assert role.sees.replace("'", "&#x27;") in page
    for role, member in north.members.items():
        answer = client.post("/demo/", {"person": member.user_id}, follow=True)
        assert answer.status_code == 200, role


def test_the_files_of_last_year_end_with_it(files_and_report, tmp_path: Path) -> None:
    files, _report = files_and_report
    last, this = years_of(files)
    for path in place(files, tmp_path, until=last):
        with path.open(newline="") as lines:
            rows = list(csv.DictReader(lines))
        cut = f"{this[:4]}-07-01"
        for name in ("period", "date", "entry_date", "begin_date"):
            assert all(row[name] <= (last if name == "period" else cut)
                       for row in rows if name in row), path.name  # fmt: skip
    with (files / "absence.csv").open() as whole, (tmp_path / "absence.csv").open() as cut_off:
        assert 0 < len(list(cut_off)) < len(list(whole))
    assert (tmp_path / "school.csv").read_text() == (files / "school.csv").read_text().replace(
        "\n", "\n"
    )


@pytest.fixture
def built(db, files_and_report, monkeypatch: pytest.MonkeyPatch) -> Organization:
    """The demonstration built of a small district whose audits are made already."""
    files, report = files_and_report
    monkeypatch.setattr(demo.Worker, "run", _finish_all(report))
    draft = report / "released" / "public"
    draft.mkdir(parents=True, exist_ok=True)
    (draft / SCREENS).write_bytes((report / SCREENS).read_bytes())
    made = demo.Made(files, {"district": report, "public": report})
    demo.build(made, told=lambda line: None)
    demo.build(made, told=lambda line: None)  # it is there: nothing is made twice
    return Organization.objects.get(slug=demo.SLUG)


def _finish_all(report: Path):
    def run(self: object, *, until_idle: bool) -> None:
        for organization in Organization.objects.filter(slug=demo.SLUG):
            for one in Run.objects.within(organization).filter(state=Run.State.QUEUED):
                demo._take_over(organization, one, report)

    return run


def test_two_years_and_a_release_with_one_vote_are_there(built) -> None:
    with inside(built):
        titles = [a.title for a in Audit.objects.within(built).order_by("made_at")]
        assert len(titles) == 3
        assert titles[0].rpartition(" ")[2] < titles[2].rpartition(" ")[2]
        newest = Run.objects.within(built).order_by("-ended_at").first()
        assert newest.audit.title == titles[2]
        waiting = Release.objects.within(built).get()
        assert waiting.state == Release.State.WAITING
        assert Vote.objects.within(built).filter(release=waiting).count() == 1
    assert not any(re.fullmatch(r"\d+", name) for name in
                   built.children.values_list("name", flat=True))  # fmt: skip


def test_families_can_call_and_were_heard_and_nothing_is_told_by_one_person(built) -> None:
    with inside(built):
        entry = Entry.objects.within(built).get()
        assert entry.state == Entry.State.WAITING
        assert set(entry.said) == set(entry.did) == {"en", "es"}
        assert Reply.objects.within(built).filter(read_by=None).count() == 2
        assert Contact.objects.within(built).get().place == "all"
    page = Client().get(f"/public/{demo.SLUG}/plan/").content.decode()
    assert entry.said["en"] not in page


def test_the_principal_leads_a_school_with_findings(built) -> None:
    from eachchild.web.accounts.models import Membership

    school = Membership.objects.get(organization=built, role="principal").school
    run = Run.objects.within(built).order_by("-ended_at").first()
    pages = screens(Shelf.of(built).bundle(str(run.pk), "internal"))
    places = [
        one["place"] for o in pages["outcomes"] for f in o["findings"] for one in (f, *f["folded"])
    ]
    assert school.place_key in places


def test_every_front_page_is_asked_for_once(live_server, north, settings) -> None:
    settings.DEMO = True
    lines: list[str] = []
    assert visit_everybody(live_server.url, told=lines.append) == len(roles())
    assert len(lines) == len(roles())


def test_a_demonstration_without_people_is_not_up(live_server, settings) -> None:
    settings.DEMO = True
    with pytest.raises(NotUpError, match="nobody"):
        visit_everybody(live_server.url)


def test_a_port_in_use_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) > port
