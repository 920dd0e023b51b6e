"""Reviews: when they may be, what is decided in them and stays, and who is reminded of what."""

import re
import smtplib
from datetime import date

import pytest
from agreed import SAID, days, goal_of, review_on, step_of, tell, today, verdict_of
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eachchild.web.accounts.actions import end_membership
from eachchild.web.audits.models import Audit, Run
from eachchild.web.foundation.models import Event, Organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.strategy.actions import reminders
from eachchild.web.strategy.models import Action, Cycle, Decision, Goal, Review
from eachchild.web.strategy.rules.meetings import Window, window
from eachchild.web.strategy.steps import due_for

BASE = "/d/north/plan/reviews/"
MAY = date(2026, 5, 1)


@pytest.fixture
def run(north, data) -> Run:
    """A finished run; nothing of its bundle is read here but what is said of goals."""
    with inside(north.organization):
        audit = Audit.objects.within(north.organization).create(title="An audit", plan="")
        made: Run = Run.objects.within(north.organization).create(
            audit=audit, state=Run.State.DONE, ended_at=timezone.now()
        )
    return made


@pytest.fixture
def lead(north, client_for):
    return client_for(north, "equity_lead")


def _rows(north, model):
    with inside(north.organization):
        return list(model.objects.within(north.organization).order_by("made_at"))


# When a review may be.


@pytest.mark.parametrize(
    ("before", "found"),
    [
        (None, Window(MAY, date(2026, 7, 3))),  # the first: within 9 weeks
        (date(2026, 4, 1), Window(date(2026, 5, 13), date(2026, 6, 3))),  # 42 and 63 days after
        (date(2026, 3, 10), Window(MAY, date(2026, 5, 12))),  # no day that is past
        (date(2026, 2, 27), Window(MAY, MAY)),  # the last day of the 9 weeks
        (date(2026, 1, 5), Window(MAY, date(2026, 5, 22), is_late=True)),  # they are over
    ],
)
def test_a_review_follows_6_to_9_weeks_after_the_one_before(before, found) -> None:
    assert window(before, MAY) == found


@pytest.mark.parametrize(("after", "taken"), [(41, False), (42, True), (63, True), (64, False)])
def test_other_days_are_refused_with_the_days_that_may_be(north, lead, after, taken) -> None:
    review_on(north, 0, held=True)
    answer = lead.post(f"{BASE}new/", {"on": (today() + days(after)).isoformat()})
    reviews = _rows(north, Review)
    assert (answer.status_code == 302) is taken
    assert len(reviews) == (2 if taken else 1)
    if not taken:
        said = answer.content.decode()
        assert "6 to 9 weeks apart" in said
        assert f'min="{(today() + days(42)).isoformat()}"' in said


def test_a_planned_review_is_moved_and_not_doubled(north, lead) -> None:
    review_on(north, 5)
    lead.post(f"{BASE}new/", {"on": (today() + days(9)).isoformat()})
    (review,) = _rows(north, Review)
    assert review.on == today() + days(9)


# What is decided.


def _decide(client, review, goal, **more):
    sent = {"choice": "adopt", "why": "It holds in both terms.", "read": SAID, **more}
    return client.post(f"{BASE}{review.pk}/goals/{goal.pk}/", sent)


def test_a_review_shows_each_goal_with_its_verdict_late_steps_and_trial(north, run, lead) -> None:
    goal = goal_of(north, run)
    tell(north, run, [verdict_of(goal)])
    step_of(north, goal, due=-2, title="Tell every school")
    step_of(north, goal, due=20, title="Look again in May")
    with inside(north.organization):
        Cycle.objects.within(north.organization).create(
            goal=goal, number=2, tries="Two schools try it", predicts="Half as many referrals"
        )
    said = lead.get(f"{BASE}{review_on(north, 0).pk}/").content.decode()
    assert all(text in said for text in (SAID, "Improving", "The group&#x27;s own rate moved.",
                                         "Tell every school", "Two schools try it",
                                         "Half as many referrals", "Trial 2",
                                         "Keep it up."))  # fmt: skip
    assert "Look again in May" not in said


@pytest.mark.parametrize(
    ("choice", "state"),
    [("adopt", Goal.State.ADOPTED), ("adapt", Goal.State.RUNNING),
     ("abandon", Goal.State.ABANDONED)],
)  # fmt: skip
def test_a_decision_keeps_what_was_read_and_changes_the_goal(
    north, run, lead, choice, state
) -> None:
    goal = goal_of(north, run)
    tell(north, run, [verdict_of(goal)])
    assert _decide(lead, review_on(north, 0), goal, choice=choice).status_code == 302
    (decision,) = _rows(north, Decision)
    assert (decision.choice, decision.verdict, decision.said) == (choice, "improving", SAID)
    (kept,) = _rows(north, Goal)
    assert kept.state == state
    log = lead.get(BASE).content.decode()
    assert SAID in log
    assert "It holds in both terms." in log


