"""The plan: one `audit.toml` as frozen data that knows no engine."""

from eachchild.plan.errors import PlanError
from eachchild.plan.load import load_plan, plan_from
from eachchild.plan.model import (
    COMPLEMENT,
    OVERALL,
    CellPattern,
    Certified,
    Identity,
    Margin,
    Plan,
    Source,
)

__all__ = [
    "COMPLEMENT", "OVERALL", "CellPattern", "Certified", "Identity", "Margin", "Plan", "PlanError",
    "Source", "load_plan", "plan_from",
]  # fmt: skip
