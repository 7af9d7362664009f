"""Why somebody stands where they stand: the conditions of a rule with what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import isnan

from uptake.plan import Condition, Group
from uptake.plan.condition import Test, Value
from uptake.scores.rules import Meanings, Texts, met, told
from uptake.signals.panel import Panel

Found = float | str | None
OPPOSITES: Mapping[Test, Test] = {"lt": "gte", "gte": "lt", "gt": "lte", "lte": "gt"}


@dataclass(frozen=True)
class Reason:
    """A condition of a rule, held against somebody.

    Args:
        subject: What was asked for: `frequency`, `account.plan`.
        test: The test, `gte`.
        values: What it was held against.
        found: What was found; None: nothing is known.
        holds: Whether the condition was met.
        alternative: Whether others beside it would do as well.
        before: What was found on the earlier day, where two days are compared.
        held: Whether it was met then; None where there is no earlier day.
        says: All this in words.
    """

    subject: str
    test: Test
    values: tuple[Value, ...]
    found: Found
    holds: bool
    alternative: bool = False
    before: Found = None
    held: bool | None = None
    says: str = ""

    @property
    def missing(self) -> float | None:
        """How much there is between what was found and what would do; None where that is no number, and where it holds."""
        bound = self.values[0]
        if self.holds or isinstance(self.found, str | None) or not isinstance(bound, int | float):
            return None
        return abs(bound - self.found) if self.test in ("gt", "gte", "lt", "lte") else None


class Held:
    """Conditions held against everyone of a panel, each once.

    Args:
        panel: Whom and when; the last day counts.
        meant: What words before a dot mean.
    """

    def __init__(self, panel: Panel, meant: Meanings) -> None:
        self.panel, self._meant = panel, meant

    def reason(self, condition: Condition, row: int, *, alternative: bool = False) -> Reason:
        """A condition, held against one of the rows."""
        return Reason(
            condition.property, condition.test, condition.values, self.found(condition.property, row),
            self.is_met(condition, row), alternative,
        )  # fmt: skip

    def found(self, subject: str, row: int) -> Found:
        """What is known of somebody."""
        key = ("told", subject)
        if key not in self.panel.made:
            self.panel.made[key] = told(self.panel, subject, self._meant)
        values = self.panel.made[key]
        if isinstance(values, Texts):
            return values.at(row, -1)
        value = float(values[row, -1])
        return None if isnan(value) else value

    def is_met(self, condition: Condition, row: int) -> bool:
        """Whether a condition holds for somebody."""
        key = ("met", condition)
        if key not in self.panel.made:
            self.panel.made[key] = met(self.panel, condition, self._meant)
        return bool(self.panel.made[key][row, -1])

    def holds(self, rule: Group, row: int) -> bool:
        """Whether a rule holds for somebody."""
        parts = [self.is_met(condition, row) for condition in rule.conditions]
        parts += [self.holds(group, row) for group in rule.of]
        return all(parts) if rule.kind == "all" else any(parts)


def because(held: Held, rule: Group, row: int) -> Iterator[Reason]:
    """The conditions by which a rule holds: all of them, and of alternatives those that hold."""
    for condition in rule.conditions:
        if held.is_met(condition, row):
            yield held.reason(condition, row)
    for group in rule.of:
        if held.holds(group, row):
            yield from because(held, group, row)


def apart(held: Held, rule: Group, earlier: Iterable[Group], row: int) -> Iterator[Reason]:
    """What keeps somebody from earlier labels that ask for the same as theirs and for more."""
    for more in earlier:
        if set(rule.conditions) < set(more.conditions) and rule.of == more.of:
            for reason in lacking(held, more, row):
                if reason.found is not None and reason.test in OPPOSITES:
                    yield replace(reason, test=OPPOSITES[reason.test], holds=True)


def lacking(held: Held, rule: Group, row: int, *, alternative: bool = False) -> Iterator[Reason]:
    """The conditions without which a rule does not hold; of alternatives all, as any would do."""
    if held.holds(rule, row):
        return
    alternative = alternative or (rule.kind == "any" and len(rule.conditions) + len(rule.of) > 1)
    for condition in rule.conditions:
        if not held.is_met(condition, row):
            yield held.reason(condition, row, alternative=alternative)
    for group in rule.of:
        yield from lacking(held, group, row, alternative=alternative)


def changed(before: Held, after: Held, rule: Group, row: int) -> Iterator[Reason]:
    """The conditions of a rule that hold on one of two days only."""
    for _, condition in rule.leaves():
        was, now = before.is_met(condition, row), after.is_met(condition, row)
        if was != now:
            yield Reason(
                condition.property, condition.test, condition.values, after.found(condition.property, row), now,
                before=before.found(condition.property, row), held=was,
            )  # fmt: skip
