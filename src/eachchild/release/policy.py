"""The privacy policy as a file: which cells are too small to be shown outside."""

import json
import tomllib
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path

from eachchild.measures.counts import Known, Whole
from eachchild.release.types import Audience

PERCENTS = (1, 2, 5, 10, 20, 33, 50)  # how wide a band may be; 33 is a third


class PolicyError(ValueError):
    """A policy that cannot be used; the message says which and what there is."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which cells a release must not show by themselves (primary marks)."""

    name: str
    version: str
    minimum_n: int
    minimum_events: int
    source: str
    width: int = 5  # a hidden count must leave at least so many values between its ends
    implied_sums: bool = True  # a small sum of hidden cells that follows is one cell more to hide
    above_nought: bool = True  # readers know that a nought is shown where a small count is not
    insiders: bool = True  # the only student of a cell learns no other cell
    years_together: int = 3  # the latest years that are shown added up; 1: none are
    bands: tuple[tuple[int, int], ...] = ()  # of a hidden count: (students at least, percent)
    approvals: int = 2  # people who agree, the author not among them
    widest: str = "public"  # the widest audience that may be shown what it allows

    def __post_init__(self) -> None:
        """Refuse what would protect nobody, or cannot be read."""
        floor = {
            "minimum_n": 1,
            "minimum_events": 0,
            "width": 1,
            "approvals": 1,
            "years_together": 1,
        }
        for name, least in floor.items():
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise ValueError(f"{name} is no whole number of at least {least}")
        for name in ("implied_sums", "above_nought", "insiders"):
            if type(getattr(self, name)) is not bool:
                raise ValueError(f"{name} is neither true nor false")
        object.__setattr__(self, "bands", _steps(self.bands))
        if self.widest not in tuple(Audience):
            raise ValueError(f"widest is none of {', '.join(Audience)}")

    def to_toml(self) -> str:
        """The policy as a file that says the same.

        >>> load_policy("federal").to_toml().splitlines()[0]
        'name = "federal"'
        """
        values = ((f.name, getattr(self, f.name)) for f in fields(self))
        return "".join(f"{name} = {json.dumps(value)}\n" for name, value in values)

    def allows(self, audience: str) -> bool:
        """Whether an audience may be shown what this policy allows.

        >>> load_policy("internal").allows("public"), load_policy("federal").allows("board")
        (False, True)
        """
        widest_first = tuple(Audience)
        return widest_first.index(Audience(audience)) >= widest_first.index(Audience(self.widest))

    def few(self, yes: int, no: int) -> bool:
        """Whether one group is not told for how many are, or are not, with an outcome.

        That nobody is with it may be said, that everybody is may not.

        >>> load_policy("federal").few(0, 40), load_policy("federal").few(40, 0)
        (False, True)
        """
        return 0 < yes < self.minimum_events or no < self.minimum_events

    def small(self, n: Whole, events: Whole) -> Known:
        """Cells a release would have to hide: too few students, or too few on either side.

        A numerator near zero or near everybody tells of single students as surely as a small n.
        """
        few = (events > 0) & (events < self.minimum_events)
        most = (n - events > 0) & (n - events < self.minimum_events)
        return (n > 0) & ((n < self.minimum_n) | few | most)


def load_policy(name: str, folder: Path | None = None) -> Policy:
    """A built-in policy by name, or a file beside the plan; PolicyError where there is none.

    >>> load_policy("federal").minimum_n
    10
    """
    if name.endswith(".toml"):
        file = (folder or Path()) / name
        if not file.is_file():
            raise PolicyError(f"the privacy policy {name} is named, and there is no such file")
        return policy_of(file.read_bytes(), file.name)
    built_in = resources.files(__package__).joinpath("policies")
    names = sorted(f.name.removesuffix(".toml") for f in built_in.iterdir())
    if name not in names:
        raise PolicyError(f"there is no privacy policy '{name}'; there is {', '.join(names)}")
    return policy_of(built_in.joinpath(f"{name}.toml").read_bytes(), name)


def _steps(bands: object) -> tuple[tuple[int, int], ...]:
    """Bands as pairs, the largest groups first; ValueError where they are none."""
    said = (
        "bands are pairs of students at least and percent, as in [[100, 5], [20, 10]]; the percent "
        f"is one of {', '.join(map(str, PERCENTS))}"
    )
    if not isinstance(bands, list | tuple) or any(
        not isinstance(b, list | tuple) or [type(x) for x in b] != [int, int] for b in bands
    ):
        raise ValueError(said)
    pairs = tuple((n, percent) for n, percent in bands)
    sizes = [n for n, _ in pairs]
    if any(n < 1 or percent not in PERCENTS for n, percent in pairs) or len(set(sizes)) < len(
        sizes
    ):
        raise ValueError(said)
    return tuple(sorted(pairs, reverse=True))


def policy_of(data: bytes, name: str = "policy.toml") -> Policy:
    """Read a policy file; PolicyError where it is none."""
    try:
        return Policy(**tomllib.loads(data.decode()))
    except (TypeError, ValueError) as error:  # a TOMLDecodeError is a ValueError
        raise PolicyError(f"the privacy policy {name} cannot be read: {error}") from None
