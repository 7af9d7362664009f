"""The same passes in SQL, for people to read and run: one relation a step, each found by joining the next event.

`uptake.sequences` answers in a tenth of the time; tests hold the two equal.
"""

from __future__ import annotations

from uptake.facts.step_events import ARRIVAL, Wanted
from uptake.metrics.funnel_rules import Funnel
from uptake.metrics.metric import Asked

BEST = {
    "earliest": "depth DESC, number_1",
    "latest": "depth DESC, number_1 DESC",
    "closest": "depth DESC, last_number, number_1 DESC",
    "first": "number_1",
}
"""Entry -> the order in which the passes of an entity are preferred."""


def pass_sql(asked: Asked, found: Funnel, wanted: Wanted) -> str | None:
    """SQL for the relation `pass` (entity_key, entered_at, period_on, done_at); None where there is none for such rules."""
    if not _is_plain(found):
        return None
    steps = len(found.steps)
    relations = {"step_event": _events(wanted), "pass_1": _entries(asked, found)}
    for step in range(2, steps + 1):
        relations[f"pass_{step}"] = _next(found, step)
    depth = " + ".join(f"(number_{step} IS NOT NULL)::INT" for step in range(1, steps + 1))
    last = ", ".join(f"number_{step}" for step in range(steps, 0, -1))
    at = ", ".join(f"at_{step}" for step in range(1, steps + 1))
    best = f"""SELECT *, {depth} AS depth, coalesce({last}) AS last_number FROM pass_{steps}
            QUALIFY row_number() OVER (PARTITION BY entity_key, period_on ORDER BY {BEST[found.rules.entry]}) = 1"""
    listed = ",\n        ".join(f"{name} AS (\n            {body}\n        )" for name, body in relations.items())
    return f"""WITH {listed}
        SELECT entity_key, at_1 AS entered_at, period_on, [{at}] AS done_at FROM ({best})"""


def _is_plain(found: Funnel) -> bool:
    rules = found.rules
    return (
        rules.order == "ordered"
        and not rules.step_windows
        and not rules.optional
        and rules.tolerance is None
        and not found.exclusions
        and not found.hold
    )


def _events(wanted: Wanted) -> str:
    fits = "".join(f", {test} AS fits_{step}" for step, test in enumerate(wanted.tests, 1))
    return f"""SELECT {wanted.key} AS entity_key, event_at,
                row_number() OVER (ORDER BY {wanted.key}, event_at, {ARRIVAL}) AS number{fits}
            FROM event WHERE {wanted.condition()} AND event_at < $as_of"""


def _entries(asked: Asked, found: Funnel) -> str:
    begins = "e.event_at >= p.begins_at"
    if asked.question.date_from is None:
        begins = f"({begins} OR p.begins_at = (SELECT min(begins_at) FROM period))"
    first = ""
    if found.rules.entry == "first":
        first = "\n            QUALIFY row_number() OVER (PARTITION BY entity_key, period_on ORDER BY number) = 1"
    return f"""SELECT e.entity_key, p.period_on, e.event_at AS at_1, e.number AS number_1
            FROM step_event e JOIN period p ON e.event_at < p.ends_at AND {begins} WHERE e.fits_1{first}"""


def _next(found: Funnel, step: int) -> str:
    window = found.rules.window
    in_time = "true" if window is None else f"epoch_us(e.event_at) - epoch_us(p.at_1) <= {window}"
    return f"""SELECT p.*, CASE WHEN {in_time} THEN e.event_at END AS at_{step},
                CASE WHEN {in_time} THEN e.number END AS number_{step}
            FROM pass_{step - 1} p ASOF LEFT JOIN (FROM step_event WHERE fits_{step}) e
                ON e.entity_key = p.entity_key AND e.number > p.number_{step - 1}"""
