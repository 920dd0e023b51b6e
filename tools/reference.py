"""Writes the generated part of the docs from the code, or checks that it is current.

python tools/reference.py           write docs/reference/*.md
python tools/reference.py --check   exit 1 and name the file that is out of date
"""

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from eachchild.tables import TABLES
from eachchild.terms.catalogue import words
from eachchild.terms.factors import FACTORS
from eachchild.terms.outcomes import built_in

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs" / "reference"


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A Markdown table; bars inside a cell are escaped."""
    heads = list(heads)
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(str(c).replace("|", "\\|").replace("\n", " ") for c in row) + " |"


def tables_page() -> Iterator[str]:
    """The canonical tables."""
    yield "# Canonical tables\n"
    yield "What a row means, table by table. `eachchild synthesize` writes them as CSV."
    for one in TABLES.values():
        key = ", ".join(one.key) or "none: rows may repeat"
        yield f"\n## {one.name}\n\n{one.meaning}. Key: {key}.\n"
        yield from table(
            ("column", "kind", "unit", "required", "meaning"),
            ((c.name, c.kind, c.unit, "yes" if c.required else "", c.meaning) for c in one.columns),
        )


def outcomes_page() -> Iterator[str]:
    """The built-in outcomes and identity factors."""
    yield "# Outcomes and identity factors\n"
    yield "A plan needs only an outcome's name. Any key may be changed, or a new one declared.\n"
    yield from table(
        ("name", "counts", "among", "direction", "NASEM indicator", "source"),
        (
            (
                o.name,
                f"`{o.event_text}`" + ("" if o.is_rate else " (mean)"),
                f"`{o.population_text}`" if o.population_text else "all enrolled",
                o.direction,
                o.indicator or "",
                o.source,
            )
            for o in built_in().values()
        ),
    )
    yield "\n## Identity factors\n"
    yield from table(
        ("factor", "values", "source"),
        ((f.id, ", ".join(f.all_values), f.source) for f in FACTORS.values()),
    )


def rules_page() -> Iterator[str]:
    """The data-quality rules."""
    said = words("en")
    ids = [
        k.split(".")[1] for k in said.sentences if k.startswith("rule.") and k.endswith(".meaning")
    ]
    yield "# Data-quality rules\n"
    yield "`eachchild check` lists each rule that fired, with files and rows, before any result.\n"
    yield from table(
        ("rule", "what it means", "what to do"),
        ((i, said.text(f"rule.{i}.meaning"), said.text(f"rule.{i}.todo")) for i in sorted(ids)),
    )


def data_page(path: Path) -> Iterator[str]:
    """A committed study as a table."""
    with path.open(encoding="utf-8", newline="") as lines:
        heads, *rows = csv.reader(lines)
    yield f"# {path.stem.replace('_', ' ').capitalize()}\n"
    yield f"Results of `make simulate`, kept in `docs/data/{path.name}`.\n"
    yield from table(heads, rows)


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated page with its text."""
    for name, lines in (
        ("tables", tables_page()),
        ("outcomes", outcomes_page()),
        ("rules", rules_page()),
    ):
        yield DOCS / f"{name}.md", "\n".join(lines) + "\n"
    for path in sorted((ROOT / "docs" / "data").glob("*.csv")):
        yield DOCS / f"study-{path.stem}.md", "\n".join(data_page(path)) + "\n"


def main() -> int:
    """Write the pages, or say which is out of date."""
    check = "--check" in sys.argv
    DOCS.mkdir(parents=True, exist_ok=True)
    stale = [p for p, text in pages() if not p.exists() or p.read_text("utf-8") != text]
    for path, text in pages():
        if not check:
            path.write_text(text, "utf-8")
    if check and stale:
        names = ", ".join(p.name for p in stale)
        print(f"out of date: {names}. Run `python tools/reference.py`.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
