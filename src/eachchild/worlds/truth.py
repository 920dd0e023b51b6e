"""What is true in a world, as `truth.json` says it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Gap:
    """One true number; `within_schools` compares inside each school of a year, as an audit does."""

    outcome: str
    group: str
    reference: str  # empty: the group's own rate or mean
    measure: str
    value: float
    place: str
    period: str
    planted: bool
    within_schools: float | None = None

    def key(self) -> tuple[str, str, str, str, str]:
        """What tells this line from every other."""
        return self.outcome, self.group, self.reference, self.measure, self.period


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted cause of a gap."""

    cause: str
    outcome: str
    group: str
    reference: str
    measure: str
    value: float
    place: str
    period: str
    share_of_gap: float | None
    identifiable: bool


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything known of a world that was written: `truth.json`."""

    world: str
    seed: int
    students: int
    planted: tuple[Planted, ...]
    gaps: tuple[Gap, ...]
    rows: Mapping[str, int] = field(default_factory=dict)  # by file
    mess: Mapping[str, Mapping[str, int | str]] = field(default_factory=dict)  # by file

    def to_json(self) -> str:
        """The text of `truth.json`, a line a number."""
        whole = asdict(self)
        parts = []
        for key, value in whole.items():
            many = isinstance(value, list | tuple) and value
            lines = ",\n  ".join(json.dumps(v, ensure_ascii=False) for v in value) if many else ""
            text = f"[\n  {lines}\n ]" if many else json.dumps(value, ensure_ascii=False)
            parts.append(f' "{key}": {text}')
        return "{\n" + ",\n".join(parts) + "\n}\n"

    def gap(self, outcome: str, group: str, reference: str, *, measure: str, period: str) -> Gap:
        """One of the gaps; KeyError where the truth has no such line."""
        wanted = (outcome, group, reference, measure, period)
        found = next((g for g in self.gaps if g.key() == wanted), None)
        if found is None:
            raise KeyError(wanted)
        return found
