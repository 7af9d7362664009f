"""Data in which names tell little: one event for everything, and a property that tells what it was."""

from __future__ import annotations

from collections.abc import Sequence

from uptake.plan.quoting import scalar
from uptake.propose.observed import Observed
from uptake.propose.words import is_noise
from uptake.store.projection import Cursor

MOST_OF = 0.8
"""One event that makes up this share of the rows that are neither vanity nor noise tells little by its name."""
MOST_VALUES = 50
MOST_PROPERTIES = 3
SAMPLE = 50_000


def properties_that_tell(cursor: Cursor, observed: Sequence[Observed]) -> tuple[str, ...]:
    """Says so where one event stands for nearly everything, with properties that might tell features apart.

    A property might if at least half of the rows looked at have it, it has 2 to 50 values, and they are no numbers.

    Returns:
        One sentence or none.
    """
    work = [event for event in observed if event.use.users and not is_noise(event.use.name)]
    rows = sum(event.use.total for event in work)
    for event in work:
        if event.use.total < MOST_OF * rows:
            continue
        name = scalar(event.use.name)
        share = f"{100 * event.use.total / rows:.0f} % of the rows that stand for work"
        what = f"The event {name} makes up {share}, so names tell little."
        found = _properties(cursor, event)
        if not found:
            return (what,)
        told = ", ".join(f"{scalar(key)} ({values} values such as {scalar(example)})" for key, values, example in found)
        key, _, example = found[0]
        how = f"{{event: {name}, where: {{{scalar(key)}: {scalar(example)}}}}}"
        return (f"{what} It could be told apart by a property: {told}. Write {how} as an event of a feature.",)
    return ()


def _properties(cursor: Cursor, event: Observed) -> list[tuple[str, int, str]]:
    every = event.use.total // SAMPLE + 1
    return cursor.execute(
        f"""WITH looked_at AS (
            SELECT properties FROM event WHERE name_key = $event AND ordinal % $every = 0 AND properties IS NOT NULL
        ), filled AS (
            SELECT j.key, json_extract_string(j.value, '$') AS text FROM looked_at, json_each(properties) j
        )
        SELECT key, count(DISTINCT text), mode(text) FROM filled WHERE text IS NOT NULL
        GROUP BY key
        HAVING count(DISTINCT text) BETWEEN 2 AND {MOST_VALUES} AND count(try_cast(text AS DOUBLE)) = 0
            AND count(*) * 2 >= (SELECT count(*) FROM event WHERE name_key = $event AND ordinal % $every = 0)
        ORDER BY count(*) DESC, 2 DESC, key LIMIT {MOST_PROPERTIES}""",
        {"event": event.key, "every": every},
    ).fetchall()
