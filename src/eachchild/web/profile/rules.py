"""What a profile may say; a rule raises with the hint that the page shows."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from eachchild.terms.catalogue import languages
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.profile.document import (
    USUAL_MARGIN,
    Document,
    factor_names,
    filled,
    group_names,
    policies,
)
from eachchild.web.profile.files import check_sources

CONTRAST = 4.5  # WCAG 2.2, 1.4.3
_COLOR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_TABLE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST, _MOST = 200, 2_000  # characters of a text; rows of a list of codes
_PAPER = "#ffffff"
_SHAPES: Mapping[str, type] = {
    "heading": str, "wording": str, "languages": list, "accent": str,
    "margin": dict, "privacy": dict, "labels": dict, "codes": dict, "identity": list, "note": list,
    "source": list,
}  # fmt: skip


def check_profile(document: Document) -> dict[str, Any]:
    """The document in full, where each part of it can be used."""
    told = filled(document)
    for name, shape in _SHAPES.items():
        if type(told[name]) is not shape:
            raise NotAllowedError(_("%(part)s cannot be read.") % {"part": name})
    _check_text(told["heading"])
    _check_languages(told)
    check_accent(told["accent"])
    _check_margin(told["margin"])
    if told["privacy"].get("policy") not in policies() or len(told["privacy"]) != 1:
        raise NotAllowedError(
            _("The policy is one of %(names)s.") % {"names": ", ".join(policies())}
        )
    _check_labels(told["labels"])
    _check_codes(told["codes"])
    _check_groups(told["identity"])
    _check_notes(told["note"])
    check_sources(told["source"])
    return told


def contrast(one: str, other: str) -> float:
    """The contrast of two colors, as WCAG 2.2 defines it.

    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def check_accent(color: str) -> None:
    """A color of one's own must be readable on paper."""
    if not color:
        return
    if not _COLOR.fullmatch(color):
        raise NotAllowedError(_("Write the color as # and six digits, as in #0a5a8a."))
    if contrast(color, _PAPER) < CONTRAST:
        raise NotAllowedError(
            _("This color is too light to be seen by everyone: choose a darker one.")
        )


def _luminance(color: str) -> float:
    parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _check_languages(told: Document) -> None:
    known = [code for code, _name in settings.LANGUAGES]
    if not told["languages"] or any(code not in known for code in told["languages"]):
        raise NotAllowedError(_("Choose one language or more of those the pages speak."))
    if told["wording"] not in languages():
        raise NotAllowedError(
            _("The findings can be written in %(names)s.") % {"names": ", ".join(languages())}
        )


def _check_margin(margin: Mapping[str, Any]) -> None:
    good = set(margin) == set(USUAL_MARGIN) and all(
        type(value) in (int, float) and value > 0 for value in margin.values()
    )
    if not good or not margin["ratio_low"] < 1 < margin["ratio_high"]:
        raise NotAllowedError(
            _(
                "A small ratio lies between a number below 1 and one above 1; "
                "the others are above 0."
            )
        )
    if max(margin["rare_below"], margin["points"]) >= 1:
        raise NotAllowedError(_("Shares are written as parts of one: 0.03 is 3 of 100."))


def _check_labels(labels: Mapping[str, Any]) -> None:
    for key, text in labels.items():
        _check_text(text)
        if key not in group_names() or not text:
            raise NotAllowedError(_("There is no group %(key)s to name.") % {"key": key})
        if set(text) & set("{}"):
            raise NotAllowedError(_("A name has no braces in it."))


def _check_codes(codes: Mapping[str, Any]) -> None:
    for name, rows in codes.items():
        if not _TABLE.fullmatch(name) or type(rows) is not dict or not 0 < len(rows) <= _MOST:
            raise NotAllowedError(
                _("Codes stand in lists by column, as in race: BL = black. %(name)s is none.")
                % {"name": name}
            )
        for theirs, ours in rows.items():
            _check_text(theirs)
            _check_text(ours)


def _check_groups(groups: list[Any]) -> None:
    factors = [one.get("factor") for one in groups if type(one) is dict]
    if len(factors) != len(groups) or len(set(factors)) != len(factors):
        raise NotAllowedError(_("Each way to group students stands in the profile once."))
    for one in groups:
        if set(one) - {"factor", "reference", "reason"} or one["factor"] not in factor_names():
            raise NotAllowedError(_("There is no such way to group students."))
        reference = one.get("reference", "complement")
        known = f"group.{one['factor']}.{reference}" in group_names()
        if not known and reference not in ("complement", "overall"):
            raise NotAllowedError(_("%(name)s is no group to compare with.") % {"name": reference})
        _check_text(one.get("reason", ""))


def _check_notes(notes: list[Any]) -> None:
    for one in notes:
        if type(one) is not dict or set(one) != {"text", "as_of"} or not one["text"]:
            raise NotAllowedError(_("A note on the law has a text and the day it was read."))
        _check_text(one["text"], longest=5 * _LONGEST)
        try:
            date.fromisoformat(one["as_of"])
        except (TypeError, ValueError):
            raise NotAllowedError(_("Write days as YYYY-MM-DD.")) from None


def _check_text(text: Any, *, longest: int = _LONGEST) -> None:
    if type(text) is not str or len(text) > longest or not text.isprintable():
        raise NotAllowedError(
            _("A text has at most %(most)d characters, in one line.") % {"most": longest}
        )
