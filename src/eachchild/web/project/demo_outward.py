"""What the demonstration tells families and hears from them, so that its pages can be tried."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from eachchild.web.accounts.models import Membership
from eachchild.web.foundation.models import Organization
from eachchild.web.strategy.actions.outward import (
    approve_entry,
    receive,
    set_contact,
    write_entry,
)
from eachchild.web.strategy.models import Goal

_SAID = {
    "en": "Letters about absences come late, and only in English.",
    "es": "Las cartas sobre ausencias llegan tarde y solo en inglés.",
}
_DID = {
    "en": "Every school now writes after the third day missed, in the language of the home.",
    "es": "Cada escuela escribe ahora tras el tercer día de ausencia, en el idioma del hogar.",
}
_SAID_OF_GOAL = {
    "en": "Children are sent home for talking back, and nobody asks what happened.",
    "es": "Mandan a casa a los niños por contestar, y nadie pregunta qué pasó.",
}
_DID_OF_GOAL = {
    "en": "No school sends a child home for defiance any more. A talk and a way back come first.",
    "es": "Ninguna escuela manda a casa por desafiar. Primero hay una conversación y un regreso.",
}
_OUTCOME = "oss_any"  # of the goal that everybody is told of
_HEARD = (
    ("plan", "en", "Will the letters also go to grandparents who care for a child?"),
    ("record", "es", "¿A quién le pido que corrija un día que mi hijo sí estuvo en la escuela?"),
)


def tell(district: Organization, members: Mapping[str, Membership]) -> None:
    """A contact, an entry of a goal, one that waits, and two messages that nobody has read."""
    lead = members["equity_lead"]
    evening = timezone.now().replace(hour=18, minute=0, second=0, microsecond=0)
    told = {"whom": "The family office of the demonstration", "where": "Library", "correct": "",
            "meeting": evening + timedelta(days=14)}  # fmt: skip
    set_contact(lead, "all", told)
    goals = Goal.objects.within(district).order_by("made_at")
    goal = next((one for one in goals if one.offer["outcome"] == _OUTCOME), None)
    if goal is not None:
        out = write_entry(lead, goal=goal, said=_SAID_OF_GOAL, did=_DID_OF_GOAL)
        approve_entry(members["superintendent"], out)
    write_entry(lead, goal=None, said=_SAID, did=_DID)
    for about, language, text in _HEARD:
        receive(district, about=about, school="", text=text, contact="", language=language)
