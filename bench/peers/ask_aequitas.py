"""aequitas: cross-tables of all groupings at once, an outcome at a time."""

import pandas as pd
from aequitas.group import Group
from questions import GROUPINGS, OUTCOMES, Answer, answer, key


def ask(path: str) -> Answer:
    """The rate is its prevalence of the label; a crossing is an attribute made of two."""
    frame = pd.read_parquet(path)
    names = {"&".join(g): g for g in GROUPINGS}
    columns = {}
    for name, grouping in names.items():
        columns[name] = frame[grouping[0]]
        for factor in grouping[1:]:
            columns[name] = columns[name] + "&" + frame[factor]
    table = pd.DataFrame(columns)
    found = {}
    for outcome in OUTCOMES:
        asked = table.assign(score=frame[outcome], label_value=frame[outcome])
        crossed, _ = Group().get_crosstabs(asked, attr_cols=list(names))
        overall = frame[outcome].mean()
        for name, value, rate in zip(
            crossed["attribute_name"], crossed["attribute_value"], crossed["prev"], strict=True
        ):
            grouping = names[name]
            found[key(outcome, grouping, tuple(value.split("&")))] = (rate, rate - overall)
    return found


if __name__ == "__main__":
    answer(ask)
