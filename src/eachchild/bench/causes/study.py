"""Districts with a known cause, audited as any other, and what was told of their gaps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from eachchild import story
from eachchild.bench.tables import read_table
from eachchild.findings.model import Finding
from eachchild.worlds.causes import CAUSE_WORLDS
from eachchild.worlds.synthesize import synthesize
from eachchild.worlds.truth import Planted, Truth

STUDENTS, MANY = 5_000, 60_000
OFTEN = 20  # one district of so many has MANY students
MUCH = 0.25  # of a gap: what makes less of it need not be found first
NULL = "null-schools"  # schools differ, and identity does nothing inside them


@dataclass(frozen=True, slots=True)
class Judged:
    """One district: what was planted, what was told first, and what should not have been told."""

    world: str
    seed: int
    students: int
    planted: str  # causes, parted by a space
    share: float  # of the gap, by the largest planted cause; 0: none
    value: float  # of the planted gap, in its own measure; 0: none
    counts: bool  # for `top1`: one identifiable cause that makes much of the gap
    first: str  # the first supported cause, with where it is; empty: none
    top1: bool
    wrong: str  # supported causes that are none of this district's
    supported: int


def worlds_of(seeds: Sequence[int], sizes: Sequence[int] = ()) -> Iterator[tuple[str, int, int]]:
    """Every seed with every world, and the sizes of the district: those asked for, or the usual."""
    for number, seed in enumerate(seeds, 1):
        for size in sizes or (MANY if number % OFTEN == 0 else STUDENTS,):
            for world in (*CAUSE_WORLDS, NULL):
                yield world, seed, size


def judged(world: str, seed: int, students: int) -> Judged:
    """Make a district, audit it, and hold what is told against what is true."""
    with TemporaryDirectory() as folder:
        made = Path(folder) / "district"
        truth = synthesize(made, world=world, seed=seed, students=students)
        found = story.audit(made / "audit.toml", vault=Path(folder) / "vault").findings
    return judge(truth, found)


def judge(truth: Truth, found: Iterable[Finding]) -> Judged:
    """Hold findings, best first, against a truth.

    A cause is wrong where it holds nowhere in the district; that a planted cause has another one
    as its consequence (whoever refers more makes a gap at that step) is said by the truth itself.
    """
    planted = tuple(truth.planted)
    told = [f for f in found if f.kind == "cause" and f.verdict == "supported"]
    true = {one.cause for one in planted} | set(getattr(truth, "also", ()))
    first = told[0] if told else None
    share = max((one.share_of_gap or 0.0 for one in planted), default=0.0)
    value = max((float(one.value) for one in planted), key=abs, default=0.0)
    counts = len(planted) == 1 and planted[0].identifiable and share >= MUCH
    return Judged(
        truth.world, truth.seed, truth.students, " ".join(one.cause for one in planted),
        round(share, 3), round(value, 4), counts,
        f"{first.cause} {first.at}".strip() if first else "",
        counts and first is not None and is_it(planted[0], first),
        " ".join(sorted({str(f.cause) for f in told} - true)), len(told),
    )  # fmt: skip


def is_it(planted: Planted, told: Finding) -> bool:
    """Whether a cause told is the planted one, of that group, and not in another moment."""
    where: Mapping[str, object] = getattr(planted, "where", {})
    return (
        told.cause == planted.cause and told.group == planted.group
        and _fits(dict(part.split("=") for part in told.at.split(";") if "=" in part), where)
    )  # fmt: skip


def _fits(at: Mapping[str, str], where: Mapping[str, object]) -> bool:
    """Whether no word of where a cause is told contradicts where it was planted."""
    for name, plural in (("behavior", "behaviors"), ("location", "locations")):
        known = where.get(plural)
        if name in at and isinstance(known, (list, tuple)) and known and at[name] not in known:
            return False
    hours = where.get("hours")
    if "hour" in at and isinstance(hours, (list, tuple)) and hours:
        return any(int(a[:2]) <= int(at["hour"]) <= int(b[:2]) for a, b in hours)
    return True


def summary(rows: Sequence[Judged]) -> Mapping[str, object]:
    """The two figures that a detector is judged by, and the same world by world."""
    counted = [row for row in rows if row.counts]
    return {
        "worlds": len(rows), "top1": _share([row.top1 for row in counted]),
        "wrong": _share([bool(row.wrong) for row in rows]), "by_world": by_world(rows),
    }  # fmt: skip


def by_world(rows: Sequence[Judged]) -> Mapping[str, Mapping[str, object]]:
    """The same world by world, with what is planted there and how often anything was told."""
    names = dict.fromkeys(row.world for row in rows)
    return {name: _of_world([row for row in rows if row.world == name]) for name in names}


def _of_world(rows: Sequence[Judged]) -> Mapping[str, object]:
    return {
        "districts": len(rows), "planted": rows[0].planted,
        "top1": _share([row.top1 for row in rows if row.counts]),
        "wrong": _share([bool(row.wrong) for row in rows]),
        "told": _share([row.supported > 0 for row in rows]),
    }  # fmt: skip


def _share(which: Sequence[bool]) -> float | None:
    return round(sum(which) / len(which), 4) if which else None


def read_judged(path: Path) -> tuple[Judged, ...]:
    """The rows of a table already made; none where there is none yet."""
    return tuple(read_table(path, Judged))
