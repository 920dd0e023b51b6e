"""Students by score as a copy tells them, ready to try rules of entry on: from nothing hidden."""

from collections.abc import Iterator

import numpy as np

from eachchild.causes.above import Above, EntryCounts
from eachchild.release.audits.entry_counts import SCORED, at_least, cell_of
from eachchild.release.audits.part import split
from eachchild.release.family import TOTAL, Table
from eachchild.release.published import SCORE, Publication


def entries_told(publication: Publication) -> Iterator[EntryCounts]:
    """Every outcome of which students by score are published."""
    for table in publication.tables:
        names = [tree.name for tree in table.trees]
        if SCORE in names and names[-1] != SCORE:
            yield _told(publication, table)


def _told(publication: Publication, table: Table) -> EntryCounts:
    factor, score, outcome = table.trees
    cuts = _cuts(score.nodes)
    nodes = (SCORED if SCORED in score.nodes else TOTAL, *map(at_least, cuts))
    exact = publication.exact
    groups = {}
    for value in factor.nodes:
        keys = [cell_of(table, value, node) for node in nodes]
        rows = keys, [split(key, outcome.name, "yes") for key in keys]
        counts = np.array([[exact.get(key, 0) for key in row] for row in rows], dtype=np.int64)
        told = np.array([[key in exact for key in row] for row in rows])
        groups["" if value == TOTAL else value] = Above(counts, told)
    of = dict(table.of)
    return EntryCounts(
        outcome.name, of["period"], of.keys() > {"period", "students"}, cuts, groups, factor.name
    )


def _cuts(nodes: tuple[str, ...]) -> tuple[int, ...]:
    """The cuts of a tree of scores, as its values name them."""
    numbers = sorted({int(word) for node in nodes for word in node.split() if word.isdecimal()})
    return tuple(cut for cut in numbers if at_least(cut) in nodes)
