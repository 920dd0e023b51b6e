"""The schools of a district, by name: those it has here, and those that bundles tell of."""

from collections.abc import Iterable
from pathlib import Path

from eachchild.web.audits.models import Run
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.shelf import NotOnTheShelfError, Shelf, screens

_SCHOOL = "school:"


def schools(district: Organization, bundles: Iterable[Path]) -> dict[str, str]:
    """The name of each school by its id, in the order of names: never by a number."""
    found: dict[str, str] = {}
    for folder in bundles:
        try:
            told = screens(folder)["labels"]["places"]
        except NotOnTheShelfError:
            continue
        for place, name in told.items():
            if place.startswith(_SCHOOL):
                found.setdefault(place.removeprefix(_SCHOOL), name)
    with inside(district):
        own = district.children.filter(kind=Organization.Kind.SCHOOL, closed_at=None)
        found |= {one.place: one.name for one in own if one.place}
    return dict(sorted(found.items(), key=lambda one: (one[1].casefold(), one[0])))


def known_inside(district: Organization) -> dict[str, str]:
    """The schools as those know them who read audits: also of the newest audit, released or not."""
    shelf, newest = Shelf.of(district), Run.finished(district)[:1]
    return schools(district, [shelf.bundle(str(run.pk), "internal") for run in newest])
