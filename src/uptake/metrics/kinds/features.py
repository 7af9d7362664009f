"""Features: for each one, how many could use it, tried it, adopted it, kept it and are content with it.

Rows are of two sorts: one per entity and class of eligibility (`feature_key` missing), which make the
denominators, and one per entity and feature tried. Only who was eligible is in either.
"""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Cells, Kind, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.status import present, status
from uptake.stats.proportion import wilson

STEPS = (("tried", "eligible"), ("adopted", "eligible"), ("retained", "adopted"), ("satisfied", "answered"))
"""Numerator and denominator of each share."""


class Features(Kind):
    """Counts and shares per feature."""

    name = "features"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """eligible, tried, adopted, retained, answered, satisfied per feature and label."""
        columns = "".join(f"{label}, " for label in labels)
        outer = "".join(f"e.{label}, " for label in labels)
        same = "".join(f" AND u.{label} IS NOT DISTINCT FROM e.{label}" for label in labels)
        # without labels a feature nobody can use has a row too, that says so
        join = "JOIN" if labels else "RIGHT JOIN"
        return f"""SELECT {outer}f.feature, f.title, f.tag, coalesce(e.eligible, 0) AS eligible,
            coalesce(u.tried, 0)::BIGINT AS tried,
            coalesce(u.adopted, 0)::BIGINT AS adopted, coalesce(u.retained, 0)::BIGINT AS retained,
            coalesce(u.answered, 0)::BIGINT AS answered, coalesce(u.satisfied, 0)::BIGINT AS satisfied
        FROM (SELECT {columns}class, count(*) AS eligible FROM labelled WHERE feature_key IS NULL GROUP BY ALL) e
        {join} feature_class c USING (class) JOIN features f ON f.feature_key = c.feature_key
        LEFT JOIN (
            SELECT {columns}feature_key, count(*) AS tried, sum(adopted) AS adopted, sum(retained) AS retained,
                sum(answered) AS answered, sum(satisfied) AS satisfied
            FROM labelled WHERE feature_key IS NOT NULL GROUP BY ALL
        ) u ON u.feature_key = f.feature_key{same}
        ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds the shares with their intervals; `estimate` is the share that adopted."""
        del labels, asked
        answers = [dict(row) for row in rows]
        for count, base in STEPS:
            intervals = wilson([row[count] for row in rows], [row[base] for row in rows]) if rows else ()
            for answer, share, lower, upper in zip(answers, *intervals[1:], strict=True) if rows else ():
                answer[f"{count}_share"] = present(share)
                answer[f"{count}_ci_lower"], answer[f"{count}_ci_upper"] = present(lower), present(upper)
        for answer in answers:
            answer |= {
                "n": answer["eligible"],
                "estimate": answer["adopted_share"],
                "ci_lower": answer["adopted_ci_lower"],
                "ci_upper": answer["adopted_ci_upper"],
                "s_per_t": _s_per_t(answer),
                "status": status(answer["eligible"]),
            }
        return answers

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """Feature, counts, shares, intervals, status."""
        del asked
        return (
            *(Column(name, "text") for name in ("feature", "title", "tag")),
            *(
                Column(name, "integer", "count")
                for name in ("n", "eligible", "tried", "adopted", "retained", "answered", "satisfied")
            ),
            *(Column(name, "number", unit) for name in ("estimate", "ci_lower", "ci_upper")),
            *(
                Column(f"{step}_{part}", "number", unit)
                for step, _ in STEPS
                for part in ("share", "ci_lower", "ci_upper")
            ),
            Column("s_per_t", "number", unit),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Who could use a feature, told apart by how far they got with it."""
        del asked
        keys = "".join(f" AND u.{label} IS NOT DISTINCT FROM e.{label}" for label in labels)
        return Cells(
            (
                Side("adopted", "adopted it", "adopted = 1", "adopted"),
                Side(
                    "tried_only", "tried it and did not adopt it", "tried = 1 AND adopted = 0", "tried", less="adopted"
                ),
                Side("not_tried", "have not tried it", "tried = 0", "eligible", less="tried"),
                Side("tried", "tried it", "tried = 1", "tried"),
                Side("retained", "kept it", "retained = 1", "retained"),
                Side("lapsed", "adopted it and let go", "adopted = 1 AND retained = 0", "adopted", less="retained"),
                Side("satisfied", "kept it and are content", "satisfied = 1", "satisfied"),
                Side("answered", "kept it and said how they find it", "answered = 1", "answered"),
                Side("eligible", "could use it", "true", "eligible"),
            ),
            f"""SELECT e.* EXCLUDE (feature_key, adopted, retained, answered, satisfied), f.feature,
            (u.entity_key IS NOT NULL)::INT AS tried,
            coalesce(u.adopted, 0) AS adopted, coalesce(u.retained, 0) AS retained,
            coalesce(u.answered, 0) AS answered, coalesce(u.satisfied, 0) AS satisfied
        FROM (FROM labelled WHERE feature_key IS NULL) e JOIN feature_class c USING (class)
        JOIN features f ON f.feature_key = c.feature_key
        LEFT JOIN (FROM labelled WHERE feature_key IS NOT NULL) u ON u.entity_key = e.entity_key
            AND u.feature_key = f.feature_key AND u.period_on IS NOT DISTINCT FROM e.period_on{keys}""",
            coordinates=("feature",),
        )


def _s_per_t(row: Row) -> float | None:
    """Retained of eligible times satisfied of those who answered; None where nobody could, or nobody answered."""
    if not row["eligible"] or not row["answered"]:
        return None
    return float(row["retained"] / row["eligible"] * row["satisfied"] / row["answered"])


FEATURES = Features()
