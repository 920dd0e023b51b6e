"""What may be done in an organization; each rule raises with the hint that a button shows."""

from django.utils.translation import gettext as _

from eachchild.web.foundation.matrix import roles


class NotAllowedError(Exception):
    """Something this person may not do now; the message says why, and what would change it."""


def check_right(role: str, right: str) -> None:
    """Whether a role has a right."""
    if right not in roles()[role].rights:
        raise NotAllowedError(
            _("%(role)s may not do this. Ask your administrator who may.")
            % {"role": _(roles()[role].label)}
        )