def test_a_decision_is_never_changed(north, run, lead) -> None:
    goal, review = goal_of(north, run), review_on(north, 0)
    tell(north, run, [verdict_of(goal)])
    _decide(lead, review, goal, choice="adapt")
    answer = _decide(lead, review, goal, choice="abandon", why="Another mind.")
    assert answer.status_code == 409
    assert "It stays as it was." in answer.content.decode()
    (decision,) = _rows(north, Decision)
    assert (decision.choice, decision.why) == ("adapt", "It holds in both terms.")
    decision.why = "Another mind."
    with pytest.raises(ValueError, match="written once"), inside(north.organization):
        decision.save()


def test_a_decision_needs_a_reason(north, run, lead) -> None:
    goal, review = goal_of(north, run), review_on(north, 0)
    said = _decide(lead, review, goal, why=" ", read="").content.decode()
    assert re.search(r"<details[^>]* open><summary>Decide", said)
    assert not _rows(north, Decision)


def test_nobody_decides_on_a_sentence_that_is_not_the_newest(north, run, lead) -> None:
    goal, review = goal_of(north, run), review_on(north, 0)
    tell(north, run, [verdict_of(goal)])
    answer = _decide(lead, review, goal, read="Something older.")
    assert answer.status_code == 409
    assert "A newer audit says something else" in answer.content.decode()
    assert not _rows(north, Decision)


def test_nobody_decides_before_the_day_or_after_the_end(north, run, lead) -> None:
    goal = goal_of(north, run)
    for review in (review_on(north, 3), review_on(north, -50, held=True)):
        assert _decide(lead, review, goal, read="").status_code == 409
    assert not _rows(north, Decision)


def test_those_who_read_the_plan_do_not_decide(north, run, client_for) -> None:
    goal, review = goal_of(north, run), review_on(north, 0)
    client = client_for(north, "principal")
    assert _decide(client, review, goal, read="").status_code == 403
    said = client.get(f"{BASE}{review.pk}/").content.decode()
    assert str(goal) in said
    assert "<form class" not in said


def test_a_principal_sees_no_goal_and_no_decision_of_another_school(
    north, run, lead, client_for
) -> None:
    own = goal_of(north, run, "Own school", place="school:01001")
    other = goal_of(north, run, "Other school", place="school:02002")
    review, client = review_on(north, 0), client_for(north, "principal")
    said = client.get(f"{BASE}{review.pk}/").content.decode()
    assert "Own school" in said
    assert "Other school" not in said
    for goal in (own, other):
        _decide(lead, review, goal, read="")
    for address in (BASE, f"{BASE}{review.pk}/"):
        said = client.get(address).content.decode()
        assert "Own school" in said
        assert "Other school" not in said


def test_closing_a_review_asks_for_the_next_and_keeps_it_as_it_was(north, run, lead) -> None:
    review = review_on(north, 0)
    address = f"{BASE}{review.pk}/keep/"
    said = lead.post(address, {"notes": "We met.", "closes": "yes"}).content.decode()
    assert "Choose the day of the next review" in said
    assert "We met." in said
    soon = {"notes": "We met.", "closes": "yes", "following": (today() + days(30)).isoformat()}
    assert "6 to 9 weeks apart" in lead.post(address, soon).content.decode()
    assert _rows(north, Review)[0].held_at is None
    lead.post(address, soon | {"following": (today() + days(49)).isoformat()})
    held, following = _rows(north, Review)
    assert (held.notes, held.held_at is not None) == ("We met.", True)
    assert (following.on, following.held_at) == (today() + days(49), None)
    assert lead.post(address, {"notes": "Otherwise."}).status_code == 409
    assert _rows(north, Review)[0].notes == "We met."


def test_notes_are_kept_beforehand(north, lead) -> None:
    review = review_on(north, 4)
    lead.post(f"{BASE}{review.pk}/keep/", {"notes": "To ask: who calls families?"})
    assert "who calls families?" in lead.get(f"{BASE}{review.pk}/").content.decode()
    closing = {"closes": "yes", "following": (today() + days(49)).isoformat()}
    assert lead.post(f"{BASE}{review.pk}/keep/", closing).status_code == 200
    assert _rows(north, Review)[0].held_at is None


def test_nobody_reaches_a_review_or_a_goal_of_another_district(
    north, south, run, lead, client_for
) -> None:
    goal, theirs = goal_of(north, run), review_on(south, 0)
    assert lead.get(f"{BASE}{theirs.pk}/").status_code == 404
    assert _decide(lead, theirs, goal).status_code == 404
    stranger, own = client_for(south, "equity_lead"), review_on(south, 0)
    sent = {"choice": "adopt", "why": "x", "read": ""}
    address = f"/d/south/plan/reviews/{own.pk}/goals/{goal.pk}/"
    assert stranger.post(address, sent).status_code == 404
    assert not _rows(south, Decision)


