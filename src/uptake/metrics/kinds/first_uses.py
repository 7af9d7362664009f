"""First uses: durations of many clocks an entity, one a feature, most of which are still running.

The quick way brings no row for a clock that is still running. It brings three sorts of rows, told apart by `part`: the
answer's rows (0: `place`, the labels, and in `duration_s` the crowd it is of), who got there (1: `place`, `duration_s`,
`watched_s`) and everybody in a crowd (2: its number in `place`, `watched_s`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from uptake.metrics.kinds.duration import Duration
from uptake.metrics.metric import Row, plain
from uptake.stats.life_table import counts_of_watched
from uptake.store.projection import Cursor

Ints = NDArray[np.int64]


class FirstUses(Duration):
    """Durations that are counted here where the engine would have a row for every clock."""

    def read(self, answer: Cursor, labels: tuple[str, ...]) -> list[Row]:
        """One row per label with its columns as arrays, from either way."""
        if "watched_s" not in [column[0] for column in answer.description]:
            return super().read(answer, labels)
        table = answer.to_arrow_table()
        part, place, duration, watched = (
            table[name].to_numpy() for name in ("part", "place", "duration_s", "watched_s")
        )
        is_answer = np.flatnonzero(part == 0)
        names = table.select(plain(labels)).take(is_answer).to_pylist()
        of_feature, of_crowd = (_grouped(np.flatnonzero(part == sort), place) for sort in (1, 2))
        everybody = {crowd: np.sort(watched[rows]) for crowd, rows in of_crowd.items()}
        nobody = np.empty(0, np.int64)
        found = []
        for row, name in sorted(zip(is_answer, names, strict=True), key=lambda item: int(place[item[0]])):
            crowd = everybody.get(int(duration[row]), nobody)
            if crowd.size:
                used = of_feature.get(int(place[row]), nobody)
                counts = counts_of_watched(duration[used], watched[used], crowd)
                found.append(name | dict(zip(("duration_s", "reached", "censored"), counts, strict=True)))
        return found


def _grouped(rows: Ints, place: Ints) -> dict[int, Ints]:
    """Place -> which of some rows are of it."""
    if not rows.size:
        return {}
    places = place[rows]
    # 16 bits are sorted by counting, and no more are needed for less than 2000 periods of 30 features
    small = places.astype(np.uint16) if places.max() < 2**16 else places
    order = np.argsort(small, kind="stable")
    found, begins = np.unique(places[order], return_index=True)
    return dict(zip(found.tolist(), np.split(rows[order], begins[1:]), strict=True))
