"""fairlearn: a MetricFrame a grouping and outcome, with its difference from the overall rate."""

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame
from questions import GROUPINGS, OUTCOMES, Answer, answer, key


def _rate(happened: np.ndarray, _: np.ndarray) -> float:
    return float(np.mean(happened))


def ask(path: str) -> Answer:
    """The plain route of its guide: one sensitive feature, or two crossed."""
    frame = pd.read_parquet(path)
    found = {}
    for outcome in OUTCOMES:
        happened = frame[outcome].to_numpy()
        for grouping in GROUPINGS:
            table = MetricFrame(
                metrics=_rate,
                y_true=happened,
                y_pred=happened,
                sensitive_features=frame[list(grouping)],
            )
            for group, rate in table.by_group.items():
                names = group if isinstance(group, tuple) else (group,)
                if not np.isnan(rate):  # it lists crossings in which nobody is
                    found[key(outcome, grouping, names)] = (
                        float(rate),
                        float(rate - table.overall),
                    )
    return found


if __name__ == "__main__":
    answer(ask)
