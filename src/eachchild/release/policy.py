"""The privacy policy as a file: which cells are too small to be shown outside."""

import json
import tomllib
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path

from eachchild.measures.counts import Known, Whole


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
    insiders: bool = True  # the only student of a cell learns no other cell
    approvals: int = 2  # people who agree, the author not among them

    def to_toml(self) -> str:
        """The policy as a file that says the same.

        >>> load_policy("federal").to_toml().splitlines()[0]
        'name = "federal"'
        """
        values = ((f.name, getattr(self, f.name)) for f in fields(self))
        return "".join(f"{name} = {json.dumps(value)}\n" for name, value in values)

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
            raise PolicyError(
                f"the plan names the privacy policy {name}, and there is no such file"
            )
        return _policy(file.read_text("utf-8"), file.name)
    built_in = resources.files(__package__).joinpath("policies")
    names = sorted(f.name.removesuffix(".toml") for f in built_in.iterdir())
    if name not in names:
        raise PolicyError(f"there is no privacy policy '{name}'; there is {', '.join(names)}")
    return _policy(built_in.joinpath(f"{name}.toml").read_text("utf-8"), name)


def _policy(text: str, name: str) -> Policy:
    try:
        return Policy(**tomllib.loads(text))
    except (TypeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"the privacy policy {name} cannot be read: {error}") from None
