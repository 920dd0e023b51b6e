"""The pages' messages: collects them from the code and keeps each language's file complete.

python tools/messages.py            add what is new to every file, take out what is gone
python tools/messages.py --check    exit 1 and name what a language lacks
"""

import argparse
import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

WEB = Path(__file__).resolve().parents[1] / "src" / "eachchild" / "web"
sys.path.insert(0, str(WEB.parents[1]))

from eachchild.web.project.catalog import Message, read_po  # noqa: E402

LOCALE = WEB / "locale"
_CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2}
_TAG = re.compile(r"{%\s*translate\s+(\"[^\"]*\"|'[^']*')")
_BLOCK = re.compile(r"{%\s*blocktranslate\b([^%]*)%}(.*?){%\s*endblocktranslate\s*%}", re.DOTALL)
_PLURAL = re.compile(r"{%\s*plural\s*%}")
_VARIABLE = re.compile(r"{{\s*(\w+)\s*}}")


def collect() -> dict[str, Message]:
    """Every message of the pages, by its text, in the order of the files."""
    found: dict[str, Message] = {}
    for path in sorted(WEB.rglob("*.py")):
        if "migrations" not in path.parts:
            found |= {one.text: one for one in of_code(path.read_text("utf-8"))}
    for path in sorted([*WEB.rglob("*.html"), *WEB.rglob("templates/**/*.txt")]):
        found |= {one.text: one for one in of_template(path.read_text("utf-8"))}
    matrix = tomllib.loads((WEB / "foundation" / "roles.toml").read_text("utf-8"))
    for role in matrix["roles"].values():
        found |= {text: Message(text) for text in (role["label"], role["sees"])}
    found |= {one["label"]: Message(one["label"]) for one in matrix["protected"].values()}
    schedule = tomllib.loads((WEB / "keeping" / "schedule.toml").read_text("utf-8"))
    for one in schedule.values():
        told = (one.get(name, "") for name in ("label", "what", "after", "why"))
        found |= {text: Message(text) for text in told if text}
    return found


def of_code(text: str) -> Iterator[Message]:
    """The messages of Python code: literals that are handed to gettext."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = node.args[: _CALLS.get(node.func.id, 0)]
            told = [one.value for one in texts if isinstance(one, ast.Constant)]
            if told and all(isinstance(one, str) for one in told):
                yield Message(*told)


def of_template(text: str) -> Iterator[Message]:
    """The messages of a template.

    >>> [m.text for m in of_template('{% blocktranslate %}By {{ who }}{% endblocktranslate %}')]
    ['By %(who)s']
    """
    for found in _TAG.finditer(text):
        yield Message(found[1][1:-1])
    for found in _BLOCK.finditer(text):
        yield Message(*(_VARIABLE.sub(r"%(\1)s", one.replace("%", "%%"))
                        for one in _PLURAL.split(found[2])))  # fmt: skip


def files() -> list[Path]:
    """The file of each language."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def lacking(path: Path) -> list[str]:
    """The messages that a language lacks, or has in doubt."""
    told = {one.text: one for one in read_po(path.read_text("utf-8"))}
    return [text for text in collect() if text not in told or not told[text].is_translated]


def update(path: Path) -> None:
    """Write a language's file anew: what it says, for every message there is now."""
    told = {one.text: one for one in read_po(path.read_text("utf-8"))}
    blocks = [_block(told[""])]
    for text, one in sorted(collect().items()):
        known = told.get(text, one)
        forms = len(known.told) or (2 if one.plural else 1)
        blocks.append(_block(Message(text, one.plural, known.told or ("",) * forms, known.fuzzy)))
    path.write_text("\n\n".join(blocks) + "\n", "utf-8")


def _block(one: Message) -> str:
    lines = ["#, fuzzy"] if one.fuzzy else []
    lines.append(f"msgid {_quoted(one.text)}")
    if one.plural:
        lines.append(f"msgid_plural {_quoted(one.plural)}")
        lines += [f"msgstr[{k}] {_quoted(told)}" for k, told in enumerate(one.told)]
    else:
        lines.append(f"msgstr {_quoted(one.told[0])}")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def main() -> int:
    """Bring the files up to date, or say what they lack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    bad = 0
    for path in files():
        if not check:
            update(path)
        found = lacking(path)
        bad += len(found)
        for text in found:
            print(f"{path.parts[-3]}: {text}")
    return 1 if check and bad else 0


if __name__ == "__main__":
    sys.exit(main())
