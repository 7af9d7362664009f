"""Drivers of attempts: what goes with conversion where an entity counts with each of its attempts.

Rows are those of `drivers`. An entity may have attempts with and without a driver: the interval of the difference
comes from how each entity sways both shares.
"""

from __future__ import annotations

from typing import NamedTuple

from uptake.metrics.core.metric import Row
from uptake.metrics.kinds.drivers import Drivers
from uptake.stats.estimate import Estimate
from uptake.stats.tries import Crossed, Tries, correlation_of_shares, share_of_tries

ALL = ("entities", "done_done", "done_tries", "tries_tries")
"""Sums over all entities, of all their attempts."""
WITH = ("with_entities", "with_done_done", "with_done_tries", "with_tries_tries")
"""The same of the attempts a driver holds for."""
SHARED = ("both_entities", "done_with_done", "done_with_tries", "tries_with_done", "tries_with_tries")
"""Over entities a driver holds for at all: how many have other attempts too, and attempts with it times all of theirs."""
SUMS = (*ALL, *WITH, *SHARED)


class Sides(NamedTuple):
    """The attempts with a driver and those without it, and the products over entities that have both."""

    held: Tries
    others: Tries
    crossed: Crossed


class DriversOfAttempts(Drivers):
    """Differences of conversion with and without something, with intervals by entity."""

    def select(self, labels: tuple[str, ...]) -> str:
        """What drivers have, and the sums over entities for the intervals."""
        columns = "".join(f"{label}, " for label in labels)

        def same(one: str, other: str) -> str:
            return "".join(f" AND {one}.{label} IS NOT DISTINCT FROM {other}.{label}" for label in labels)

        own = f"""SELECT {columns}entity_key, count(*) AS tries, count(*) FILTER (converted) AS done
                FROM labelled WHERE driver IS NULL GROUP BY ALL"""
        held = f"""SELECT {columns}driver, entity_key, count(*) AS tries, count(*) FILTER (converted) AS done
                FROM labelled WHERE driver IS NOT NULL GROUP BY ALL"""
        shared = "".join(f"h.{label}, " for label in labels)
        outer = "".join(f"d.{label}, " for label in labels)
        return f"""SELECT d.*, {", ".join(f"a.{one}" for one in ALL)}, {", ".join(f"g.{one}" for one in (*WITH, *SHARED))}
        FROM ({super().select(labels)}) d JOIN (
            SELECT {columns}count(*) AS entities, sum(done * done)::BIGINT AS done_done,
                sum(done * tries)::BIGINT AS done_tries, sum(tries * tries)::BIGINT AS tries_tries
            FROM ({own}) GROUP BY ALL
        ) a ON true{same("a", "d")} JOIN (
            SELECT {shared}h.driver, count(*) AS with_entities, sum(h.done * h.done)::BIGINT AS with_done_done,
                sum(h.done * h.tries)::BIGINT AS with_done_tries, sum(h.tries * h.tries)::BIGINT AS with_tries_tries,
                count(*) FILTER (o.tries > h.tries) AS both_entities,
                sum(h.done * o.done)::BIGINT AS done_with_done, sum(h.done * o.tries)::BIGINT AS done_with_tries,
                sum(h.tries * o.done)::BIGINT AS tries_with_done, sum(h.tries * o.tries)::BIGINT AS tries_with_tries
            FROM ({held}) h JOIN ({own}) o ON o.entity_key = h.entity_key{same("o", "h")} GROUP BY ALL
        ) g ON g.driver = d.driver{same("g", "d")} ORDER BY {outer}abs(d.estimate) DESC, d.driver"""

    def shares(self, rows: list[Row]) -> list[tuple[Estimate, Estimate, float]]:
        """Of each row conversion with and without the driver, and how the two sway together."""
        sides = [_sides(row, {name: row.pop(name) for name in SUMS}) for row in rows]
        return [
            (share_of_tries(held), share_of_tries(others), correlation_of_shares(held, others, crossed))
            for held, others, crossed in sides
        ]


def _sides(row: Row, sums: Row) -> Sides:
    own = [sums[name] for name in WITH]
    held = Tries(own[0], row["n_with"], row["converted_with"], *own[1:])
    crossed = Crossed(  # with times the rest: with times all, less with times with
        sums["done_with_done"] - held.done_done,
        sums["done_with_tries"] - held.done_tries,
        sums["tries_with_done"] - held.done_tries,
        sums["tries_with_tries"] - held.tries_tries,
    )
    others = Tries(
        sums["entities"] - held.entities + sums["both_entities"],
        row["n_without"],
        row["converted_without"],
        # all less with, squared: with is 0 for whom the driver never held
        sums["done_done"] - 2 * sums["done_with_done"] + held.done_done,
        sums["done_tries"] - sums["done_with_tries"] - sums["tries_with_done"] + held.done_tries,
        sums["tries_tries"] - 2 * sums["tries_with_tries"] + held.tries_tries,
    )
    return Sides(held, others, crossed)


DRIVERS_OF_ATTEMPTS = DriversOfAttempts()
