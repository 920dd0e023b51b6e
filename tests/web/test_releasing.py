"""Releases: who votes, when votes may be read, what makes a draft stale, and failing closed."""

import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eachchild.release.ledger import load_ledger
from eachchild.web import child, worker
from eachchild.web.accounts.actions import add_member
from eachchild.web.accounts.models import User
from eachchild.web.audits.actions import ask_to_withdraw, propose, vote
from eachchild.web.audits.models import Audit, Release, Run, Vote
from eachchild.web.audits.rules import VOTING
from eachchild.web.foundation.models import Event
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.tenancy import inside
from eachchild.web.worker import Worker

Browsers = Callable[[Any, str], Client]


@pytest.fixture
def waiting(north, short: Run) -> Any:
    """A release that waits for votes, proposed by the equity lead."""
    release = propose(north.members["equity_lead"], short, "public")
    release.state = Release.State.WAITING
    release.save()
    return release


def _page(north, release: Any) -> str:
    return reverse("vote", args=[north.slug, release.pk])


def _say(client: Client, address: str, approves: str, note: str = "") -> int:
    return client.post(address, {"approves": approves, "note": note}).status_code


def test_s7_nobody_who_wrote_ran_or_proposed_it_votes(north, waiting, client_for: Browsers) -> None:
    for who in ("superintendent", "reviewer"):
        person = north.members[who].user
        for model, pk, field in (
            (Release, waiting.pk, "made_by"), (Run, waiting.run_id, "made_by"),
            (Audit, waiting.run.audit_id, "made_by"),
        ):  # fmt: skip
            rows = model.objects.within(north.organization).filter(pk=pk)
            before = rows.get().made_by
            rows.update(**{field: person})
            assert _say(client_for(north, who), _page(north, waiting), "yes") == 409
            rows.update(**{field: before})
    assert not Vote.objects.within(north.organization).exists()


def test_s7_the_author_whom_the_plan_names_does_not_vote(north, waiting, client_for) -> None:
    rows = Audit.objects.within(north.organization).filter(pk=waiting.run.audit_id)
    rows.update(plan='author = "NORTH  Reviewer"')
    answer = client_for(north, "reviewer").post(_page(north, waiting), {"approves": "yes"})
    assert answer.status_code == 409
    assert "names you as its author" in answer.content.decode()


def test_s7_two_votes_decide_and_each_person_has_one(north, waiting, client_for) -> None:
    address = _page(north, waiting)
    assert _say(client_for(north, "reviewer"), address, "yes") == 302
    assert _say(client_for(north, "reviewer"), address, "yes") == 409
    assert _say(client_for(north, "equity_lead"), address, "yes") == 409
    assert _state(waiting) == "waiting"
    assert _say(client_for(north, "superintendent"), address, "yes") == 302
    assert _state(waiting) == "making"


def test_s7_one_no_is_no_and_it_may_be_proposed_anew(north, waiting, client_for, short) -> None:
    address = _page(north, waiting)
    with pytest.raises(NotAllowedError):
        propose(north.members["equity_lead"], short, "public")
    _say(client_for(north, "reviewer"), address, "no", "Not yet")
    _say(client_for(north, "superintendent"), address, "yes")
    assert _state(waiting) == "rejected"
    assert "Not yet" in client_for(north, "analyst").get(address).content.decode()
    assert propose(north.members["equity_lead"], short, "public").round == 1


def test_s7_the_first_vote_cannot_be_told(north, waiting, client_for: Browsers) -> None:
    """Whatever it was, every page, the trail and the count of queries are the same."""
    seen = []
    for approves, note in ((True, "It is well hidden"), (False, "Too early for us")):
        with transaction.atomic():
            vote(north.members["reviewer"], waiting, approves=approves, note=note)
            seen.append(_all_that_can_be_read(north, waiting, client_for))
            transaction.set_rollback(True)
    assert seen[0] == seen[1]
    told = "".join(text for _, text in seen[0])
    assert "It is well hidden" not in told
    assert "1 of 2 votes" in told


def _all_that_can_be_read(north, release: Any, client_for: Browsers) -> list[tuple[int, str]]:
    found = []
    for role in north.members:
        client = client_for(north, role)
        addresses = [reverse(name, args=[north.slug]) for name in ("audits", "trail")]
        addresses += [reverse("release", args=[north.slug, release.run_id]), _page(north, release)]
        for address in addresses:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                answer = client.get(address)
            found.append(
                (len(queries), f"{answer.status_code}{_constant(answer.content.decode())}")
            )
    events = Event.objects.filter(organization=north.organization).order_by("number")
    found.append((0, str([(e.action, e.thing, e.result, e.purpose) for e in events])))
    return found


def _constant(html: str) -> str:
    html = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", html)
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "", html)


def test_s7_what_was_released_is_taken_off_by_two(north, out, client_for: Browsers) -> None:
    address, public = _page(north, out), reverse("public-report", args=[north.slug, out.pk])
    before = north.shelf.ledger.read_bytes()
    ask = reverse("withdraw", args=[north.slug, out.pk])
    assert client_for(north, "reviewer").post(ask).status_code == 403
    assert client_for(north, "superintendent").post(ask).status_code == 302
    assert _say(client_for(north, "superintendent"), address, "yes") == 409  # who asked
    assert _say(client_for(north, "reviewer"), address, "yes") == 302
    assert Client().get(public).status_code == 200  # until two have said so
    second = _second_reviewer(north)
    assert _say(second, address, "yes") == 302
    assert _state(out) == "gone"
    assert Client().get(public).status_code == 404
    assert north.shelf.ledger.read_bytes() == before
    assert propose(north.members["equity_lead"], out.run, "public").state == "drafting"


