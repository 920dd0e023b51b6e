"""What the worker told of an audit's files: what they are, the state of the data, a few rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from eachchild.web.accounts.models import Membership
from eachchild.web.audits.models import Audit, Run, Upload
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.shelf import NotOnTheShelfError, Shelf, told

Told = Mapping[str, Any]


def look_of(member: Membership, audit: Audit) -> Told:
    """What the newest look at the files found; raises the hint where there was none."""
    mine = Run.objects.within(member.organization)
    looks = mine.filter(audit=audit, kind="inspect", state=Run.State.DONE).order_by("-made_at")
    shelf = Shelf.of(member.organization)
    for run in looks:
        try:
            return told(shelf.told(str(run.pk)))
        except NotOnTheShelfError:
            continue
    raise NotAllowedError(
        _("The files were not looked at yet. Send them, and have them looked at.")
    )


def checked_of(member: Membership, audit: Audit) -> Sequence[Told]:
    """The values that the newest check could not map."""
    mine = Run.objects.within(member.organization).filter(audit=audit, kind="check")
    run = mine.filter(state=Run.State.DONE).order_by("-made_at").first()
    try:
        found: Sequence[Told] = told(Shelf.of(member.organization).told(str(run.pk)))[
            "unmapped"
        ] if run else ()  # fmt: skip
    except NotOnTheShelfError:
        return ()
    return found


def aside_of(member: Membership, run: Run) -> Mapping[str, Any]:
    """A few of the rows that a check put aside, by file."""
    try:
        return told(Shelf.of(member.organization).aside(str(run.pk)))
    except NotOnTheShelfError:
        return {}


def uploads_of(member: Membership, audit: Audit) -> Any:
    """The files of an audit that are ready."""
    mine = Upload.objects.within(member.organization)
    return mine.filter(audit=audit, state=Upload.State.READY).order_by("name")


def preview(sample: Told | None, mapped: Mapping[str, str], member: Membership) -> Told | None:
    """A few rows, for a role that sees rows; protected columns masked unless each was granted."""
    if sample is None or not member.may("rows"):
        return None
    hidden = [not _may_see(c, mapped.get(c["name"], ""), member) for c in sample["columns"]]
    rows = [
        ["•••" if h and cell else cell for cell, h in zip(row, hidden, strict=True)]
        for row in sample["rows"]
    ]
    return {"columns": sample["columns"], "rows": rows, "masked": any(hidden)}


def _may_see(column: Told, ours: str, member: Membership) -> bool:
    """By what it was taken for and by what it is now said to be: the stricter of both."""
    return member.holds(column["protected"]) and member.sees_column(ours)
