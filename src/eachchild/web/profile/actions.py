"""The only writers of profiles: each one transaction, one line of the trail."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eachchild.web.accounts.models import Membership
from eachchild.web.foundation.actions import record
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.profile.document import Document, filled, from_toml, to_toml, together
from eachchild.web.profile.files import with_known
from eachchild.web.profile.logo import drawn
from eachchild.web.profile.models import Profile
from eachchild.web.profile.plan_text import with_profile
from eachchild.web.profile.rules import check_profile

LARGEST = 500_000  # bytes of a profile's file


def save(member: Membership, document: Document, logo: bytes | None = None) -> Profile:
    """Keep a profile; `logo` None leaves the picture as it is, and none takes it away."""
    told = check_profile(document)
    picture = drawn(logo) if logo else logo
    with transaction.atomic():
        profile = Profile.of(member.organization)
        profile.document, profile.changed_at = told, timezone.now()
        if picture is not None:
            profile.logo = picture
        profile.save()
        record("profile.changed", organization=member.organization, actor=member.user,
               thing=f"profile:{profile.pk}")  # fmt: skip
    return profile


def take_in(member: Membership, sent: bytes) -> Profile:
    """Set everything as a profile's file says, which another district may have written."""
    if len(sent) > LARGEST:
        raise NotAllowedError(_("This file is too large to be a profile."))
    try:
        document, logo = from_toml(sent.decode("utf-8-sig"))
        picture = base64.b64decode(logo, validate=True)
    except (ValueError, binascii.Error) as error:
        said = _("This file cannot be read as a profile: %(why)s.")
        raise NotAllowedError(said % {"why": error}) from None
    return save(member, document, picture)


def remember(
    member: Membership, *, codes: Mapping[str, Mapping[str, str]] | None = None,
    files: Iterable[Mapping[str, Any]] = (),
) -> Profile:  # fmt: skip
    """Keep what codes and files mean for the audits that come; what was said before stays."""
    with transaction.atomic():
        profile = Profile.of(member.organization)
        told = filled(profile.document)
        lists = together(told["codes"], codes or {})
        found = {name: rows for name, rows in lists.items() if rows}
        return save(member, {**told, "codes": found, "source": with_known(told["source"], files)})


def written(profile: Profile) -> str:
    """A profile as its file."""
    return to_toml(profile.document, base64.b64encode(bytes(profile.logo)).decode())


def known_of(organization: Organization) -> tuple[str, tuple[Mapping[str, Any], ...]]:
    """What the district set of a plan, as one, and the files it knows."""
    document = Profile.of(organization).document
    return with_profile("", document), tuple(filled(document)["source"])