@pytest.mark.parametrize("goals", [1, 8])
def test_a_review_asks_the_database_little(north, run, lead, goals) -> None:
    made = [goal_of(north, run, f"Change {k}") for k in range(goals)]
    tell(north, run, [verdict_of(goal) for goal in made])
    review = review_on(north, 0)
    for goal in made:
        step_of(north, goal, due=-1)
    for address in (f"{BASE}{review.pk}/", BASE):
        lead.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert lead.get(address).status_code == 200
        assert len(asked.captured_queries) <= 18


# Who is reminded of what.


def test_own_steps_that_are_late_or_due_within_a_week_are_shown(
    north, run, finish_for, client_for
) -> None:
    goal, over = goal_of(north, run), goal_of(north, run, "Given up")
    late = step_of(north, goal, due=-1, title="Late step")
    soon = step_of(north, goal, due=7, title="Step of next week")
    step_of(north, goal, due=8, title="Later step")
    step_of(north, goal, "analyst", title="Another's step")
    step_of(north, over, title="Step of a goal that was given up")
    with inside(north.organization):
        Goal.objects.within(north.organization).filter(pk=over.pk).update(state="abandoned")
        assert due_for(north.members["principal"]) == [late, soon]
    said = client_for(north, "principal").get("/d/north/").content.decode()
    assert "Late step" in said
    assert "Another&#x27;s step" not in said
    assert "Your next steps" not in client_for(north, "teacher").get("/d/north/").content.decode()


def _remind(day: int = 0) -> int:
    return reminders.remind(Organization.objects.all(), timezone.now() + days(day))


def test_one_mail_a_day_and_one_a_week_about_a_step(north, run) -> None:
    goal = goal_of(north, run)
    step_of(north, goal, due=-1, title="Late step")
    step_of(north, goal, due=5, title="Step of this week")
    step_of(north, goal, due=8, title="Step that comes near tomorrow")
    assert _remind() == 1
    (sent,) = mail.outbox
    assert sent.to == ["principal@north.invalid"]
    assert "Late step" in sent.body
    assert "Step of this week" in sent.body
    assert "tomorrow" not in sent.body
    assert "/d/north/" in sent.body
    assert SAID not in sent.body
    assert str(goal) not in sent.body
    assert (_remind(), len(mail.outbox)) == (0, 1)  # the same day
    assert (_remind(1), len(mail.outbox)) == (1, 2)
    assert "tomorrow" in mail.outbox[1].body
    assert "Late step" not in mail.outbox[1].body
    assert (_remind(2), len(mail.outbox)) == (0, 2)  # each was told of within a week
    assert (_remind(8), len(mail.outbox)) == (1, 3)
    assert "Late step" in mail.outbox[2].body
    with inside(north.organization):
        lines = Event.objects.filter(organization=north.organization, action="step.reminded")
        assert lines.count() == 3


def test_a_reminder_names_title_day_and_address_and_no_other_number(north, run) -> None:
    step = step_of(north, goal_of(north, run), title="Write the rule")
    _remind()
    body = mail.outbox[0].body
    allowed = {str(step.due.day), str(step.due.year)}
    assert set(re.findall(r"\d+", body)) == allowed


def test_a_reminder_is_in_the_districts_first_language(north, run) -> None:
    from eachchild.web.profile.models import Profile

    with inside(north.organization):
        Profile.objects.within(north.organization).create(document={"languages": ["es", "en"]})
    step_of(north, goal_of(north, run))
    _remind()
    assert "Estos pasos del plan" in mail.outbox[0].body


def test_nobody_is_reminded_who_left_or_who_has_done_it(north, run) -> None:
    goal = goal_of(north, run)
    step_of(north, goal, "analyst")
    end_membership(north.members["analyst"], by=north.members["administrator"].user)
    done = step_of(north, goal)
    with inside(north.organization):
        Action.objects.within(north.organization).filter(pk=done.pk).update(done_at=timezone.now())
    assert (_remind(), mail.outbox) == (0, [])


def test_without_a_server_for_mail_nobody_is_written_to(north, run, settings) -> None:
    step = step_of(north, goal_of(north, run))
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert _remind() == 0
    step.refresh_from_db()
    assert step.reminded_at is None


def test_a_server_that_does_not_answer_is_asked_again(north, run, monkeypatch) -> None:
    step = step_of(north, goal_of(north, run))

    def refuse(*given: object) -> None:
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as patched:
        patched.setattr(reminders, "send_mail", refuse)
        assert _remind() == 0
    step.refresh_from_db()
    assert step.reminded_at is None
    assert _remind() == 1


def test_the_night_reminds(north, run, data) -> None:
    from eachchild.web.keeping.nights import nightly

    step_of(north, goal_of(north, run))
    assert nightly()
    assert [one.to for one in mail.outbox] == [["principal@north.invalid"]]
