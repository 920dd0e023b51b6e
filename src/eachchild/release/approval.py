"""Who must agree before anything leaves: people named as data, the author not among them."""

from collections.abc import Sequence

from eachchild.release.door import ReleaseRefusedError
from eachchild.release.policy import Policy
from eachchild.release.types import Audience


def approved(
    names: Sequence[str], *, author: str, policy: Policy, audience: Audience
) -> tuple[str, ...]:
    """The names of those who approve; ReleaseRefusedError where they are too few.

    The same name in other letters is the same person, and the author's own approval is none. A
    policy that is for insiders cannot be approved for anybody else.

    >>> from eachchild.release.policy import load_policy
    >>> federal = load_policy("federal")
    >>> approved(["A. Lee", "B. Ruiz"], author="Data", policy=federal, audience=Audience.PUBLIC)
    ('A. Lee', 'B. Ruiz')
    """
    if not policy.allows(audience.value):
        raise ReleaseRefusedError(
            f"policy '{policy.name}' is for {policy.widest} and nobody beyond. Release to "
            f"{audience.value} under 'federal', or under a policy of your own."
        )
    people = {person(name): name.strip() for name in names if name.strip()}
    if author.strip() and person(author) in people:
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


def person(name: str) -> str:
    """A name as it is compared: letters and spaces make no other person.

    >>> person(" A.  Lee") == person("a. lee")
    True
    """
    return " ".join(name.casefold().split())
