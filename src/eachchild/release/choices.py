"""What `audit.json` says: the plan, the inputs, the versions, and every choice that was made."""

import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from platform import python_version_tuple

from eachchild.cube import Cube, definition, definition_hash
from eachchild.plan import Plan
from eachchild.release.policy import Policy
from eachchild.tables import FREE_TEXT, FileAccount

_ENGINES = ("duckdb", "narwhals", "numpy", "pyarrow", "scipy", "typst")


def choices_made(
    plan: Plan, cube: Cube, accounts: Sequence[FileAccount], policy: Policy
) -> dict[str, object]:
    """Everything another person needs to get the same numbers; no clock, path, host or user."""
    return {
        "title": plan.title,
        "author": plan.author,
        "plan": hashlib.sha256(plan.text).hexdigest(),
        "inputs": [{"path": a.path, "sha256": a.sha256} for a in accounts],
        "versions": {
            "eachchild": version("eachchild"),
            "python": ".".join(python_version_tuple()[:2]),
            **{name: version(name) for name in _ENGINES},
        },
        "as_of": plan.as_of,
        "membership": plan.membership,
        "language": plan.language,
        "periods": list(cube.periods),
        "places": {"level": cube.places.level, "count": len(cube.places.ids)},
        "notes": _notes(plan),
        "margin": {n: getattr(plan.margin, n) for n in plan.margin.__dataclass_fields__},
        "policy": {"name": policy.name, "version": policy.version},
        "identity": [
            {"factor": i.factor.id, "reference": i.reference, "reason": i.reason}
            for i in plan.identity
        ],
        "outcomes": [
            {**definition(o), "definition": definition_hash(o, plan)} for o in plan.outcomes
        ],
        "rows": [
            {
                "path": a.path,
                "rows_read": a.rows_read,
                "loaded": a.loaded,
                "merged": a.merged,
                "quarantined": a.quarantined,
                "ignored": dict(a.ignored),
            }
            for a in accounts
        ],
    }


def _notes(plan: Plan) -> str:
    """What became of what people wrote, for a plan that names a column of it or asks for it."""
    mapped = any(FREE_TEXT & {*s.columns, *dict(s.constant)} for s in plan.sources)
    if plan.keep_text:
        return "read (keep_text = true): words are counted, and nothing else of them is kept"
    if mapped:
        return "not read: the plan names a column of notes, and does not say keep_text = true"
    return "none read"
