"""What a person sees on the terminal: progress, the headlines, and the state of the data."""

import json
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from eachchild.findings.limits import LOUD
from eachchild.findings.model import Finding
from eachchild.release import Quality
from eachchild.tables import FEWEST_ROWS, Unmapped
from eachchild.terms.numerals import count

_WIDTH = 24


class Bar:
    """A progress bar on standard error: a drawn one for people, JSON lines for programs."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.drawn = kind == "bar" and sys.stderr.isatty()
        self._said = ""
        self._started = time.monotonic()

    def __enter__(self) -> "Bar":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.drawn and self._said:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def step(self, what: str, share: float) -> None:
        """Say what is being done and how far the whole is, 0 to 1."""
        if self.kind == "json":
            line = json.dumps({"step": what, "share": round(share, 3)})
            print(line, file=sys.stderr, flush=True)
        elif self.drawn:
            full = round(_WIDTH * share)
            bar = "█" * full + "·" * (_WIDTH - full)
            print(f"\r\033[K{bar} {what}", end="", file=sys.stderr, flush=True)
        elif self.kind == "bar" and what != self._said:
            seconds = time.monotonic() - self._started
            print(f"  {seconds:5.1f} s  {what}", file=sys.stderr, flush=True)
        self._said = what


def headline_lines(findings: Sequence[Finding], out: Path) -> list[str]:
    """The answer in a few sentences, and where the whole of it is."""
    lines = []
    for finding in (f for f in findings if f.headline):
        text = f"{finding.sentence}."
        lines += textwrap.wrap(text, 96, initial_indent="  • ", subsequent_indent="    ")
    for finding in (f for f in findings if f.kind == "data_quality" and f.measure in LOUD):
        text = f"{finding.sentence} {' '.join(finding.caveats)} ({'; '.join(finding.evidence)})"
        lines += textwrap.wrap(text, 96, initial_indent="  ! ", subsequent_indent="    ")
    lines += ["", f"  Report: {out / 'report.html'}"]
    if (out / "report.pdf").exists():
        lines.append(f"  To print: {out / 'report.pdf'}")
    lines.append("  Internal: small groups are visible in it. To share, make a proved copy of it:")
    names = "--approved-by NAME --approved-by NAME"
    lines.append(f"  eachchild release {out} --audience public {names}")
    return lines


def quality_lines(quality: Quality) -> list[str]:
    """Files, rows and rules as text."""
    lines = []
    for a in quality.accounts:
        ignored = sum(a.ignored.values())
        lines.append(
            f"{a.path}: {count(a.rows_read)} rows read = {count(a.loaded)} loaded + "
            f"{count(a.merged)} merged + {count(a.quarantined)} quarantined + "
            f"{count(ignored)} ignored"
        )
    for table, reached, rows in quality.linkage:
        lines.append(f"{table}: {count(reached)} of {count(rows)} rows reach a student")
    for hit in quality.hits:
        meaning, todo = quality.sentences.get(hit.id, ("", ""))
        where = f", rows {', '.join(map(str, hit.rows))}" if hit.rows else ""
        where += f" ({', '.join(hit.named)})" if hit.named else ""
        where += f" (did you mean '{hit.near}'?)" if hit.near else ""
        column = f", column {hit.column}" if hit.column else ""
        lines.append(f"{hit.severity:>10}  {hit.id}  {hit.file}{column}: {count(hit.count)}{where}")
        lines += textwrap.wrap(
            f"{meaning} {todo}".strip(), 88, initial_indent=" " * 12, subsequent_indent=" " * 12
        )
    for code in quality.unmapped:
        lines.append(f"  unmapped  {_unmapped(code)} Fill it in codes/{code.codes}.csv.")
    for one in quality.certified:
        ours = "not counted" if one.ours is None else count(one.ours)
        lines.append(
            f" certified  {one.name}: theirs {count(one.theirs)}, ours {ours}. {one.reason}"
        )
    return lines


def _unmapped(code: Unmapped) -> str:
    if not code.hidden:
        return f"{code.codes}: '{code.value}' in {count(code.rows)} rows of {code.file}."
    column = f", column {code.column}" if code.column else ""
    codes, why = f"{count(code.hidden)} codes", f"with fewer than {FEWEST_ROWS} rows each"
    if code.hidden == 1:
        codes, why = "1 code", f"with fewer than {FEWEST_ROWS} rows"
    if code.is_no_list:
        codes, why = f"{count(code.hidden)} different values", "too many to be codes"
    rows = "1 row" if code.rows == 1 else f"{count(code.rows)} rows in all"
    return f"{code.codes}: {codes} {why} ({rows}): look in {code.file}{column}."
