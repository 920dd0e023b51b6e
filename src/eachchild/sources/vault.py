"""The vault: rows and quarantined text, each file named by the hash of what made it."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VAULT_VERSION = 2  # raise it whenever what is staged from the same input would be different


@dataclass(frozen=True, slots=True)
class Vault:
    """A folder only its owner can open. Files in it are never changed: same name, same content."""

    folder: Path

    def find(self, name: str) -> Path | None:
        """A file that an earlier run finished."""
        path = self.folder / name
        return path if path.is_file() else None

    def put(self, name: str, write: Callable[[Path], object]) -> Path:
        """Write a file aside and give it its name when it is whole; one that is there stays.

        What an interrupted run leaves behind ends in `.part` and is never read.
        """
        path = self.folder / name
        if path.is_file():
            return path
        part = self.folder / f"{name}.{os.getpid()}.part"
        write(part)
        part.chmod(0o600)
        part.replace(path)
        return path

    def put_json(self, name: str, content: Mapping[str, object]) -> Path:
        """A small JSON file, keys in order."""
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1)
        return self.put(name, lambda part: part.write_text(text, encoding="utf-8"))

    def read_json(self, path: Path) -> Mapping[str, Any]:
        """What `put_json` wrote."""
        content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content


def open_vault(folder: Path) -> Vault:
    """Make the folder, or close one that others could open (mode 0700)."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return Vault(folder)


def key_of(*parts: object) -> str:
    """The name of what these made: a hash of their written form.

    >>> key_of("a", {"b": 1}) == key_of("a", {"b": 1}), len(key_of("a"))
    (True, 32)
    """
    text = json.dumps([VAULT_VERSION, *parts], sort_keys=True, default=repr)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:32]


def hash_of_file(path: Path) -> str:
    """The hash of a file's bytes, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
