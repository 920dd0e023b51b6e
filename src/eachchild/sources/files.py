"""Which files a plan's path stands for: one file, a folder of them, or a pattern."""

from pathlib import Path

from eachchild.sources.errors import SourceError

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
