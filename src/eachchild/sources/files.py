"""Which files a plan's path stands for: one file, a folder of them, or a pattern."""

from pathlib import Path

from eachchild.plan import Plan
from eachchild.sources.errors import SourceError
from eachchild.tables import RuleHit

READABLE = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".parquet")


def find_files(folder: Path, path: str) -> tuple[tuple[Path, str], ...]:
    """The files and the names messages call them by, sorted; SourceError where there is none.

    >>> find_files(Path("."), "no_such_file.csv")
    Traceback (most recent call last):
    eachchild.sources.errors.SourceError: no_such_file.csv: there is no such file...
    """
    target = folder / path
    if target.is_file():
        return ((target, path),)
    if target.is_dir():
        found = [p for p in target.iterdir() if p.is_file() and is_readable(p)]
    else:
        found = [p for p in _matches(folder, path) if p.is_file() and is_readable(p)]
    if not found:
        raise SourceError(
            f"{path}: there is no such file, folder or pattern beside the plan. "
            f"Files are read if they end in {', '.join(READABLE)}, each also with .gz."
        )
    return tuple((p, _name(p, folder)) for p in sorted(found))


def unread_files(plan: Plan) -> tuple[RuleHit, ...]:
    """F09: files beside those that the plan reads, which no plan of the folder mentions.

    A comment mentions a file, too: so a person says that it was left out on purpose.
    """
    read = {path for s in plan.sources for path, _ in find_files(plan.folder, s.path)}
    folders = {path.parent for path in read if path.is_relative_to(plan.folder)}
    beside = sorted({p for folder in folders for p in folder.iterdir() if is_readable(p)} - read)
    said = "\n".join(p.read_text("utf-8", "replace") for p in plan.folder.glob("*.toml"))
    unread = (p for p in beside if p.is_file() and p.name not in said)
    return tuple(RuleHit("F09", "note", _name(p, plan.folder), 1) for p in unread)


def is_readable(path: Path) -> bool:
    """Whether the name ends as one of the formats read here does."""
    return path.name.lower().removesuffix(".gz").endswith(READABLE)


def _matches(folder: Path, pattern: str) -> list[Path]:
    root, rest = folder, Path(pattern)
    if rest.is_absolute():
        root, rest = Path(rest.anchor), rest.relative_to(rest.anchor)
    return list(root.glob(str(rest)))


def _name(path: Path, folder: Path) -> str:
    inside = path.is_relative_to(folder)
    return path.relative_to(folder).as_posix() if inside else path.as_posix()
