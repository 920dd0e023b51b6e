"""What the demonstration tells families and hears from them, so that its pages can be tried."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from eachchild.web.accounts.models import Membership
from eachchild.web.foundation.models import Organization
from eachchild.web.strategy.actions.outward import receive, set_contact, write_entry

_SAID = {
    "en": "Letters about absences come late, and only in English.",
    "es": "Las cartas sobre ausencias llegan tarde y solo en inglés.",
}
_DID = {
    "en": "Every school now writes after the third day missed, in the language of the home.",
    "es": "Cada escuela escribe ahora tras el tercer día de ausencia, en el idioma del hogar.",
}
_HEARD = (
    ("plan", "en", "Will the letters also go to grandparents who care for a child?"),
    ("record", "es", "¿A quién le pido que corrija un día que mi hijo sí estuvo en la escuela?"),
)


def tell(district: Organization, members: Mapping[str, Membership]) -> None:
    """A contact, an entry that waits for a second person, and two messages that nobody has read."""
    lead = members["equity_lead"]
    evening = timezone.now().replace(hour=18, minute=0, second=0, microsecond=0)
    told = {"whom": "The family office of the demonstration", "where": "Library", "correct": "",
            "meeting": evening + timedelta(days=14)}  # fmt: skip
    set_contact(lead, "all", told)
    write_entry(lead, goal=None, said=_SAID, did=_DID)
    for about, language, text in _HEARD:
        receive(district, about=about, school="", text=text, contact="", language=language)
