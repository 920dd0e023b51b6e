"""The plan: one `audit.toml` as frozen data that knows no engine."""

from eachchild.plan.code_files import FilledCode, read_code_file
from eachchild.plan.errors import PlanError
from eachchild.plan.load import load_plan, plan_from
from eachchild.plan.model import (
    COMPLEMENT,
    OVERALL,
    Adults,
    CellPattern,
    Certified,
    Chain,
    Identity,
    Margin,
    Need,
    Plan,
    Source,
    Supports,
)

__all__ = [
    "COMPLEMENT", "OVERALL", "Adults", "CellPattern", "Certified", "Chain", "FilledCode",
    "Identity",
    "Margin", "Need", "Plan", "PlanError", "Source", "Supports", "load_plan",
    "plan_from", "read_code_file",
]  # fmt: skip
