"""Groups cases by what they complain of: in a worker or a command, for its library is slow to load."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from bihuan.engine.alike import Traits
from bihuan.engine.problems import is_problem, signs_of

MOST_AT_ONCE = (
    2_000  # cases of one category that are compared each with each; others join what is found
)
MOST_SIGNS = 6_000
APART = 0.92  # cosine distance from which two groups are two problems
JOINS = 0.22  # cosine to the middle of a problem from which one more case belongs to it


def problems_of(cases: Sequence[Traits]) -> list[list[Traits]]:
    """The problems among these cases, each with its members, those nearest to its middle first.

    Cases of different categories are different problems; what is like nothing else is none.
    """
    by_category: dict[str, list[Traits]] = defaultdict(list)
    for one in cases:
        if one.wording:
            by_category[one.told.category].append(one)
    return [group for alike in by_category.values() if len(alike) > 1 for group in _within(alike)]


def _within(cases: list[Traits]) -> list[list[Traits]]:
    from sklearn.cluster import AgglomerativeClustering
    from sklearn.feature_extraction.text import TfidfVectorizer

    newest = sorted(cases, key=lambda one: -one.told.at)
    counter = TfidfVectorizer(analyzer=signs_of, sublinear_tf=True, max_features=MOST_SIGNS)
    rows = counter.fit_transform(newest)
    first = rows[:MOST_AT_ONCE]
    apart = (1 - (first @ first.T).toarray()).clip(0)
    labels = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=APART
    ).fit_predict(apart)
    places: dict[int, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        places[int(label)].append(place)
    groups = [found for found in places.values() if is_problem([newest[at] for at in found])]
    if not groups:
        return []
    middles = _middles(rows, groups)
    _join_others(rows, groups, middles, len(labels))
    return [_nearest_first(rows, middle, group, newest)
            for middle, group in zip(middles, groups, strict=True)]  # fmt: skip


def _middles(rows: Any, groups: list[list[int]]) -> list[Any]:
    import numpy as np
    from sklearn.preprocessing import normalize

    return [normalize(np.asarray(rows[group].mean(axis=0)))[0] for group in groups]


def _join_others(rows: Any, groups: list[list[int]], middles: list[Any], first: int) -> None:
    """The cases beyond those compared each with each join the nearest problem, where one is near."""
    import numpy as np

    if first >= rows.shape[0]:
        return
    near = rows[first:] @ np.array(middles).T
    for place, row in enumerate(near, first):
        best = int(row.argmax())
        if row[best] >= JOINS:
            groups[best].append(place)


def _nearest_first(rows: Any, middle: Any, group: list[int], cases: list[Traits]) -> list[Traits]:
    near = rows[group] @ middle
    order = sorted(range(len(group)), key=lambda at: (-float(near[at]), group[at]))
    return [cases[group[at]] for at in order]
