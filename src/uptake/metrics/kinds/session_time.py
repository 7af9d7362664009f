"""What people got done beside a mean of how they came: task success and who labours.

Rows bring `value`, or `seconds` of a session, or `tries`, the tasks somebody began in the same days, and how many of them
were `done` in time; the others are missing. Who spent long and got little done is counted as labouring, by the plan's thresholds.
"""

from __future__ import annotations

from dataclasses import replace

from uptake.metrics.core.metric import Asked, Cells, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.mean import Mean
from uptake.metrics.kinds.pooled import Pooled
from uptake.metrics.kinds.status import present
from uptake.metrics.kinds.tries import SUMS
from uptake.stats.tries import Tries, share_of_tries

LABOURS = """coalesce(seconds, 0) >= $least_minutes::DOUBLE * 60 AND tries >= $least_tries::INTEGER
            AND done < $success_below::DOUBLE * tries"""
OF_TRIES = ("tries", "tried", "done", *SUMS)


class BesideTasks(Mean):
    """A mean with, for the same entities, the share of their tasks that were done."""

    seconds = "seconds"
    value = "avg(value)"

    def select(self, labels: tuple[str, ...]) -> str:
        """What the mean has, the sums of tries over entities, and how many labour."""
        columns = "".join(f"{label}, " for label in labels)
        same = "".join(f" AND t.{label} IS NOT DISTINCT FROM s.{label}" for label in labels)
        return f"""SELECT s.*, {", ".join(f"t.{one}" for one in OF_TRIES)}, t.success, t.labouring
        FROM ({super().select(labels)}) s JOIN (
            SELECT {columns}coalesce(sum(tries), 0)::BIGINT AS tries, count(*) FILTER (tries > 0) AS tried,
                sum(done)::BIGINT AS done, sum(done) / nullif(sum(tries), 0) AS success, count(*) FILTER ({LABOURS}) AS labouring,
                sum(done * done)::BIGINT AS done_done, sum(done * tries)::BIGINT AS done_tries,
                sum(tries * tries)::BIGINT AS tries_tries
            FROM ({self._own(columns)}) GROUP BY ALL
        ) t ON true{same} ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Replaces the sums by intervals and status; without tasks nothing is said of them."""
        answers = super().estimate(rows, labels, asked)
        for row in answers:
            tries, tried, done, *sums = (row.pop(name, None) for name in OF_TRIES)
            if not asked.plan.tasks:
                row.update(dict.fromkeys(("tries", "success", "labouring")))
                continue
            found = share_of_tries(Tries(tried or 0, tries or 0, done or 0, *(one or 0 for one in sums)))
            row["tries"] = tries or 0
            row["success_ci_lower"], row["success_ci_upper"] = present(found.ci_lower), present(found.ci_upper)
        return answers

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """The mean's, tasks begun, the share done with its interval, and how many labour."""
        *others, state = super().columns(unit, asked)
        return (
            *others,
            Column("tries", "integer", "count"),
            *(Column(name, "number", "share") for name in ("success", "success_ci_lower", "success_ci_upper")),
            Column("labouring", "integer", "count"),
            state,
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Those who are counted and their own value; those who spent long and got little done."""
        columns = "".join(f"{label}, " for label in labels)
        alone, labouring = super().cells(labels, asked), Side("labouring", "labour", LABOURS, "labouring")
        return replace(
            alone, sides=(*alone.sides, labouring) if asked.plan.tasks else alone.sides, rows=self._own(columns)
        )

    def _own(self, columns: str) -> str:
        """SQL for the value of each entity, what it spent and what it got done."""
        return f"""SELECT {columns}entity_key, min(anchor_at) AS anchor_at, {self.value} AS value,
                sum({self.seconds}) AS seconds, coalesce(sum(tries), 0)::BIGINT AS tries,
                coalesce(sum(done), 0)::BIGINT AS done
            FROM labelled GROUP BY ALL"""


class SessionTime(BesideTasks, Pooled):
    """The same of sessions themselves: their seconds are the value."""

    seconds = "value"


MEAN_BESIDE_TASKS = BesideTasks()
SESSION_TIME = SessionTime()
