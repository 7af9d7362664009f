"""Whether a rule of the plan holds for everyone on every day of a panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from uptake.errors import QuestionError
from uptake.facts.selection import number_of, property_sql
from uptake.metrics.core import dimensions
from uptake.metrics.parts import attributes
from uptake.plan import Condition, Group
from uptake.scores.ask import named
from uptake.scores.decline import decline
from uptake.scores.fall import fall
from uptake.scores.scored import scored
from uptake.signals.answers import ratings
from uptake.signals.answers import texts as answers
from uptake.signals.labels import labels
from uptake.signals.panel import Panel
from uptake.signals.signal import read
from uptake.signals.windows import Flags, Floats, joined


@dataclass(frozen=True)
class Texts:
    """What everybody is called on every day.

    Args:
        numbers: The number of a text, by entity and day.
        texts: The texts; None is none.
    """

    numbers: NDArray[np.integer]
    texts: tuple[str | None, ...]

    def at(self, row: int, day: int) -> str | None:
        """What somebody is called on a day."""
        return self.texts[int(self.numbers[row, day])]


Told = Floats | Texts
Meaning = Callable[[Panel, str], Told]
Meanings = Mapping[str, Meaning]


def holds(panel: Panel, rule: Group, others: Meanings | None = None) -> Flags:
    """Where a rule holds, with a row per entity and a column per day.

    What is missing meets no test but `{exists: false}` and `is_not`.

    Args:
        panel: Whom and when.
        rule: The rule, as the plan has it.
        others: What further words before a dot mean (`benchmark`, `placement`): numbers or texts of everyone by name.

    Raises:
        QuestionError: A signal, a score or an attribute is not known.
    """
    joint = np.logical_and if rule.kind == "all" else np.logical_or
    parts = [met(panel, condition, others) for condition in rule.conditions]
    parts += [holds(panel, group, others) for group in rule.of]
    return joined(parts, joint)


def met(panel: Panel, condition: Condition, others: Meanings | None = None) -> Flags:
    """Where one condition of a rule holds; else like `holds`."""
    found = told(panel, condition.property, others)
    return _by_text(panel, found, condition) if isinstance(found, Texts) else _by_number(found, condition)


def told(panel: Panel, subject: str, others: Meanings | None = None) -> Told:
    """What a rule asks for, of everyone on every day.

    Args:
        panel: Whom and when.
        subject: `frequency`, `score.adoption`, `account.plan`, `survey.csat`.
        others: As for `holds`.

    Raises:
        QuestionError: It is not known.
    """
    kind, dot, name = subject.partition(".")
    if not dot:
        return read(panel, kind)
    if kind in ("user", "account"):
        attribute = dimensions.find(attributes.known(panel.cursor, panel.asked.plan), subject, panel.grain.name)
        numbers, texts = labels(panel, replace(attribute, bands=None))  # a rule compares the number itself
        return Texts(numbers, (None, *texts[1:]))
    if kind == "score":
        return scored(panel, named(panel.asked.plan, name)).points
    if kind == "fall":
        return fall(panel, named(panel.asked.plan, name))
    if kind == "decline":
        return decline(panel, named(panel.asked.plan, name))
    if kind == "survey":
        return ratings(panel, name)
    if kind == "answer":
        return Texts(*answers(panel, name))
    if others is None or kind not in others:
        raise QuestionError(f"A rule cannot ask for '{subject}' here.", allowed=("signals", "score.NAME"))
    return others[kind](panel, name)


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


def _by_text(panel: Panel, found: Texts, condition: Condition) -> Flags:
    # held against them as everywhere else: by the engine
    holds_for = property_sql(condition, "text", number_of("text"), panel.asked.question.timezone)
    listed = "SELECT unnest($texts::VARCHAR[]) AS text, generate_subscripts($texts, 1) - 1 AS number"
    rows = panel.cursor.execute(f"SELECT number FROM ({listed}) WHERE {holds_for}", {"texts": list(found.texts)})
    return np.isin(found.numbers, [row[0] for row in rows.fetchall()])
