"""The `[[source]]` tables of a plan: one file or folder each, and what its rows mean."""

from typing import Literal

from eachchild.plan import declared
from eachchild.plan.errors import PlanError
from eachchild.plan.model import CellPattern, Layout, Place, Source, Uncovered
from eachchild.plan.reading import Keys
from eachchild.tables import TABLES


def read_source(keys: Keys) -> Source:
    """Read one source; PlanError names the key that does not fit its shape."""
    shape = keys.choice("shape", ("records", "counts"), "records")
    keys.known(declared.RECORDS if shape == "records" else declared.COUNTS)
    if not keys.one("path", str, ""):
        raise PlanError(f'{keys.where}: say path = "a file, folder or pattern".')
    return _records(keys) if shape == "records" else _counts(keys)


def _records(keys: Keys) -> Source:
    table = keys.choice("table", tuple(TABLES), None)
    return Source(
        path=keys.one("path", str, ""),
        shape="records",
        table=table,
        columns=dict(keys.pairs("columns")),
        keep=keys.pairs("keep"),
        constant=keys.pairs("constant"),
        date_order=keys.choice("date_order", ("mdy", "dmy", "ymd"), "ymd")  # type: ignore[arg-type]
        if "date_order" in keys.table
        else None,
        year_is=_year_is(keys),
        period=keys.maybe("period"),
        ignore_columns=keys.texts("ignore_columns"),
        ignore_rows=keys.pairs("ignore_rows"),
        layout=_layout(keys.inner("layout")),
        complete=keys.one("complete", bool, False),
        note=keys.one("note", str, ""),
    )


def _counts(keys: Keys) -> Source:
    return Source(
        path=keys.one("path", str, ""),
        shape="counts",
        period=keys.maybe("period"),
        period_column=keys.maybe("period_column"),
        year_is=_year_is(keys),
        place=_place(keys.inner("place")) if "place" in keys.table else None,
        cells=tuple(_pattern(k) for k in keys.tables("cells")),
        total=keys.pairs("total"),
        ignore_columns=keys.texts("ignore_columns"),
        ignore_rows=keys.pairs("ignore_rows"),
        uncovered=tuple(_uncovered(k) for k in keys.tables("uncovered")),
        together=keys.one("together", str, ""),
        complete=keys.one("complete", bool, False),
        layout=_layout(keys.inner("layout")),
        note=keys.one("note", str, ""),
    )


def _year_is(keys: Keys) -> Literal["start", "end"] | None:
    value = keys.maybe("year_is")
    if value not in (None, "start", "end"):
        raise PlanError(f"{keys.where}: 'year_is' must be start or end.")
    return value  # type: ignore[return-value]  # checked above


def _place(keys: Keys) -> Place:
    keys.known(declared.PLACE)
    if not keys.texts("id"):
        raise PlanError(f'{keys.where}: say id = "the column that names the place".')
    return Place(
        id=keys.texts("id"),
        parent=keys.texts("parent"),
        name=keys.texts("name"),
        parent_name=keys.texts("parent_name"),
        level=keys.one("level", str, "school"),
        parent_level=keys.one("parent_level", str, "district"),
    )


def _pattern(keys: Keys) -> CellPattern:
    keys.known(declared.CELLS)
    remainder = keys.maybe("remainder")
    if remainder is not None and remainder.count("=") != 1:
        raise PlanError(f'{keys.where}: write remainder as "idea=no".')
    factor, _, value = (remainder or "").partition("=")
    return CellPattern(
        columns=keys.one("columns", str, ""),
        quantity=keys.one("quantity", str, "n"),
        where=keys.pairs("where"),
        rows=keys.pairs("rows"),
        from_rows=keys.pairs("from_rows"),
        remainder=(factor, value) if remainder else None,
        check=keys.one("check", bool, False),
    )


def _uncovered(keys: Keys) -> Uncovered:
    keys.known(declared.UNCOVERED)
    return Uncovered(*(keys.one(name, str, "") for name in declared.UNCOVERED.keys))


def _layout(keys: Keys) -> Layout:
    keys.known(declared.LAYOUT)
    return Layout(
        encoding=keys.maybe("encoding"),
        delimiter=keys.maybe("delimiter"),
        header_line=keys.one("header_line", int, 0) or None,
        header_rows=keys.one("header_rows", int, 0) or None,
        sheet=keys.maybe("sheet"),
        fill=keys.pairs("fill"),
    )
