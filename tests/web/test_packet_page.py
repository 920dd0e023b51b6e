"""The board packet on the platform: made by the worker of a copy that is out, and of no more."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from planned import CHANGE, offer_of, plan
from pypdf import PdfReader

from eachchild.cli.commands import main
from eachchild.web.audits.models import Release, Run
from eachchild.web.foundation.tenancy import inside
from eachchild.web.packing import pack
from eachchild.web.shelf import screens
from eachchild.web.strategy.models import Vision
from eachchild.web.strategy.packets import packet_plan, release_of
from eachchild.web.worker import Worker

PAGE, MAKE = "/d/north/plan/packet/", "/d/north/plan/packet/make/"
Browsers = Callable[..., Client]


def _finding(north: Any, out: Release) -> dict[str, Any]:
    """A finding that an internal audit tells of the whole district."""
    pages = screens(north.shelf.bundle(str(out.run_id), "internal"))
    found = [f for o in pages["outcomes"] for f in (*o["findings"], *o["quiet"])]
    return dict(next(f for f in found if f["place"] == "all" and f["group"] == "race=black"))


def _pages(client: Client, language: str) -> list[str]:
    answer = client.get(f"{PAGE}{language}.pdf")
    assert answer.status_code == 200
    reader = PdfReader(BytesIO(b"".join(answer.streaming_content)))
    answer.close()
    return [" ".join(one.extract_text().split()) for one in reader.pages]


def _packed(out: Release) -> int:
    with inside(out.organization):
        return pack(out, ("Keep the rule",), lambda command: main(list(command)))


def test_without_a_released_copy_there_is_none_and_the_page_says_so(
    north: Any, short: Run, client_for: Browsers
) -> None:
    client = client_for(north, "equity_lead")
    told = client.get(PAGE).content.decode()
    assert "There is none yet: propose one" in told
    assert f"/d/north/runs/{short.pk}/release/" in told
    assert client.post(MAKE, {"decide": ""}).status_code == 409
    assert client.get(f"{PAGE}en.pdf").status_code == 404


def test_the_worker_makes_what_was_asked_for(
    north: Any, out: Release, client_for: Browsers
) -> None:
    with inside(north.organization):
        plan(north, out.run, _finding(north, out))
    client = client_for(north, "equity_lead")
    before = client.get(PAGE).content.decode()
    assert "It is not made yet." in before
    assert "No verdict of this copy" in before
    assert client.post(MAKE, {"decide": "Keep the rule\n\n Pay for it "}).status_code == 302
    assert "It is being made." in client.get(PAGE).content.decode()
    assert client.post(MAKE, {"decide": ""}).status_code == 409
    Worker().run(until_idle=True)
    with inside(north.organization):
        run = Run.objects.within(north.organization).get(kind="packet")
    assert (run.state, run.why) == (Run.State.DONE, "")
    after = client.get(PAGE).content.decode()
    assert f"{PAGE}en.pdf" in after
    assert "Pay for it" in after  # to be asked again as it was
    told = _pages(client, "en")
    assert len(told) == 6
    assert all(page.startswith("Public.") for page in told)
    assert CHANGE in told[3]
    assert "Rewrite the rule Equity lead" in told[3]
    assert "Adapt. A third fewer." in told[4]
    assert "1 Keep the rule 2 Pay for it" in told[5]
    assert _pages(client, "es")[0].startswith("Público.")


def test_nothing_of_the_internal_audit_and_no_name_goes_in(
    north: Any, out: Release, client_for: Browsers
) -> None:
    with inside(north.organization):
        kept = plan(north, out.run, _finding(north, out))
        kept.goal.sentence = "Inside: 12.3 of 100"
        kept.goal.save()
    assert _packed(out) == 0
    said = " ".join(_pages(client_for(north, "superintendent"), "en"))
    for hidden in ("12.3 of 100", "9.8 of 100", "Close 0.5", str(kept.goal.lead), "Ms. Rivera"):
        assert hidden not in said
    assert "To close half of the gap. The numbers of this goal are not in this copy." in said


def test_targets_and_verdicts_are_those_of_the_copy(
    north: Any, out: Release, client_for: Browsers
) -> None:
    finding = _finding(north, out)
    with inside(north.organization):
        kept = plan(north, out.run, finding)
    offer = offer_of(finding)
    offer["targets"][0]["sentence"] = "From 13 of 100 to 8.6 of 100."
    verdict = {"goal": str(kept.goal.pk), "verdict": "improving", "sentence": "It fell by a third",
               "whose": "", "next": "", "picture": ""}  # fmt: skip
    for language in ("en", "es"):
        path = north.shelf.progress(str(out.run_id), "public", language)
        path.parent.mkdir(parents=True, exist_ok=True)
        told = {"audience": "public", "language": language, "offers": [offer],
                "verdicts": [verdict]}  # fmt: skip
        path.write_text(json.dumps(told), "utf-8")
    assert _packed(out) == 0
    client = client_for(north, "analyst")
    told_pages = _pages(client, "en")
    assert "From 13 of 100 to 8.6 of 100." in told_pages[3]
    assert "Could be seen by: 2026-27" in told_pages[3]
    assert "It fell by a third" in told_pages[4]
    page = client.get(PAGE).content.decode()
    assert "No verdict of this copy" not in page
    assert MAKE not in page  # an analyst reads the plan, and does not lead it


def test_goals_of_one_school_stay_out(north: Any, out: Release) -> None:
    with inside(north.organization):
        kept = plan(north, out.run, {**_finding(north, out), "place": "school:03001"})
        assert kept.goal.place == "school:03001"
        assert packet_plan(out, "en", ())["goals"] == []


def test_the_copy_for_the_board_comes_before_a_newer_one_for_everybody(
    north: Any, out: Release
) -> None:
    bundle = north.shelf.bundle(str(out.run_id), "public")
    bundle.rename(north.shelf.bundle(str(out.run_id), "board"))
    with inside(north.organization):
        assert release_of(north.organization) is None  # its files are not there
        Release.objects.within(north.organization).update(audience="board")
        found = release_of(north.organization)
    assert found is not None
    assert found.audience == "board"


@pytest.mark.parametrize("how", ["taken off", "changed"])
def test_a_copy_that_is_gone_or_changed_has_no_packet(
    north: Any, out: Release, client_for: Browsers, how: str
) -> None:
    assert _packed(out) == 0
    client, kept = client_for(north, "superintendent"), north.shelf.packet(str(out.pk), "en")
    assert len(_pages(client, "en")) == 6
    if how == "changed":
        path = north.shelf.bundle(str(out.run_id), "public") / "screens.json"
        path.write_text(path.read_text("utf-8") + " ", "utf-8")
    else:
        Release.objects.within(north.organization).update(state="gone")
        out.state = Release.State.GONE
        assert _packed(out) == 0
        assert not kept.exists()
    assert client.get(f"{PAGE}en.pdf").status_code == 404
    assert "There is none yet" in client.get(PAGE).content.decode()


def test_what_is_missing_is_said(north: Any, out: Release, client_for: Browsers) -> None:
    client = client_for(north, "equity_lead")
    told = client.get(PAGE).content.decode()
    for part in ("There is no vision yet.", "There is no goal for the whole district yet.",
                 "Nothing is put down to decide."):  # fmt: skip
        assert part in told
    with inside(north.organization):
        Vision.every.create(organization=north.organization, text="Each child.")
    assert "There is no vision yet." not in client.get(PAGE).content.decode()
