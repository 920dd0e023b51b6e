"""The cube as files: counts in Parquet, what they mean in JSON, read back exactly."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from eachchild.cube.cells import EVERYWHERE, Block, Cube, Places, Tally, Turnover
from eachchild.cube.store_grains import restore_grains, store_grains
from eachchild.cube.store_months import restore_months, store_months
from eachchild.plan import Plan
from eachchild.terms.outcomes import Outcome

COUNTS, MEANING = "student.parquet", "cube.json"
SCHEMA = 1
_BLOCK, _PLACE, _PERIOD = "breakdown", "place", "period"


def store(cube: Cube, plan: Plan, folder: Path, *, inputs: Mapping[str, str]) -> None:
    """Write a cube into a folder; `inputs` are the files it was counted from, with their hashes.

    One row a breakdown, place, period, group and outcome. The same cube gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.concat_tables(list(_tables(cube)), promote_options="default")
    pq.write_table(table, folder / COUNTS, compression="zstd")
    meant = {**_meaning(cube, plan, inputs), **store_grains(cube, folder)}
    meant |= store_months(cube, folder)
    meaning = json.dumps(meant, indent=1, ensure_ascii=False)
    (folder / MEANING).write_text(meaning + "\n", "utf-8")


def restore(folder: Path) -> Cube:
    """Read a stored cube back.

    Raises FileNotFoundError where there is none, ValueError for one of another schema.
    """
    meaning = json.loads((folder / MEANING).read_text("utf-8"))
    if meaning["schema"] != SCHEMA:
        raise ValueError(f"{folder / MEANING} has schema {meaning['schema']}; this reads {SCHEMA}")
    table = pq.read_table(folder / COUNTS)
    values = {f: tuple(v) for f, v in meaning["values"].items()}
    periods = tuple(meaning["periods"])
    places = Places(**{k: _frozen(v) for k, v in meaning["places"].items()})
    blocks = tuple(
        _block(table, number, block, places=places, periods=periods, values=values)
        for number, block in enumerate(meaning["blocks"])
    )
    turnover = tuple(Turnover(**t) for t in meaning["turnover"])
    grains = restore_grains(folder, meaning, periods)
    return Cube(places, periods, values, blocks, turnover, *grains, restore_months(folder, meaning))


def definition_hash(outcome: Outcome, plan: Plan) -> str:
    """Equal for equal definitions: only such outcomes are put side by side over years."""
    rules = {**definition(outcome), "as_of": plan.as_of, "membership": plan.membership}
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:16]


def definition(outcome: Outcome) -> dict[str, object]:
    """What an outcome counts, in the plan's own words."""
    return {
        "name": outcome.name,
        "counts": outcome.event_text,
        "among": outcome.population_text,
        "kind": "rate" if outcome.is_rate else "mean",
        "decimals": outcome.decimals,
        "unit": outcome.unit,
        "direction": outcome.direction,
    }


def _meaning(cube: Cube, plan: Plan, inputs: Mapping[str, str]) -> dict[str, object]:
    places = {name: getattr(cube.places, name) for name in Places.__dataclass_fields__}
    return {
        "schema": SCHEMA,
        "plan": hashlib.sha256(plan.text).hexdigest(),
        "inputs": dict(inputs),
        "as_of": plan.as_of,
        "membership": plan.membership,
        "outcomes": {
            o.name: {**definition(o), "definition": definition_hash(o, plan)} for o in plan.outcomes
        },
        "places": places,
        "periods": cube.periods,
        "values": dict(cube.values),
        "blocks": [{"factors": b.factors, "outcomes": _kinds(b)} for b in cube.blocks],
        "turnover": [
            {name: getattr(t, name) for name in Turnover.__dataclass_fields__}
            for t in cube.turnover
        ],
    }


def _kinds(block: Block) -> dict[str, dict[str, bool]]:
    return {
        name: {
            "has_n": t.has_n,
            "has_squares": t.squares is not None,
            "has_hidden": t.suppressed is not None,
        }
        for name, t in block.tallies.items()
    }


def _tables(cube: Cube) -> Iterator[pa.Table]:
    ids = (*cube.places.ids, None)  # the last, at EVERYWHERE, for a cell of no one place
    for number, block in enumerate(cube.blocks):
        size = len(block.place)
        keys = {
            _BLOCK: pa.array(np.full(size, number, np.int64)),
            _PLACE: pa.array([ids[p] for p in block.place.tolist()], pa.string()),
            _PERIOD: pa.array([cube.periods[p] for p in block.period.tolist()], pa.string()),
        }
        for column, factor in enumerate(block.factors):
            names = cube.values[factor]
            keys[factor] = pa.array([names[v] for v in block.value[:, column].tolist()])
        for name, tally in block.tallies.items():
            yield pa.table({**keys, **_numbers(name, block, tally)})


def _numbers(name: str, block: Block, tally: Tally) -> dict[str, pa.Array]:
    size = len(block.place)
    zeros, nothing = np.zeros(size, np.int64), np.zeros(size, np.bool_)
    return {
        "outcome": pa.array([name] * size, pa.string()),
        "students": pa.array(block.students),
        "n_low": pa.array(tally.n),
        "n_high": pa.array(tally.n_high),
        "events_low": pa.array(tally.events),
        "events_high": pa.array(tally.events_high),
        "squares": pa.array(zeros if tally.squares is None else tally.squares),
        "missing": pa.array(tally.missing),
        "collected": pa.array(tally.collected),
        "suppressed": pa.array(nothing if tally.suppressed is None else tally.suppressed),
    }


def _block(
    table: pa.Table,
    number: int,
    meaning: Mapping[str, Any],
    *,
    places: Places,
    periods: tuple[str, ...],
    values: Mapping[str, tuple[str, ...]],
) -> Block:
    factors, outcomes = tuple(meaning["factors"]), meaning["outcomes"]
    mine = table.filter(pc.equal(table[_BLOCK], number))
    parts = {o: mine.filter(pc.equal(mine["outcome"], o)) for o in outcomes}
    first = next(iter(parts.values()))
    at = {name: i for i, name in enumerate(places.ids)} | {None: EVERYWHERE}
    columns = [_codes(first[f], values[f]) for f in factors]
    return Block(
        factors,
        np.array([at[p] for p in first[_PLACE].to_pylist()], np.int64),
        _codes(first[_PERIOD], periods),
        np.column_stack(columns) if columns else np.zeros((first.num_rows, 0), np.int64),
        first["students"].to_numpy(),
        {o: _tally(part, outcomes[o]) for o, part in parts.items()},
    )


def _tally(part: pa.Table, kind: Mapping[str, bool]) -> Tally:
    def column(name: str) -> Any:
        return part[name].to_numpy()

    return Tally(
        column("n_low"),
        column("events_low"),
        column("n_high"),
        column("events_high"),
        column("missing"),
        column("collected"),
        column("squares") if kind["has_squares"] else None,
        kind["has_n"],
        column("suppressed") if kind["has_hidden"] else None,
    )


def _codes(
    column: pa.ChunkedArray, names: tuple[str, ...]
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    at = {name: i for i, name in enumerate(names)}
    return np.array([at[v] for v in column.to_pylist()], np.int64)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
