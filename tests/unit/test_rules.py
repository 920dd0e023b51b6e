"""Every rule that a source can fire has its sentences, and every sentence a rule."""

import re
from pathlib import Path

import eachchild
from eachchild.terms.catalogue import words

SOURCES = Path(eachchild.__file__).parent / "sources"


def test_rules_and_their_sentences_are_the_same() -> None:
    fired = {
        rule
        for file in SOURCES.rglob("*.py")
        for rule in re.findall(r'"([FRVDECSTM]\d\d)"', file.read_text("utf-8"))
    }
    keys = words("en").sentences
    told = {k.split(".")[1] for k in keys if k.startswith("rule.") and k.endswith(".meaning")}
    assert fired == told
    assert all(f"rule.{rule}.todo" in keys for rule in told)
