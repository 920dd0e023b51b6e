"""When a packet can be made."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from eachchild.web.audits.models import Release, Run
from eachchild.web.foundation.rules import NotAllowedError


def check_can_pack(release: Release | None, runs: Iterable[Run]) -> Release:
    """There is a released copy to make it of, and it is not being made already."""
    if release is None:
        raise NotAllowedError(
            _("A packet is made of a copy that was released to the board or the public. There is "
              "none yet: propose one of your newest audit.")
        )  # fmt: skip
    if any(run.is_open for run in runs):
        raise NotAllowedError(_("It is being made. Look again in a minute."))
    return release
