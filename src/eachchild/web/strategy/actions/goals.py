"""The only writers of goals: hypotheses, goals, steps and trials."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from eachchild.web.accounts.models import Membership, User
from eachchild.web.audits.models import Run
from eachchild.web.strategy.actions.noting import noted
from eachchild.web.strategy.models import Action, Cycle, Goal, Hypothesis
from eachchild.web.strategy.rules.goals import (
    check_can_aim,
    check_can_begin,
    check_can_change,
    check_can_end,
    check_can_report,
    check_open_to_all,
    check_whys,
)

JUDGE = "progress"  # the kind of run that works out what goals can be said to have done


def weigh(member: Membership, finding: str, said: Mapping[str, Any]) -> Hypothesis:
    """Write down what could make a gap, and what the team thinks of it.

    A cause of the ledger is weighed anew in its place: the team has one stance on it.
    """
    mine = Hypothesis.objects.within(member.organization)
    values = {**said, "whys": check_whys(said.get("whys", ()))}
    with transaction.atomic():
        found: Hypothesis | None = None
        if cause := values.get("cause"):
            found = mine.filter(finding=finding, cause=cause).first()
        if found is None:
            found = mine.create(finding=finding, made_by=member.user, **values)
        else:
            for name, value in values.items():
                setattr(found, name, value)
            found.save()
        noted(member, "hypothesis.weighed", f"hypothesis:{found.pk}")
    return found


def aim(
    member: Membership, run: Run, offer: Mapping[str, Any] | None, said: Mapping[str, Any],
    groups: Mapping[str, str],
) -> Goal:  # fmt: skip
    """Make a goal of a finding, and have what can be said of it worked out.

    `said`: screen, sentence, share, change, inclusive, begins, balancing, strategies, lead.
    """
    mine = Goal.objects.within(member.organization)
    with transaction.atomic():
        check_can_aim(offer, mine.filter(finding=offer["finding"]) if offer else ())
        assert offer is not None  # noqa: S101 - for the type checker alone: the rule refused
        check_open_to_all(said["change"], groups)
        values = dict(said)
        share = values.pop("share")
        target = next(one for one in offer["targets"] if str(one["share"]) == share)
        goal: Goal = mine.create(
            run=run, finding=offer["finding"], offer=dict(offer), target=dict(target),
            made_by=member.user, **values,
        )  # fmt: skip
        noted(member, "goal.made", f"goal:{goal.pk}")
        judge(member, run)
    return goal


def judge(member: Membership, run: Run) -> None:
    """Queue a look at what the newest audit can say of the goals there are now."""
    runs = Run.objects.within(member.organization)
    done = Run.finished(member.organization).first() or run
    waiting = runs.filter(kind=JUDGE, audit=done.audit, state=Run.State.QUEUED)
    if not waiting.exists():
        runs.create(audit=done.audit, made_by=member.user, kind=JUDGE, plan=done.plan)


def add_step(
    member: Membership, goal: Goal, *, title: str, owner: User, due: date,
    driver: Hypothesis | None = None,
) -> Action:  # fmt: skip
    """Add a step to a goal."""
    with transaction.atomic():
        check_can_change(goal)
        step: Action = Action.objects.within(member.organization).create(
            goal=goal, title=title, owner=owner, due=due, driver=driver, made_by=member.user
        )
        noted(member, "step.added", f"step:{step.pk}")
    return step


def step_done(member: Membership, step: Action, evidence: str) -> Action:
    """Say that a step is done, and what shows it."""
    with transaction.atomic():
        check_can_report(
            step.owner_id == member.user.pk, member.may("lead"), done=step.done_at is not None
        )
        step.done_at, step.evidence = timezone.now(), evidence
        step.save(update_fields=["done_at", "evidence"])
        noted(member, "step.done", f"step:{step.pk}")
    return step


def begin_trial(member: Membership, goal: Goal, *, tries: str, predicts: str) -> Cycle:
    """Begin a trial; what is predicted is written down before anything is done."""
    mine = Cycle.objects.within(member.organization).filter(goal=goal)
    with transaction.atomic():
        check_can_change(goal)
        check_can_begin(mine)
        cycle: Cycle = mine.create(
            goal=goal, number=mine.count() + 1, tries=tries, predicts=predicts, made_by=member.user
        )
        noted(member, "trial.begun", f"trial:{cycle.pk}")
    return cycle


def end_trial(member: Membership, cycle: Cycle, *, did: str, learned: str, act: str) -> Cycle:
    """End a trial: what was done, what happened beside the prediction, what follows."""
    with transaction.atomic():
        check_can_end(cycle)
        cycle.did, cycle.learned, cycle.act = did, learned, act
        cycle.ended_at = timezone.now()
        cycle.save(update_fields=["did", "learned", "act", "ended_at"])
        noted(member, "trial.ended", f"trial:{cycle.pk}")
    return cycle
