"""Chains of a plan: steps that are rates of it, in order, asked of the same students."""

from pathlib import Path

import pytest

from eachchild.plan import Chain, Plan, PlanError, plan_from

OUTCOMES = [
    {"name": "oss_any"}, {"name": "oss_again"}, {"name": "days_lost"}, {"name": "chronic_absence"},
]  # fmt: skip


def plan_with(**chain: object) -> Plan:
    return plan_from(
        {
            "source": [{"path": "a.csv", "table": "student_year"}],
            "identity": [{"factor": "race"}],
            "outcome": OUTCOMES,
            "chain": [chain],
        },
        Path(),
    )


def test_a_chain_is_read() -> None:
    assert plan_with(steps=["oss_any", "oss_again"], offer="oss_any").chains == (
        Chain(("oss_any", "oss_again"), "oss_any"),
    )


@pytest.mark.parametrize(
    ("chain", "why"),
    [
        ({"steps": ["oss_any"]}, "two outcomes or more, each once"),
        ({"steps": ["oss_any", "oss_any"]}, "two outcomes or more, each once"),
        ({"steps": ["oss_any", "iss_any"]}, "'iss_any' is not a rate of this plan"),
        ({"steps": ["oss_any", "days_lost"]}, "'days_lost' is not a rate of this plan"),
        ({"steps": ["oss_any", "chronic_absence"]}, "asked of different students"),
        ({"steps": ["oss_any", "oss_again"], "offer": "iss_any"}, "offer must be one of its steps"),
        ({"step": ["oss_any", "oss_again"]}, "Did you mean 'steps'"),
    ],
)
def test_what_is_no_chain_is_refused(chain: dict[str, object], why: str) -> None:
    with pytest.raises(PlanError, match=why):
        plan_with(**chain)