def test_s7_a_copy_that_one_would_keep_stays(north, out, client_for: Browsers) -> None:
    ask_to_withdraw(north.members["analyst"], out)
    vote(north.members["reviewer"], out, approves=True)
    vote(north.members["superintendent"], out, approves=False)
    assert _state(out) == "out"
    assert "Leave" not in client_for(north, "analyst").get(_page(north, out)).content.decode()


def test_s7_a_draft_is_stale_once_the_ledger_grew(north, waiting, small: Path) -> None:
    with inside(north.organization):
        for who in ("reviewer", "superintendent"):
            vote(north.members[who], waiting, approves=True)
    north.shelf.ledger.write_bytes((small / "ledger.jsonl").read_bytes())
    assert Worker()._do_release(north.organization, _fresh(waiting)) is None
    again = _fresh(waiting)
    assert (again.state, again.round) == ("drafting", 2)
    again.state = Release.State.WAITING
    again.save()
    vote(north.members["reviewer"], again, approves=True)  # votes began anew
    assert _fresh(again).state in VOTING


def test_s39_a_proof_that_is_killed_publishes_nothing(
    north, waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []

    class Known(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *given: Any, **more: Any) -> None:
            super().__init__(*given, **more)
            started.append(self)

    def kill(release: Any) -> bool:
        if started[-1].poll() is None:
            os.kill(started[-1].pid, signal.SIGKILL)
        return True

    monkeypatch.setattr(child.subprocess, "Popen", Known)
    monkeypatch.setattr(worker, "_alive", kill)
    _drafted(north, waiting)
    Worker()._do_release(north.organization, _fresh(waiting))
    assert started[-1].returncode == -signal.SIGKILL
    _is_refused(north, waiting)


def test_s39_time_that_runs_out_publishes_nothing(
    north, waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "SECONDS", 1)  # of computing, where a proof takes longer
    _drafted(north, waiting)
    Worker()._do_release(north.organization, _fresh(waiting))
    _is_refused(north, waiting)


def test_s39_a_release_whose_worker_is_lost_again_and_again_is_refused(north, waiting) -> None:
    _drafted(north, waiting)
    Release.objects.within(north.organization).update(tries=9, beat_at=None)
    assert Worker().take_one()
    _is_refused(north, waiting)


def test_release_by_the_worker_to_the_public_page(north, waiting, small, client_for) -> None:
    """With real processes: a draft that is no longer what it was is not released; then it is."""
    kept, work = (small / "public" / "cells.csv").read_bytes(), Worker()
    cells = north.shelf.draft(str(waiting.pk)) / "cells.csv"
    cells.parent.mkdir(parents=True)
    cells.write_bytes(kept.replace(b"reported", b"coarse", 1))
    _vote_both(north, waiting)
    assert work.take_one()
    assert (_fresh(waiting).state, _fresh(waiting).round) == ("drafting", 2)
    assert not north.shelf.ledger.exists()
    cells.write_bytes(kept)
    Release.objects.within(north.organization).update(state="waiting")
    _vote_both(north, _fresh(waiting))
    assert work.take_one()
    made = _fresh(waiting)
    assert (made.state, made.why) == ("out", "")
    (entry,) = load_ledger(north.shelf.ledger).entries
    assert entry.bundle == made.seal
    assert set(entry.approved_by) == {"north reviewer", "north superintendent"}
    address = reverse("public-report", args=[north.slug, made.pk])
    assert Client().get(address).status_code == 200
    assert client_for(north, "partner").get(
        reverse("run", args=[north.slug, made.run_id])
    ).status_code == 200  # fmt: skip


def _vote_both(north, release: Any) -> None:
    for who in ("reviewer", "superintendent"):
        vote(north.members[who], release, approves=True)


def _drafted(north, release: Any) -> None:
    draft = north.shelf.draft(str(release.pk))
    draft.mkdir(parents=True)
    (draft / "cells.csv").write_text("")
    _vote_both(north, release)


def _is_refused(north, release: Any) -> None:
    found = _fresh(release)
    assert found.state == "refused"
    assert found.why.startswith("Not proved")
    assert not north.shelf.ledger.exists()
    assert north.shelf.there(str(release.run_id)) == ("internal",)
    assert Client().get(reverse("public-district", args=[north.slug])).status_code == 200
    page = Client().get(reverse("public-report", args=[north.slug, release.pk]))
    assert page.status_code == 404


def _fresh(release: Any) -> Any:
    mine = Release.objects.within(release.organization)
    return mine.select_related("run__audit", "organization").get(pk=release.pk)


def _state(release: Any) -> str:
    return str(_fresh(release).state)


def _second_reviewer(north) -> Client:

    person = User.objects.create_user("second@north.invalid", "Second reviewer")
    Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})
    add_member(north.organization, person, "reviewer")
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
