"""Published count tables as facts: the plan's patterns read, added up and held side by side."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.csv as pacsv

from eachchild.plan import Plan, PlanError, Source
from eachchild.sources.counts.cell_text import OPEN
from eachchild.sources.counts.cells import N
from eachchild.sources.counts.files import CountFile, read_count_file
from eachchild.sources.counts.rules import empty_files, file_rules, unit_rules
from eachchild.sources.counts.units import Breakdown, CountUnit, unit_of
from eachchild.sources.files import find_files
from eachchild.sources.vault import key_of, open_vault
from eachchild.tables import CountFacts, FileAccount, RuleHit, UncoveredCount, Unmapped

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class LoadedCounts:
    """All counts sources of a plan: facts, what they leave out, and what was met in the files.

    `labels` names places where the source does: `school:510012000123` = its name.
    """

    facts: tuple[CountFacts, ...]
    uncovered: tuple[UncoveredCount, ...]
    accounts: tuple[FileAccount, ...]
    hits: tuple[RuleHit, ...]
    unmapped: tuple[Unmapped, ...]
    labels: Mapping[str, str]


def load_counts(
    plan: Plan, vault: Path | None = None, progress: Progress | None = None
) -> LoadedCounts:
    """Read every counts source of a plan.

    Sums of a mean outcome are in whole units of its decimals, as the cube counts them. A remainder
    below zero stays below zero: such a cell is inconsistent, and sums over it are still right.
    Raises PlanError or SourceError where a plan or file cannot be used at all; what can be told
    about its quality comes as hits, those of severity stop included.
    """
    sources = [s for s in plan.sources if s.shape == "counts"]
    files: dict[str, list[CountFile]] = {}
    for number, source in enumerate(sources):
        _refuse_unknown(plan, source)
        for file in find_files(plan.folder, source.path):
            if progress is not None:
                progress(f"reading {file[1]}", number / len(sources))
            files.setdefault(_unit_name(source, number), []).append(
                read_count_file(plan, source, file)
            )
    read = [f for found in files.values() for f in found]
    # A file that cannot mean what the plan says makes no table; its hits say why.
    _keep_quarantine(read, vault)
    with_rows = [[f for f in found if not f.is_empty] for found in files.values()]
    units = [unit_of(plan, found) for found in with_rows if found and not any(map(_stops, found))]
    return LoadedCounts(
        facts=tuple(
            facts
            for number, unit in enumerate(units)
            for facts in _facts(plan, unit, name=_own_name(units, number))
        ),
        uncovered=tuple(u for f in read for u in f.uncovered),
        accounts=tuple(f.account for f in read),
        hits=(
            *(h for f in read for h in f.hits),
            *(h for found in files.values() for h in empty_files(found)),
            *file_rules(read),
            *(h for unit in units for h in unit_rules(plan, unit)),
        ),
        unmapped=tuple(u for f in read for u in f.unmapped),
        labels={k: v for unit in units for k, v in _labels(unit)},
    )


def _keep_quarantine(files: Sequence[CountFile], vault: Path | None) -> None:
    """Rows put aside go into the vault as they were read, and nowhere else."""
    aside = [f for f in files if f.quarantine is not None]
    if vault is None or not aside:
        return
    store = open_vault(vault)
    for file in aside:
        name = f"counts-{key_of(file.account.sha256, file.source)}.quarantine.csv"
        store.put(name, partial(pacsv.write_csv, file.quarantine))


def _stops(file: CountFile) -> bool:
    return any(hit.severity == "stop" for hit in file.hits)


def _unit_name(source: Source, number: int) -> str:
    return f"together {source.together}" if source.together else f"source {number}"


def _refuse_unknown(plan: Plan, source: Source) -> None:
    known = {N, *(o.name for o in plan.outcomes)}
    asked = [p.quantity for p in source.cells] + [u.outcome for u in source.uncovered]
    for quantity in asked:
        if quantity not in known:
            raise PlanError(
                f"{source.path}: the quantity '{quantity}' is neither n nor an [[outcome]] of the "
                f"plan ({', '.join(sorted(known - {N}))})."
            )
    if not source.cells:
        raise PlanError(f"{source.path}: a counts source needs [[source.cells]] patterns.")


def _own_name(units: Sequence[CountUnit], number: int) -> str:
    """The name of a unit; a file that stands in two sources answers two questions apart."""
    name = units[number].name
    again = sum(unit.name == name for unit in units[:number])
    return f"{name} ({again + 1})" if again else name


def _facts(plan: Plan, unit: CountUnit, *, name: str) -> Iterator[CountFacts]:
    """One set of facts a breakdown: its students and every outcome published for it."""
    order = [N, *(o.name for o in plan.outcomes)]
    loaded = [key for key in unit.sums if not key.check]
    for factors in sorted({key.factors for key in loaded}, key=lambda f: (len(f), f)):
        mine = [q for q in order if Breakdown(factors, q) in unit.sums]
        sums = [unit.sums[Breakdown(factors, q)] for q in mine]
        sizes = [len(s.low) for s in sums]
        key = np.concatenate([s.key for s in sums])
        low, high = (np.concatenate([getattr(s, k) for s in sums]) for k in ("low", "high"))
        collected = np.concatenate([s.collected for s in sums])
        suppressed = np.concatenate([s.suppressed for s in sums])
        yield CountFacts(
            source=name,
            level=unit.places.level,
            places=unit.places.ids,
            parents=unit.places.parents,
            periods=unit.periods,
            factors=factors,
            values={f: unit.values[f] for f in factors},
            quantities=tuple(mine),
            place=key[:, 0],
            period=key[:, 1],
            value=key[:, 2:],
            quantity=np.repeat(np.arange(len(mine)), sizes),
            low=low,
            high=np.minimum(high, OPEN),
            suppressed=suppressed & (low != high),
            collected=collected,
            names=unit.places.names if any(unit.places.names) else (),
            parent_level=unit.places.parent_level,
        )


def _labels(unit: CountUnit) -> Iterator[tuple[str, str]]:
    places = unit.places
    yield from (
        (f"{places.level}:{i}", n) for i, n in zip(places.ids, places.names, strict=True) if n
    )
    for parent, name in zip(places.parents, places.parent_names, strict=True):
        if name:
            yield f"{places.parent_level}:{parent}", name
