"""pandas: one groupby a grouping, all outcomes at once."""

import pandas as pd
from questions import FACTORS, GROUPINGS, OUTCOMES, Answer, answer, key


def ask(path: str) -> Answer:
    """Categories, as pandas advises for texts that repeat."""
    frame = pd.read_parquet(path)
    frame = frame.astype(dict.fromkeys(FACTORS, "category"))
    overall = frame[list(OUTCOMES)].mean()
    found = {}
    for grouping in GROUPINGS:
        rates = frame.groupby(list(grouping), observed=True)[list(OUTCOMES)].mean()
        gaps = rates - overall
        for group in rates.index:
            names = group if isinstance(group, tuple) else (group,)
            for outcome in OUTCOMES:
                both = (rates.at[group, outcome], gaps.at[group, outcome])
                found[key(outcome, grouping, names)] = tuple(map(float, both))
    return found


if __name__ == "__main__":
    answer(ask)
