"""Which choices of a plan are the district's own, and which were changed for this audit alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from eachchild.web.audits import plans
from eachchild.web.audits.beginning import known_like
from eachchild.web.audits.models import Audit
from eachchild.web.profile.actions import known_of

_PARTS = ("margin", "labels")


@dataclass(frozen=True, slots=True)
class Whose:
    """What the district's profile says of a plan, choice by choice, and which files it knows."""

    plan: plans.Plan  # the profile's part of a plan
    files: tuple[Mapping[str, Any], ...]
    earlier: str = ""  # the title of the audit that this one is like
    earlier_files: tuple[Mapping[str, Any], ...] = ()

    def says(self, plan: plans.Plan) -> dict[str, str]:
        """By the name of a choice: that it is the district's own, or was changed here."""
        here = _flat(plan)
        return {
            name: _("from the district's profile") if here.get(name) == own
            else _("changed for this audit; the district's profile says: %(own)s") % {"own": own}
            for name, own in _flat(self.plan).items()
        }  # fmt: skip

    def of_code(self, name: str, value: str, ours: str | None) -> bool:
        """Whether the profile says the same of a value."""
        own: str | None = self.plan.get("codes", {}).get(name, {}).get(value)
        return own is not None and own == ours

    def of_file(self, file: str, source: Mapping[str, Any] | None, headings: Iterable[str]) -> str:
        """Who said before what a file is, in words; empty: nobody, or something else."""
        there = tuple(headings)
        if known_like(file, source, there, self.files):
            return _("as the district's profile says")
        if known_like(file, source, there, self.earlier_files):
            return _("as in “%(title)s”") % {"title": self.earlier}
        return ""


def whose(audit: Audit) -> Whose:
    """What the profile and the earlier audit say that an audit begins with."""
    own, known = known_of(audit.organization)
    like = audit.like
    return Whose(
        plans.read(own), known, str(like) if like else "",
        tuple(plans.known_files(plans.read(like.plan))) if like else (),
    )  # fmt: skip


def _flat(plan: plans.Plan) -> dict[str, str]:
    """The choices of a plan that a profile may have, by name, each as a text."""
    told = {name: str(plan[name]) for name in ("heading", "language") if plan.get(name)}
    if "policy" in plan.get("privacy", {}):
        told["policy"] = str(plan["privacy"]["policy"])
    if plan.get("notes"):
        told["notes"] = "\n".join(plan["notes"])
    for part in _PARTS:
        told |= {f"{part}.{name}": str(value) for name, value in plan.get(part, {}).items()}
    for one in plan.get("identity", ()):
        told[f"identity.{one['factor']}"] = one.get("reference", "complement")
    return told
