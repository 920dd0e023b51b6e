"""The privacy policy as a file: which cells are too small to be shown outside."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from importlib import resources
from pathlib import Path

from eachchild.measures.counts import Known, Whole
from eachchild.release.types import Audience

Steps = tuple[tuple[int, int], ...]
_LEAST = {"minimum_n": 1, "minimum_events": 0, "width": 1, "approvals": 1, "years_together": 1}
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
    bands: Steps = ()  # of a hidden count: (students at least, percent)
    codes: Steps = ()  # the same: rates so near to none or all of a group are hidden
    minimum_without: int | None = None  # of those without an outcome; None: as with it
    noughts_shown: bool = True  # that nobody is with an outcome may be said
    approvals: int = 2  # people who agree, the author not among them
    widest: str = "public"  # the widest audience that may be shown what it allows
    note: str = ""  # what of its source it carries, and what it does not

    def __post_init__(self) -> None:
        """Refuse what would protect nobody, or cannot be read."""
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise ValueError(f"{name} is no whole number of at least {least}")
        if self.minimum_without is not None and type(self.minimum_without) is not int:
            raise ValueError("minimum_without is no whole number")
        for name in ("implied_sums", "above_nought", "insiders", "noughts_shown"):
            if type(getattr(self, name)) is not bool:
                raise ValueError(f"{name} is neither true nor false")
        object.__setattr__(self, "bands", _steps("bands", self.bands))
        object.__setattr__(self, "codes", _steps("codes", self.codes))
        if self.widest not in tuple(Audience):
            raise ValueError(f"widest is none of {', '.join(Audience)}")

    def to_toml(self) -> str:
        """The policy as a file that says the same.

        >>> load_policy("federal").to_toml().splitlines()[0]
        'name = "federal"'
        """
        named = ((f.name, getattr(self, f.name)) for f in fields(self))
        values = ((name, value) for name, value in named if value not in (None, "", ()))
        return "".join(f"{name} = {json.dumps(value)}\n" for name, value in values)

    def allows(self, audience: str) -> bool:
        """Whether an audience may be shown what this policy allows.

        >>> load_policy("internal").allows("public"), load_policy("federal").allows("board")
        (False, True)
        """
        widest_first = tuple(Audience)
        return widest_first.index(Audience(audience)) >= widest_first.index(Audience(self.widest))

    @property
    def without(self) -> int:
        """How many at least must be without an outcome."""
        return self.minimum_events if self.minimum_without is None else self.minimum_without

    def few(self, yes: int, no: int) -> bool:
        """Whether one group is not told for how many are, or are not, with an outcome.

        That nobody is with it may be said where noughts are shown; that everybody is may not.

        >>> load_policy("federal").few(0, 40), load_policy("federal").few(40, 0)
        (False, True)
        """
        nobody = yes == 0 and self.noughts_shown
        return (yes < self.minimum_events and not nobody) or no < self.without

    def coded(self, yes: int, n: int) -> bool:
        """Whether a rate is so near to none or all of a group that it is told as a band alone.

        >>> load_policy("de").coded(0, 40), load_policy("de").coded(38, 40)
        (True, True)
        """
        return 100 * min(yes, n - yes) <= self.step_of(n, self.codes) * n

    def nobody_is_hidden(self, n: int) -> bool:
        """Whether it is hidden of a group of this size that nobody is with an outcome."""
        return not self.noughts_shown or self.step_of(n, self.codes) >= 0

    @staticmethod
    def step_of(n: int, steps: "Steps") -> int:
        """The percent that goes with a group's size; -1 where none does."""
        return next((percent for size, percent in steps if n >= size), -1)

    def small(self, n: Whole, events: Whole) -> Known:
        """Cells a release would have to hide: too few students, or too few on either side.

        A numerator near zero or near everybody tells of single students as surely as a small n.
        """
        few = (events > 0) & (events < self.minimum_events)
        most = (n - events > 0) & (n - events < self.without)
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


def policy_of(data: bytes, name: str = "policy.toml") -> Policy:
    """Read a policy file; PolicyError where it is none."""
    try:
        said = tomllib.loads(data.decode())
        _refuse_keys(said)
        return Policy(**said)
    except (TypeError, ValueError) as error:  # a TOMLDecodeError is a ValueError
        raise PolicyError(f"the privacy policy {name} cannot be read: {error}") from None


def _refuse_keys(said: Mapping[str, object]) -> None:
    known = [f.name for f in fields(Policy)]
    strange = [key for key in said if key not in known]
    if strange:
        raise ValueError(f"it has no {', '.join(strange)}; there is {', '.join(known)}")
    needed = [f.name for f in fields(Policy) if f.default is MISSING]
    missing = [key for key in needed if key not in said]
    if missing:
        raise ValueError(f"it does not say {', '.join(missing)}")


def _steps(name: str, steps: object) -> Steps:
    """Pairs with the largest groups first; ValueError where they are none."""
    said = (
        f"{name} are pairs of students at least and percent, as in [[100, 5], [20, 10]]; each "
        f"percent is one of {', '.join(map(str, PERCENTS))}"
    )
    listed = steps if isinstance(steps, list | tuple) else [steps]
    pairs = [tuple(step) if isinstance(step, list | tuple) else () for step in listed]
    if any([type(x) for x in pair] != [int, int] for pair in pairs):
        raise ValueError(said)
    if any(n < 1 or percent not in PERCENTS for n, percent in pairs):
        raise ValueError(said)
    if len({n for n, _ in pairs}) < len(pairs):
        raise ValueError(f"{name} say two percents of groups of one size")
    return tuple(sorted(((n, percent) for n, percent in pairs), reverse=True))
