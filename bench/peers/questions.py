"""The questions every tool is asked: rates and differences from the overall rate, by group.

An answer is a mapping from (outcome, grouping, group) to (rate, difference); groupings are the five
factors one by one and two by two.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from itertools import combinations
from pathlib import Path

FACTORS = ("race", "sex", "idea", "el", "frl")
OUTCOMES = ("o1", "o2", "o3", "o4", "o5", "o6")
GROUPINGS = (*((f,) for f in FACTORS), *combinations(FACTORS, 2))
Answer = Mapping[str, tuple[float, float]]


def key(outcome: str, grouping: tuple[str, ...], group: tuple[str, ...]) -> str:
    """One name for a group in a grouping and an outcome.

    >>> key("o1", ("race", "sex"), ("black", "male"))
    'o1|race=black;sex=male'
    """
    return f"{outcome}|" + ";".join(f"{f}={v}" for f, v in zip(grouping, group, strict=True))


def answer(ask: Callable[[str], Answer]) -> None:
    """Ask a tool about the file named on the command line; print its seconds, write its answer.

    The clock starts after the imports and takes in the reading of the file.
    """
    path, out = sys.argv[1:]
    wall, cpu = time.perf_counter(), _cpu()
    found = ask(path)
    timed = {"wall": time.perf_counter() - wall, "cpu": _cpu() - cpu}
    Path(out).write_text(json.dumps(found), "utf-8")
    print(json.dumps(timed))


def _cpu() -> float:
    times = os.times()
    return times.user + times.system
