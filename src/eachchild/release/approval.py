"""Who must agree before anything leaves: people named as data, the author not among them."""

from collections.abc import Sequence

from eachchild.release.door import ReleaseRefusedError
from eachchild.release.policy import Policy


def approved(names: Sequence[str], *, author: str, policy: Policy) -> tuple[str, ...]:
    """The names of those who approve; ReleaseRefusedError where they are too few.

    The same name in other letters is the same person, and the author's own approval is none.

    >>> from eachchild.release.policy import load_policy
    >>> approved(["A. Lee", "B. Ruiz"], author="Data office", policy=load_policy("federal"))
    ('A. Lee', 'B. Ruiz')
    """
    people = {_plain(name): name.strip() for name in names if name.strip()}
    if author.strip() and _plain(author) in people:
        raise ReleaseRefusedError(
            f"{author} wrote the plan and cannot approve its release. Ask somebody else."
        )
    if len(people) < policy.approvals:
        asked = "one person" if policy.approvals == 1 else f"{policy.approvals} different people"
        raise ReleaseRefusedError(
            f"policy '{policy.name}' asks for {asked} to approve and there "
            f"{'is' if len(people) == 1 else 'are'} {len(people)}. Name each with --approved-by."
        )
    return tuple(people.values())


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
