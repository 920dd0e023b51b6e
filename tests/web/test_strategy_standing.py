"""The vision and who stands behind it; the standards, and what was said of them."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eachchild.instruments.frameworks import State, nasem, nasem_states
from eachchild.instruments.standards import standard, standards
from eachchild.web.foundation.tenancy import inside
from eachchild.web.shelf import screens
from eachchild.web.strategy.actions.standing import rate, write_vision
from eachchild.web.strategy.models import Rating, SignOn, Vision

FIRST = "Every student is known here."
SECOND = "Every student is known here, and knows where to turn."
VISION = "/d/north/plan/vision/"
STANDARDS = "/d/north/plan/standards/"
ONE = f"{STANDARDS}board-decides/"


def _rows(district, model):
    with inside(district.organization):
        return list(model.objects.within(district.organization).order_by("pk"))


def _written(district, text: str = FIRST) -> Vision:
    with inside(district.organization):
        return write_vision(district.members["superintendent"], text)


# The vision.


def test_a_new_version_stands_and_the_old_one_stays_with_its_sign_ons(north, client_for) -> None:
    first = _written(north)
    client_for(north, "principal").post(f"{VISION}{first.pk}/sign/")
    lead = client_for(north, "equity_lead")
    assert lead.post(f"{VISION}new/", {"text": SECOND}).status_code == 302
    assert {one.text for one in _rows(north, Vision)} == {FIRST, SECOND}
    said = lead.get(VISION).content.decode()
    now, earlier = said.split("Earlier versions")
    assert SECOND in now
    assert "Nobody has signed on yet." in now
    assert FIRST in earlier
    assert "north principal" in earlier
    first.text = "Changed."
    with pytest.raises(ValueError, match="written once"), inside(north.organization):
        first.save()


def test_the_same_words_are_no_new_version(north, client_for) -> None:
    _written(north)
    answer = client_for(north, "equity_lead").post(f"{VISION}new/", {"text": f" {FIRST}\n"})
    assert "word for word" in answer.content.decode()
    assert len(_rows(north, Vision)) == 1


def test_those_who_read_the_plan_write_no_version(north, client_for) -> None:
    assert client_for(north, "principal").post(f"{VISION}new/", {"text": "x"}).status_code == 403
    assert not _rows(north, Vision)


def test_everybody_with_the_plan_signs_on_once_and_takes_their_own_back(north, client_for) -> None:
    vision = _written(north)
    address = f"{VISION}{vision.pk}/sign/"
    principal, reviewer = client_for(north, "principal"), client_for(north, "reviewer")
    for client in (principal, reviewer):
        assert client.post(address, {"signs": "yes"}).status_code == 302
    assert principal.post(address, {"signs": "yes"}).status_code == 409
    said = reviewer.get(VISION).content.decode()
    assert said.index("<dt>Principal") < said.index("<dt>Reviewer")  # as the matrix has them
    assert principal.post(address, {"signs": "no"}).status_code == 302
    assert [one.user_id for one in _rows(north, SignOn)] == [north.members["reviewer"].user_id]
    assert principal.post(address, {"signs": "no"}).status_code == 409
    assert client_for(north, "teacher").post(address).status_code == 403


def test_sign_ons_of_an_old_version_stay_as_they_were(north, client_for) -> None:
    first = _written(north)
    address = f"{VISION}{first.pk}/sign/"
    principal = client_for(north, "principal")
    principal.post(address)
    _written(north, SECOND)
    answer = principal.post(address, {"signs": "no"})
    assert answer.status_code == 409
    assert "There is a newer version." in answer.content.decode()
    assert client_for(north, "reviewer").post(address).status_code == 409
    assert len(_rows(north, SignOn)) == 1


def test_a_vision_of_another_district_is_not_there(north, south, client_for) -> None:
    theirs = _written(south)
    client = client_for(north, "principal")
    assert client.post(f"{VISION}{theirs.pk}/sign/").status_code == 404
    assert FIRST not in client.get(VISION).content.decode()
    assert not _rows(south, SignOn)


# The standards.


def _rated(district, level: str, key: str = "board-decides", because: str = "The minutes.") -> None:
    with inside(district.organization):
        rate(district.members["equity_lead"], key, level=level, because=because)


def _told(html: str, name: str) -> str:
    """What stands beside a standard in the list."""
    found = re.search(rf"<strong>{re.escape(name)}</strong>(.*?)</a>", html, re.DOTALL)
    assert found, name
    return found[1]


def test_every_standard_stands_with_its_level_as_a_word_and_four_steps(north, client_for) -> None:
    _rated(north, "leading")
    _rated(north, "partly")
    html = client_for(north, "principal").get(STANDARDS).content.decode()
    for one in standards():
        beside = _told(html, one.texts["en"].name)
        assert beside.count("<span></span>") + beside.count('<span class="reached">') == 4
        reached = beside.count('<span class="reached">')
        expected = (2, "Partly in place") if one.key == "board-decides" else (0, "Not rated yet")
        assert (reached, expected[1] in beside) == (expected[0], True)
    assert "%" not in re.sub(r"<[^>]*>", "", html.split("<main")[1].split("</main")[0])


def test_a_rating_needs_what_shows_it_and_a_safe_address(north, client_for) -> None:
    lead = client_for(north, "equity_lead")
    good = {"level": "partly", "because": "The board's minutes of May.", "evidence": ""}
    for wrong in ({"level": "mostly"}, {"level": ""}, {"because": "  "},
                  {"evidence": "http://example.org/minutes"},
                  {"evidence": "javascript:alert(1)"}):  # fmt: skip
        answer = lead.post(f"{ONE}rate/", good | wrong)
        assert answer.status_code == 200
        assert 'class="errorlist"' in answer.content.decode(), wrong
    assert not _rows(north, Rating)
    good["evidence"] = "https://example.org/minutes"
    assert lead.post(f"{ONE}rate/", good).status_code == 302
    assert 'href="https://example.org/minutes"' in lead.get(ONE).content.decode()


def test_what_was_said_before_stays_in_the_history(north, client_for) -> None:
    _rated(north, "beginning", because="No minutes at all.")
    _rated(north, "partly", because="Minutes of one meeting.")
    html = client_for(north, "principal").get(ONE).content.decode()
    now, before = html.split("What was said before")
    assert "Minutes of one meeting." in now
    assert "No minutes at all." not in now
    assert "Beginning" in before
    assert "No minutes at all." in before
    assert "north equity_lead" in before


def test_a_standard_asks_with_what_is_seen_at_each_level(north, client_for) -> None:
    found = standard("board-decides")
    html = client_for(north, "equity_lead").get(ONE).content.decode()
    assert html.count('type="radio"') == 4
    for sentence in found.texts["en"].levels.values():
        assert sentence in html
    for source in found.sources:
        assert f'href="{source.url}"' in html
    assert not re.search(r"<input[^>]*radio[^>]*checked", html)


def test_those_who_read_the_plan_rate_nothing(north, client_for) -> None:
    principal = client_for(north, "principal")
    sent = {"level": "partly", "because": "Minutes."}
    assert principal.post(f"{ONE}rate/", sent).status_code == 403
    assert "radio" not in principal.get(ONE).content.decode()
    assert principal.get(f"{STANDARDS}no-such/").status_code == 404
    assert not _rows(north, Rating)


def test_ratings_of_another_district_are_not_told(north, south, client_for) -> None:
    _rated(south, "leading", because="Only in the south.")
    client = client_for(north, "principal")
    assert "Only in the south." not in client.get(ONE).content.decode()
    assert 'class="reached"' not in client.get(STANDARDS).content.decode()


@pytest.mark.parametrize("address", [STANDARDS, "/d/north/plan/frameworks/", ONE, VISION])
def test_these_pages_ask_the_database_little(address, north, finished, client_for) -> None:
    for one in standards():
        _rated(north, "partly", one.key)
    client = client_for(north, "equity_lead")
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    assert len(asked.captured_queries) <= 16


# Other frameworks.


def test_16_of_16_indicators_stand_with_their_true_state(north, finished, client_for) -> None:
    html = client_for(north, "principal").get("/d/north/plan/frameworks/").content.decode()
    pages = screens(north.shelf.bundle(str(finished.pk), "internal"))
    measured = {one["id"].removeprefix("o-") for one in pages["outcomes"]}
    states = nasem_states(measured)
    shown = re.findall(r'class="stage (measured|partly|not_measured)"', html)
    assert shown == [one.state for one in states]
    assert len(shown) == 16
    assert {State.PARTLY, State.NOT_MEASURED} <= set(shown)
    for one in states:
        assert f"{one.indicator.number}. {one.indicator.title['en']}".replace("'", "&#x27;") in html
        for name in one.outcomes:
            address = f"/d/north/runs/{finished.pk}/outcomes/o-{name}/"
            assert f'href="{address}"' in html
    assert client_for(north, "principal").get(address).status_code == 200


def test_without_an_audit_nothing_is_measured(north, client_for) -> None:
    html = client_for(north, "principal").get("/d/north/plan/frameworks/").content.decode()
    assert html.count('class="stage not_measured"') == len(nasem())
    assert "nothing is measured" in html


def test_standards_and_frameworks_speak_spanish(north, client_for) -> None:
    _rated(north, "partly")
    client = client_for(north, "equity_lead")
    spanish = {"HTTP_ACCEPT_LANGUAGE": "es"}
    listed = client.get(STANDARDS, **spanish).content.decode()
    one = standard("board-decides").texts["es"]
    assert "En parte" in _told(listed, one.name)
    assert "Aún sin valorar" in listed
    assert all(said in client.get(ONE, **spanish).content.decode() for said in one.levels.values())
    told = client.get("/d/north/plan/frameworks/", **spanish).content.decode()
    assert nasem()[5].title["es"] in told
