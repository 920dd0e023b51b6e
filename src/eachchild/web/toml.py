"""Keys and values as TOML has them, for the plans and profiles that pages write."""

import json
import re

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def key(text: str) -> str:
    """A key, bare where it may be.

    >>> key("race"), key("group.el.yes")
    ('race', '"group.el.yes"')
    """
    return text if _BARE.fullmatch(text) else _text(text)


def value(told: object) -> str:
    """A value: text, a number, whether, a list or an inline table.

    >>> print(value({"sex": 'the "S"', "few": [1, True]}))
    {sex = "the \\"S\\"", few = [1, true]}
    """
    if isinstance(told, dict):
        return "{" + ", ".join(f"{key(k)} = {value(v)}" for k, v in told.items()) + "}"
    if isinstance(told, list):
        return "[" + ", ".join(map(value, told)) + "]"
    if isinstance(told, bool):
        return "true" if told else "false"
    return _text(told) if isinstance(told, str) else str(told)


def _text(text: str) -> str:
    """A string as TOML's basic strings, which escape as JSON does, and one sign more."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
