"""Tables of Markdown."""

from collections.abc import Iterable, Iterator


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A Markdown table; bars inside a cell are escaped."""
    heads = list(heads)
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(str(c).replace("|", "\\|").replace("\n", " ") for c in row) + " |"
