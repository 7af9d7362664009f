"""What answers say first that have a row for each step or moment and are broken down: which group came furthest."""

from __future__ import annotations

from uptake.charts import words
from uptake.metrics.core.result import Result
from uptake.plan import Plan
from uptake.web.words.plan_words import joined
from uptake.web.words.sentence_words import NOTHING, attribute_of, label_of
from uptake.web.words.titles import with_titles


def groups(result: Result, plan: Plan, column: str, unit: str, names: tuple[str, str]) -> str:
    """The groups with the most and the least in the end.

    Args:
        result: An answer with groups, each with several rows in order.
        plan: The adoption plan, for the names of features.
        column: What is compared, in the last row of each group that has it.
        unit: Its unit.
        names: What the most and the least of it are called.

    Returns:
        A sentence; the title alone where no group has a value.
    """
    about = f"{result.title} by {joined([attribute_of(label) for label in result.by], 'and')}"
    last = {
        tuple(label_of(label, str(row[label])) for label in result.by): row
        for row in with_titles([dict(row) for row in result.rows], plan, result.params)
        if row.get(column) is not None and row.get("status") in (None, "closed")
    }
    ranked = sorted(last.items(), key=lambda group: float(group[1][column]))
    if not ranked:
        return f"{about}: {NOTHING}."
    said = [f"{', '.join(name)} ({words.value(row[column], unit, 2)})" for name, row in ranked]
    if len(said) == 1:
        return f"{about}: {said[0]}."
    return f"{about}: {names[0]} in {said[-1]}, {names[1]} in {said[0]}."
