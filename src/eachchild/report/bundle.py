"""The folder an audit is handed over in: built aside, renamed when whole, so never half-written."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict
from errno import EACCES, ENOTDIR
from math import isfinite
from os import strerror
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from eachchild.measures.table import MeasureTable
from eachchild.release import SEAL, Released
from eachchild.report.compose import compose
from eachchild.report.html import write_html
from eachchild.report.pdf import write_pdf
from eachchild.report.screens import SCREENS, screens_in, write_screens
from eachchild.terms.catalogue import words

TABLE = "measures.parquet"  # the same as measures.csv, to be searched
MEASURES, FINDINGS, AUDIT, README = "measures.csv", "findings.json", "audit.json", "README.txt"
_ROWS_AT_ONCE = 100_000
_TRIES = 20
Progress = Callable[[str, float], None]


@contextmanager
def built_aside(out: Path) -> Iterator[Path]:
    """A folder to fill; it takes the place of `out` once all of it is written.

    Several audits at once fill folders of their own; the last to end is what stays. Raises what
    `refuse_folder` does.
    """
    out = out.resolve()
    refuse_folder(out)
    part = _beside(out, "part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        _swap(part, out)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def written_aside(out: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    part = out.with_name(f"{out.name}.part")
    part.write_bytes(data)
    part.replace(out)


def refuse_folder(out: Path) -> None:
    """Judge where an audit is to be written, before it is made.

    Raises FileExistsError where `out` is a folder that no audit wrote, so nothing of the reader's
    is lost, and an OSError where no folder can be made.
    """
    if out.exists() and not out.is_dir():
        raise FileExistsError(f"{out} is a file. Choose a folder with --out.")
    ours = any((out / name).exists() for name in (AUDIT, SEAL))
    if out.exists() and any(out.iterdir()) and not ours:
        raise FileExistsError(
            f"{out} is not empty and holds no audit. Choose another folder with --out."
        )
    above = next(p for p in out.absolute().parents if p.exists())
    if not above.is_dir():
        raise NotADirectoryError(ENOTDIR, strerror(ENOTDIR), str(above))
    if not os.access(above, os.W_OK | os.X_OK):
        raise PermissionError(EACCES, strerror(EACCES), str(above))


def write_tables(released: Released, folder: Path) -> None:
    """Write what programs read: measures, findings, choices, and a note of what the folder is."""
    write_measures(released.measures, folder / MEASURES)
    write_findings(released, folder / FINDINGS)
    _write_json(folder / AUDIT, {"schema": 1, "audience": released.audience, **released.choices})
    said = words(released.language)
    folder.joinpath(README).write_text(said.text(f"readme.{released.audience}"), "utf-8")


def write_findings(released: Released, path: Path) -> None:
    """Write the findings for programs, best first."""
    _write_json(path, findings_document(released))


def write_pages(
    released: Released, folder: Path, *, pdf: bool, progress: Progress, screens: bool = False,
    also: Sequence[Released] = (),
) -> None:  # fmt: skip
    """Write what people read; `screens` too, where the platform is to show it page by page.

    `also` is the same told in other languages, of which only the platform's pages are written.
    """
    progress("drawing the report", 0.9)
    page = compose(released)
    write_html(page, folder / "report.html")
    if screens:
        write_screens(released, page, folder / SCREENS)
        for other in also:
            write_screens(other, compose(other), folder / screens_in(other.language))
        pq.write_table(released.measures.to_arrow(), folder / TABLE, row_group_size=_ROWS_AT_ONCE)
    if pdf:
        progress("typesetting the PDF", 0.95)
        write_pdf(page, folder / "report.pdf")
    progress("done", 1.0)


def findings_document(released: Released) -> dict[str, object]:
    """The findings as `findings.json` holds them, best first."""
    return {
        "schema": 1,
        "audience": released.audience,
        "findings": [_known(asdict(finding)) for finding in released.findings],
    }


def write_measures(table: MeasureTable, path: Path) -> None:
    """Write the long table as CSV: rows sorted, numbers in shortest exact form, blank for none."""
    arrow = table.to_arrow()
    plain = pa.table(
        [c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for c in arrow.columns],
        names=arrow.column_names,
    )
    # Names without a comma or quote need none; the writer quotes every name or none.
    safe = not any(set(',"\n\r') & set(n) for n in (*table.place.names, *table.group.names))
    options = pacsv.WriteOptions(include_header=False, quoting_style="none" if safe else "needed")

    def formatted(start: int) -> pa.Buffer:
        sink = pa.BufferOutputStream()
        pacsv.write_csv(plain.slice(start, _ROWS_AT_ONCE), sink, options)
        return sink.getvalue()

    with path.open("wb") as file, ThreadPoolExecutor(2) as pool:
        file.write((",".join(arrow.column_names) + "\n").encode())
        for start in range(0, plain.num_rows, 2 * _ROWS_AT_ONCE):  # two parts in memory, no more
            for part in pool.map(formatted, (start, start + _ROWS_AT_ONCE)):
                file.write(part)


def _known(value: object) -> object:
    """What JSON can hold: a number that cannot be told is none."""
    if isinstance(value, dict):
        return {key: _known(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_known(each) for each in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _write_json(path: Path, document: object) -> None:
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", "utf-8")


def _beside(out: Path, ending: str) -> Path:
    """A name next to `out` that is this process's own."""
    return out.with_name(f"{out.name}.{os.getpid()}.{ending}")


def _swap(part: Path, out: Path) -> None:
    """Put a folder in place of another; what stood there stays until the new one does."""
    old = _beside(out, "old")
    for tries_left in reversed(range(_TRIES)):
        if out.exists():
            shutil.rmtree(old, ignore_errors=True)
            with suppress(FileNotFoundError):  # another audit was quicker
                out.rename(old)
        try:
            part.rename(out)
            break
        except OSError:  # another audit has put its folder there in between
            if not tries_left:
                with suppress(OSError):
                    old.rename(out)
                raise
    shutil.rmtree(old, ignore_errors=True)
