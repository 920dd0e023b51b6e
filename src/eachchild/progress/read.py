"""Opens an audit's folder or a released copy: two shapes of files, one `Audited`."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from eachchild.cube import Cube, Rollups, restore
from eachchild.findings import Phrases, phrases_of
from eachchild.plan import load_plan
from eachchild.progress.audited import INTERNAL, Audited
from eachchild.progress.errors import ProgressError
from eachchild.progress.of_copy import read_copy
from eachchild.progress.of_cube import OfCube
from eachchild.progress.periods import year_of
from eachchild.terms.catalogue import ENGLISH, words
from eachchild.terms.outcomes import Outcome, built_in

FINDINGS, SCREENS, MEASURES, CUBE, SEAL = (
    "findings.json", "screens.json", "measures.csv", "cube", "seal.txt",
)  # fmt: skip
_SEPTEMBER = 9  # where no months tell when school begins


def read_audited(folder: Path, *, language: str = "") -> Audited:
    """What a folder that `audit` or `release` wrote can say of progress.

    Raises ProgressError where it is neither, and where there is no such language.
    """
    if not (folder / FINDINGS).is_file():
        raise ProgressError(
            f"{folder} holds neither an audit nor a released copy. `eachchild audit PLAN --out "
            "DIR` writes an audit."
        )
    try:
        words(language or ENGLISH)
    except ValueError as error:
        raise ProgressError(f"{error}.") from None
    document = json.loads((folder / FINDINGS).read_text("utf-8"))
    found = document["findings"]
    if (folder / SEAL).is_file() or not (folder / CUBE).is_dir():
        return _of_copy(folder, document["audience"], found, language)
    return _of_audit(folder, found, language)


def _of_audit(folder: Path, findings: list[dict[str, Any]], language: str) -> Audited:
    plan, cube = load_plan(folder / CUBE), restore(folder / CUBE)
    level = cube.places.level
    names = cube.places.names or cube.places.ids
    return Audited(
        audience=INTERNAL,
        phrases=phrases_of(plan, language),
        periods=cube.periods,
        outcomes=MappingProxyType({o.name: o for o in plan.outcomes}),
        findings=tuple(findings),
        screens=_screens(_document(folder)),
        places={f"{level}:{i}": name for i, name in zip(cube.places.ids, names, strict=True)},
        values=cube.values,
        first_month=_first_month(cube),
        counted=OfCube(cube, Rollups(cube)),
    )


def _of_copy(folder: Path, audience: str, findings: list[dict[str, Any]], language: str) -> Audited:
    """A copy has no plan: outcomes go by the definitions that come with us.

    Of an outcome that a district made itself a copy does not say whether more of it is better.
    """
    if not (folder / MEASURES).is_file():
        raise ProgressError(f"{folder} lacks {MEASURES}. A copy of counts alone has no goals.")
    counted, kinds = read_copy(folder / MEASURES)
    screens = _document(folder)
    code = language or str(screens.get("language", ENGLISH))
    said = words(code)
    labels = screens.get("labels", {})
    titles = {o: card["title"] for o, card in labels.get("outcomes", {}).items()}
    own = {n: t for n, t in titles.items() if not said.has(f"outcome.{n}.title")}
    return Audited(
        audience=audience,
        phrases=Phrases(said, own, {}),
        periods=counted.periods,
        outcomes=MappingProxyType({n: _outcome(n, is_rate) for n, is_rate in kinds.items()}),
        findings=tuple(findings),
        screens=_screens(screens),
        places=dict(labels.get("places", {})),
        values={},
        first_month=_SEPTEMBER,
        counted=counted,
    )


def _first_month(cube: Cube) -> int:
    """The month in which students of the latest year were first enrolled."""
    if not cube.months:
        return _SEPTEMBER
    months = cube.months[0].months
    year = year_of(months[-1])
    return int(next(month for month in months if year_of(month) == year)[5:])


def _outcome(name: str, is_rate: bool) -> Outcome:
    known = built_in().get(name)
    if known is not None and known.is_rate == is_rate:
        return known
    return Outcome(name, "neither", mean=None if is_rate else name)


def _document(folder: Path) -> dict[str, Any]:
    """The platform's pages of a folder; empty where none were written."""
    path = folder / SCREENS
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def _screens(document: Mapping[str, Any]) -> Mapping[str, str]:
    found = {}
    for section in document.get("outcomes", ()):
        for one in (*section["findings"], *section["quiet"]):
            found[one["finding"]] = one["screen"]
    return MappingProxyType(found)
