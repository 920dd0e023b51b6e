"""Times predictability on a state: 3,000 schools, 10 million students, nine outcomes.

Run with `python bench/predictability.py [--json]`. Each outcome gets the whole answer: estimate
and interval, 999 permutations within schools, 999 resamples of schools, the band that chance
gives, and the shares of five factors over their 31 roll-ups.
"""

import argparse
import json
import resource
import sys
import time

import numpy as np
from scipy.special import expit, logit

from eachchild.bench.predictability.world import LEVELS, effects, shares
from eachchild.measures.predictability import SchoolCells, predictability, school_cells

SCHOOLS, STUDENTS, DRAWS = 3_000, 10_000_000, 999
RATES = (0.02, 0.03, 0.05, 0.10, 0.15, 0.20, 0.30, 0.50, 0.85)


def state(rng: np.random.Generator) -> np.ndarray:
    """Students by school and cell, schools unequal in size and make-up."""
    size = rng.multinomial(STUDENTS, rng.dirichlet(np.full(SCHOOLS, 2.0)))
    tilt = rng.normal(0, 0.8, (SCHOOLS, 7))[:, LEVELS[:, 0]]
    mix = shares() * np.exp(tilt)
    mix /= mix.sum(axis=1, keepdims=True)
    return np.stack([rng.multinomial(k, m) for k, m in zip(size, mix, strict=True)])


def outcome(n: np.ndarray, rate: float, rng: np.random.Generator) -> SchoolCells:
    """An event with an effect of identity and of the school."""
    school = rng.normal(0, 0.4, (SCHOOLS, 1))
    chance = expit(logit(rate) + 0.4 * (effects() - effects().mean()) + school)
    return school_cells(n, rng.binomial(n, chance), LEVELS)


def main() -> int:
    """Print seconds a step and in all, and the peak memory of the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    rng = np.random.default_rng(chosen.seed)
    n = state(rng)
    outcomes = [outcome(n, rate, rng) for rate in RATES]
    wall, cpu = time.perf_counter(), time.process_time()
    found = [predictability(x, rng, draws=DRAWS) for x in outcomes]
    result = {
        "schools": SCHOOLS,
        "students": int(n.sum()),
        "cells": int((n > 0).sum()),
        "outcomes": len(outcomes),
        "wall_seconds": round(time.perf_counter() - wall, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "index": [round(100 * float(x.here.index[0]), 1) for x in found],
        "shared_out": sum(x.evidence is not None and x.evidence.shares is not None for x in found),
    }
    lines = [f"{key}: {value}" for key, value in result.items()]
    print(json.dumps(result) if chosen.json else "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
