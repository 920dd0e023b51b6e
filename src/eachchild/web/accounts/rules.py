"""Who may join an organization, and as what."""

from datetime import datetime

from django.utils.translation import gettext as _

from eachchild.web.accounts.models import Membership
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.rules import NotAllowedError

OUTSIDE = "partner"


def check_can_invite(
    role: str, *, school: Organization | None, basis: str, purpose: str, agreement: str,
    ends_at: datetime | None,
) -> None:  # fmt: skip
    """A role that exists; a school where the role is of one; of an outsider the ground in full."""
    if role not in roles():
        raise NotAllowedError(_("There is no such role."))
    if roles()[role].own_place and school is None:
        raise NotAllowedError(_("This role belongs to a school: choose which."))
    if role == OUTSIDE:
        missing = basis == Membership.Basis.STAFF or not (purpose and agreement and ends_at)
        if missing:
            raise NotAllowedError(
                _(
                    "Somebody from outside needs a ground in FERPA, a purpose, the agreement that "
                    "allows it and the day it ends."
                )
            )
