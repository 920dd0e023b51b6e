"""What a new audit begins with: what its files were taken for, what the district set, what an
earlier audit chose.

What a person chose in this audit stays; then comes the earlier audit it is like, then the
district's profile, then our guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eachchild.terms.factors import FACTORS
from eachchild.web.audits import plans
from eachchild.web.audits.models import Audit
from eachchild.web.profile.actions import known_of
from eachchild.web.profile.document import together
from eachchild.web.profile.files import LEFT, best_known, known_file

# Of one year or one agreement, so that nobody takes it over without reading it.
_OF_ONE_AUDIT = frozenset(("title", "author", "source", "codes", "certified", "adults", "notes"))


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known before a file is read: a plan without files, and files of earlier audits."""

    plan: plans.Plan = field(default_factory=dict)
    files: Sequence[Mapping[str, Any]] = ()


def beginning(profile: plans.Plan, known: Sequence[Mapping[str, Any]], like: str) -> Beginning:
    """From the profile's part of a plan, the files it knows, and the plan of an earlier audit."""
    earlier = plans.read(like)
    kept = {k: v for k, v in earlier.items() if k not in _OF_ONE_AUDIT}
    lists = together(profile.get("codes", {}), earlier.get("codes", {}))
    return Beginning({**profile, **kept, "codes": lists}, [*known, *plans.known_files(earlier)])


def begun_with(audit: Audit) -> Beginning:
    """What an audit begins with: the district's profile, and the earlier audit it is like."""
    own, known = known_of(audit.organization)
    return beginning(plans.read(own), known, audit.like.plan if audit.like else "")


NOTHING = Beginning()


def first_plan(told: Mapping[str, Any], before: str, title: str, own: Beginning = NOTHING) -> str:
    """The plan of a look at files, with what is certain of codes.

    What was chosen before, for files that are still there, stays.
    """
    guessed, chosen = plans.read(told["plan"]), plans.read(before)
    there = {f["path"] for f in told["files"]}
    kept = [s for s in chosen.get("source", ()) if s["path"] in there]
    asked = set(plans.files_of(chosen)) | set(plans.left_in(before))
    new = [s for f in told["files"] if f["path"] not in asked and (s := _source(f, guessed, own))]
    begun = {} if before else own.plan
    plan: dict[str, Any] = {
        **guessed, **begun, **chosen, "title": title,
        "source": sorted([*kept, *new], key=lambda s: str(s["path"])),
        "codes": _codes(told, guessed, own.plan, chosen),
    }  # fmt: skip
    plan.pop("author", None)
    plan["identity"] = chosen.get("identity") or _identity(plan, begun, guessed)
    plan["outcome"] = chosen.get("outcome") or begun.get("outcome") or guessed.get("outcome", [])
    told_plan = {k: v for k, v in plan.items() if k != "codes" or v}
    return plans.write(told_plan, sorted(there - set(plans.files_of(plan))))


def _source(file: Mapping[str, Any], guessed: plans.Plan, own: Beginning) -> dict[str, Any] | None:
    """What a file is: as it was known before, else as we guess; None: it is left out."""
    guess = plans.source_of(guessed, file["path"])
    known = best_known(file["path"], [c["name"] for c in file["columns"]], own.files)
    if known is None:
        return guess
    if known["shape"] == LEFT:
        return None
    found = {"path": file["path"], **{k: v for k, v in known.items() if k != "file"}}
    has_year = "period" in found.get("columns", {}) or found.get("period_column")
    if not has_year and guess and guess.get("period"):
        found["period"] = guess["period"]
    return found


def known_like(
    file: str, source: Mapping[str, Any] | None, headings: Sequence[str],
    known: Sequence[Mapping[str, Any]],
) -> bool:  # fmt: skip
    """Whether what is said of a file is what was known of files of its shape."""
    found, here = best_known(file, headings, known), known_file(file, source, headings)
    return found is not None and {**found, "file": file} == here


def _codes(
    told: Mapping[str, Any], guessed: plans.Plan, own: plans.Plan, chosen: plans.Plan
) -> dict[str, dict[str, str]]:
    """What codes mean: as chosen here, else as the district has it, else where it is certain."""
    certain = {
        one["name"]: {r["value"]: r["ours"] for r in one["rows"] if r["ours"]}
        for one in told["codes"]
    }
    lists = together(certain, *(plan.get("codes", {}) for plan in (guessed, own, chosen)))
    return {name: rows for name, rows in lists.items() if rows}


def _identity(plan: plans.Plan, begun: plans.Plan, guessed: plans.Plan) -> list[Mapping[str, Any]]:
    """Whom the district compares, of those its files tell; all of these where it says nothing."""
    by_guess = {one["factor"]: one for one in guessed.get("identity", ())}
    told = {*by_guess, *plans.factors_of({**plan, "identity": []})}
    own = [i for i in begun.get("identity", ()) if i["factor"] in told or "values" in i]
    everything: Sequence[Mapping[str, Any]] = [
        by_guess.get(name, {"factor": name, "reference": "complement"})
        for name in FACTORS if name in told
    ]  # fmt: skip
    return list(own or everything)
