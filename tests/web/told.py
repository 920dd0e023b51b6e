"""What a district has when it tells its plan outward: a goal, entries, messages, contacts."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from shelved import beside

from eachchild.web.audits.models import Run
from eachchild.web.foundation.tenancy import inside
from eachchild.web.shelf import screens
from eachchild.web.strategy.actions import outward
from eachchild.web.strategy.models import Entry, Goal, Reply

SECRET = "My daughter waits an hour for the bus on Elm Street"
WAY = "555-0100 after six"
SAID = {"en": "The bus comes too late", "es": "El autobús llega tarde"}
DID = {"en": "A second bus runs from this fall"}
INTERNAL = "It fell from 4711 to 12 at Alder"


def goal_of(district: Any, run: Run, folder: Any) -> Goal:
    """A goal made of an internal finding that a copy tells under another number."""
    outcome = screens(folder)["outcomes"][0]
    one = (*outcome["findings"], *outcome["quiet"])[0]
    offer = {"outcome": outcome["id"].removeprefix("o-"), "group": one["group"], "place": "all",
             "baseline": {"sentence": INTERNAL}}  # fmt: skip
    with inside(district.organization):
        made: Goal = Goal.objects.within(district.organization).create(
            run=run, finding="of-an-internal-copy", screen="s", sentence=INTERNAL, offer=offer,
            target={"sentence": INTERNAL}, change=INTERNAL, inclusive=INTERNAL, begins="2025-09",
            lead=district.members["equity_lead"].user,
        )  # fmt: skip
    return made


def entry_of(district: Any, goal: Goal | None = None) -> Entry:
    """What was said and done, approved by a second person."""
    with inside(district.organization):
        made = outward.write_entry(district.members["equity_lead"], goal=goal, said=SAID, did=DID)
        outward.approve_entry(district.members["superintendent"], made)
        made.refresh_from_db()
    return made


def verdict_of(
    district: Any, run: Run, goal: Goal, copy: str, sentence: str, *, of: str = "", **more: str
) -> None:
    """What the worker writes of a goal beside a bundle."""
    told = {"goal": str(goal.pk), "verdict": "improving", "sentence": sentence, "whose": "",
            "evidence": [], "caveats": [], "next": "", "picture": "", "table": "",
            **more}  # fmt: skip
    beside(district, run, copy, audience=of or copy, verdicts=[told])


def message_to(district: Any, **more: str) -> Reply:
    """A private message."""
    told = {"about": "other", "school": "school:01001", "text": SECRET, "contact": WAY,
            "language": "en", **more}  # fmt: skip
    return outward.receive(district.organization, **told)


def contact_of(district: Any, place: str = "all") -> Any:
    """Whom to call, and a meeting three days from now."""
    told = {"whom": "Family office, 555-0101", "meeting": timezone.now() + timedelta(days=3),
            "where": "Library", "correct": "Write to the front desk."}  # fmt: skip
    with inside(district.organization):
        return outward.set_contact(district.members["equity_lead"], place, told)
