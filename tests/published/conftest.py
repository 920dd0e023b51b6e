"""Outside numbers, each of which has to be checked or left out for a stated reason."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(part, f"{path}/{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(part, Mapping | list) for part in value):
        for row, part in enumerate(value):
            yield from _leaves(part, f"{path}/{row}" if path else str(row))
    else:
        yield path, value


class Case:
    """One recorded case: `check` its figures, `leave_out` the others; open ones fail on exit."""

    def __init__(self, recorded: Mapping[str, Any]) -> None:
        self.expect = recorded["expect"]
        self.recorded = recorded
        self._figures = dict(_leaves(self.expect))
        self._open = set(self._figures)
        # Where the recorded tool errs, the record itself gives the exact answer beside its own.
        for fix in recorded.get("exact_corrections", ()):
            path = f"{fix['row']}/{fix['field']}"
            assert self._figures[path] == fix["disimpact"] != fix["exact"]
            self._figures[path] = fix["exact"]

    def check(self, path: str, found: object, *, tolerance: float | None = None) -> None:
        """Hold a figure, or a list of them, against ours to the stated relative tolerance."""
        self._compare(self._figures[path], found, path, tolerance)
        self._open.discard(path)

    def check_column(self, name: str, found: object, *, tolerance: float | None = None) -> None:
        """The same for one column of a list of rows, in their order."""
        paths = [f"{row}/{name}" for row in range(len(self.expect))]
        self._compare([self._figures[path] for path in paths], found, name, tolerance)
        self._open.difference_update(paths)

    def _compare(self, wanted: object, found: object, name: str, tolerance: float | None) -> None:
        rtol = max(tolerance or self.recorded["tolerance"], 1e-12)
        ours, theirs = (np.squeeze(np.asarray(x, float)) for x in (found, wanted))
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-300, err_msg=name, strict=True)

    def leave_out(self, *names: str, because: str) -> None:
        """Account for figures of these names (a column's too) that no measure of ours has."""
        assert because
        for name in names:
            out = {p for p in self._open if name in (p, p.rpartition("/")[2], p.split("/")[0])}
            assert out, f"{name} is not an open figure of this case"
            self._open -= out

    def __enter__(self) -> "Case":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            assert not self._open, f"neither checked nor left out: {sorted(self._open)[:20]}"


class Oracle:
    """The recorded cases of one topic, and the data they were made from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ids(self, topic: str) -> set[str]:
        """The names of all cases of a topic."""
        return {case["id"] for case in self._cases(topic)}

    def case(self, topic: str, name: str) -> Case:
        """One case by name."""
        return next(Case(case) for case in self._cases(topic) if case["id"] == name)

    def table(self, name: str) -> pa.Table:
        """A Parquet file of the recorded inputs."""
        return pq.read_table(self.folder / "data" / name)

    def text(self, name: str) -> str:
        """A text file of the recorded inputs."""
        return (self.folder / "data" / name).read_text("utf-8")

    def _cases(self, topic: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((self.folder / f"{topic}.json").read_text())[
            "cases"
        ]
        return found


@pytest.fixture(scope="session")
def oracle(shared: Path) -> Oracle:
    """Numbers recorded from other packages; absent on a user's machine."""
    return Oracle(shared / "oracles")
