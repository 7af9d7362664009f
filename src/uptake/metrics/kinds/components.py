"""Components: a score that is the mean of several numbers, each from rows of its own, with all of them beside it.

Rows bring `component`, and what each component is made of: `value` for a mean, `day` and `is_short` for the mean of daily
ratios, `value` 0 or 1 for who came and who went. The components' own kinds make the numbers.
"""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Cells, Kind, Row, plain
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.kinds.ratio import RATIO
from uptake.metrics.kinds.status import present, status
from uptake.stats.proportion import wilson
from uptake.store.sql import literal

SCORE, ADOPTION, STICKINESS, GROWTH = "score", "adoption", "stickiness", "growth"
PARTS = (ADOPTION, STICKINESS, GROWTH)
LABEL = "component"
ORDER = f"ENUM({', '.join(literal(one) for one in (SCORE, *PARTS))})"
"""The score, then what it is made of: the type of the label, so that rows are in this order."""
MOVED = ("gained", "lost")


class Components(Kind):
    """The components, and their mean."""

    name = "mean"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """The components, each as its own kind selects it."""
        columns = "".join(f"{label}, " for label in labels)
        growth = f"""SELECT {columns}count(*) AS n, sum(value)::BIGINT AS gained, n - gained AS lost, avg(value) AS estimate
        FROM labelled GROUP BY ALL"""
        made = {ADOPTION: MEAN.select(labels), STICKINESS: RATIO.select(labels), GROWTH: growth}
        return " UNION ALL BY NAME ".join(
            f"SELECT * FROM ({select}) WHERE {LABEL} = '{part}'" for part, select in made.items()
        )

    def shown(self, labels: tuple[str, ...], asked: Asked) -> str:
        """The same with the score."""
        del asked
        others = "".join(f"{label}, " for label in labels if label != LABEL)
        parts = self.select(labels)
        return f"""SELECT {", ".join(labels)}, n, estimate, gained, lost FROM ({parts})
        UNION ALL BY NAME SELECT {others}'{SCORE}'::{ORDER} AS {LABEL}, max(n) FILTER ({LABEL} = '{ADOPTION}') AS n,
            CASE WHEN count(estimate) = {len(PARTS)} THEN avg(estimate) END AS estimate FROM ({parts})
        GROUP BY ALL HAVING count(*) > 0
        ORDER BY {", ".join(labels)}"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Intervals of the components, and the score of each group."""
        names = plain(labels)
        made = [
            *MEAN.estimate(_own(rows, ADOPTION, names, "total", "total_squares", "median"), labels, asked),
            *RATIO.estimate(_own(rows, STICKINESS, names, "days", "active", "influence"), labels, asked),
            *_growth(_own(rows, GROWTH, names, *MOVED)),
        ]
        groups: dict[tuple[object, ...], dict[str, Row]] = {}
        for row in made:
            groups.setdefault(tuple(row[name] for name in names if name != LABEL), {})[row[LABEL]] = row
        shown = (*names, "n", "estimate", "ci_lower", "ci_upper", *MOVED, "status")
        order = {part: number for number, part in enumerate((SCORE, *PARTS))}
        everything = [*made, *map(_score, groups.values())]
        everything.sort(key=lambda row: tuple(order[row[one]] if one == LABEL else str(row[one]) for one in names))
        return [{name: row.get(name) for name in shown} for row in everything]

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """n, estimate, interval, who came and who went, status."""
        del asked
        return (
            Column("n", "integer", "count"),
            *(Column(name, "number", unit) for name in ("estimate", "ci_lower", "ci_upper")),
            *(Column(name, "integer", "count") for name in MOVED),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Everyone who is in a component; in the score, everyone whose adoption counts."""
        del asked
        columns = "".join(f"{label}, " for label in labels)
        rows = f"""SELECT {columns}entity_key, max(anchor_at) AS anchor_at FROM (
            FROM labelled UNION ALL BY NAME
            SELECT * REPLACE ('{SCORE}'::{ORDER} AS {LABEL}) FROM labelled WHERE {LABEL} = '{ADOPTION}' AND value IS NOT NULL
        ) GROUP BY ALL"""
        return Cells((Side("counted", "counted", "true", "n"),), rows)


def _own(rows: list[Row], part: str, names: list[str], *columns: str) -> list[Row]:
    """The rows of a component with what its kind selects alone."""
    kept = (*names, "n", "estimate", *columns)
    return [{name: row[name] for name in kept} for row in rows if row[LABEL] == part]


def _growth(rows: list[Row]) -> list[Row]:
    if not rows:
        return []
    intervals = wilson([row["gained"] for row in rows], [row["n"] for row in rows])
    return [
        row | {"ci_lower": present(lower), "ci_upper": present(upper), "status": status(row["n"])}
        for row, lower, upper in zip(rows, intervals.ci_lower, intervals.ci_upper, strict=True)
    ]


def _score(parts: dict[str, Row]) -> Row:
    """The mean of the components, and of the ends of their intervals: as wide as if all three moved together."""
    found = next(iter(parts.values())) | {
        LABEL: SCORE,
        "n": parts.get(ADOPTION, {}).get("n"),
        "gained": None,
        "lost": None,
    }

    def mean(name: str) -> float | None:
        values = [parts[part][name] for part in PARTS if part in parts and parts[part][name] is not None]
        return sum(values) / len(values) if len(values) == len(PARTS) else None

    estimate = mean("estimate")
    found |= {"estimate": estimate, "ci_lower": mean("ci_lower"), "ci_upper": mean("ci_upper")}
    doubtful = [row["status"] for row in parts.values() if row["status"] != "closed"]
    return found | {"status": "not_eligible" if estimate is None else doubtful[0] if doubtful else "closed"}


COMPONENTS = Components()
"""The kind; it has no settings."""
