"""Whether a rule of the plan holds for everyone on every day of a panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from uptake.errors import QuestionError
from uptake.facts.selection import number_of, property_sql
from uptake.metrics import dimensions
from uptake.plan import Condition, Group
from uptake.scores.ask import named
from uptake.scores.fall import fall
from uptake.scores.scored import scored
from uptake.signals.labels import labels
from uptake.signals.panel import Panel
from uptake.signals.signal import read
from uptake.signals.windows import Flags, Floats

Numbers = Callable[[Panel, str], Floats]


def holds(panel: Panel, rule: Group, others: Mapping[str, Numbers] | None = None) -> Flags:
    """Where a rule holds, with a row per entity and a column per day.

    What is missing meets no test but `{exists: false}` and `is_not`.

    Args:
        panel: Whom and when.
        rule: The rule, as the plan has it.
        others: What further words before a dot mean (`benchmark`, `placement`): numbers of everyone by name.

    Raises:
        QuestionError: A signal, a score or an attribute is not known.
    """
    joint = np.logical_and if rule.kind == "all" else np.logical_or
    parts = [_met(panel, condition, others or {}) for condition in rule.conditions]
    parts += [holds(panel, group, others) for group in rule.of]
    made: Flags = joint.reduce(parts)
    return made


def _met(panel: Panel, condition: Condition, others: Mapping[str, Numbers]) -> Flags:
    kind, dot, name = condition.property.partition(".")
    if kind in ("user", "account") and dot:
        return _by_attribute(panel, condition)
    if not dot:
        return _by_number(read(panel, kind), condition)
    if kind == "score":
        return _by_number(scored(panel, named(panel.asked.plan, name)).points, condition)
    if kind == "fall":
        return _by_number(fall(panel, named(panel.asked.plan, name)), condition)
    if kind not in others:
        raise QuestionError(f"A rule cannot ask for '{condition.property}' here.", allowed=("signals", "score.NAME"))
    return _by_number(others[kind](panel, name), condition)


def _by_number(values: Floats, condition: Condition) -> Flags:
    wanted = [float(value) for value in condition.values if isinstance(value, bool | int | float)]
    known = ~np.isnan(values)
    if condition.test == "exists":
        return known if condition.values[0] else ~known
    if len(wanted) != len(condition.values) or condition.test == "contains":
        raise QuestionError(f"{condition.property} is a number.", allowed=("gt", "gte", "lt", "lte", "is", "is_not"))
    tests: dict[str, Callable[[], Flags]] = {
        "gt": lambda: values > wanted[0],
        "gte": lambda: values >= wanted[0],
        "lt": lambda: values < wanted[0],
        "lte": lambda: values <= wanted[0],
        "is": lambda: np.isin(values, wanted),
        "is_not": lambda: ~np.isin(values, wanted),
    }
    return tests[condition.test]()


def _by_attribute(panel: Panel, condition: Condition) -> Flags:
    attribute = dimensions.find(dimensions.known(panel.cursor), condition.property, panel.grain.name)
    numbers, found = labels(panel, attribute)
    texts: list[str | None] = [None, *found[1:]]
    # held against them as everywhere else: by the engine
    met = property_sql(condition, "text", number_of("text"), panel.asked.question.timezone)
    told = "SELECT unnest($texts::VARCHAR[]) AS text, generate_subscripts($texts, 1) - 1 AS number"
    rows = panel.cursor.execute(f"SELECT number FROM ({told}) WHERE {met}", {"texts": texts})
    return np.isin(numbers, [row[0] for row in rows.fetchall()])
