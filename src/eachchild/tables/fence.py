"""The fence round a query engine: it reads the folders it is given and nothing else, ever."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any


def fenced(engine: Any, folders: Iterable[Path]) -> Any:
    """Close a DuckDB connection: no other file, no network, no extension, no way to open it again.

    So a heading or a code that became a query by mistake could still reach nothing.
    """
    listed = ", ".join("'" + str(f.resolve()).replace("'", "''") + "'" for f in folders)
    engine.execute("SET autoinstall_known_extensions = false")
    engine.execute("SET autoload_known_extensions = false")
    engine.execute(f"SET allowed_directories = [{listed}]")
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")
    return engine
