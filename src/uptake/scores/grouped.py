"""The mean of a score in groups: by an attribute as it was at the end of the day, by channel, by band of revenue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from math import isnan
from typing import Any

import numpy as np
import pyarrow as pa

from uptake.metrics.core import dimensions
from uptake.metrics.core.dimensions import MISSING, Attribute
from uptake.metrics.core.question import read_choice
from uptake.metrics.core.result import Column, arrow
from uptake.metrics.kinds.status import status
from uptake.metrics.parts import attributes
from uptake.plan import Plan
from uptake.scores.ask import named, question_of
from uptake.scores.standing import standings
from uptake.signals.labels import labels
from uptake.signals.panel import Panel
from uptake.signals.signal import read
from uptake.signals.windows import Floats
from uptake.stats.mean import mean_from_values
from uptake.store.kept import Kept
from uptake.store.projection import Cursor

ONLY_WHO_CAME = "Who was never active is not counted."
OBSERVATIONAL = "Observational: groups differ in more than what tells them apart here, so no difference is an effect."
WHO = ("everyone", "came")
"""Whose score counts: that of everyone, or of those alone who, or whose users, were ever active."""
COLUMNS = (
    Column("group", "text"), Column("n", "integer", "count"), Column("estimate", "number", "points"),
    Column("ci_lower", "number", "points"), Column("ci_upper", "number", "points"),
    Column("without", "integer", "count"), Column("status", "text"),
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """A group.

    Args:
        group: The value of the attribute; `(none)` of those without one.
        n: How many have a score.
        estimate: Their mean, in points; None: none has one.
        ci_lower: Lower end of the 95 % interval (Student's t), at least 0.
        ci_upper: Upper end, at most 100.
        without: How many are there without a score: they are in no mean.
        status: closed, or too_few.
    """

    group: str
    n: int
    estimate: float | None
    ci_lower: float | None
    ci_upper: float | None
    without: int
    status: str


@dataclass(frozen=True)
class Grouped:
    """A score in groups on a day.

    Args:
        score: Which, by its name in the plan.
        title: What it is called.
        entity: user or account.
        by: The attribute.
        on: As of the end of this day.
        as_of: What happened from this instant on is not known yet.
        plan_version: The plan it was made by.
        groups: Bands in the order of their edges, others by name; those without the attribute last.
        notes: What has to be known to read them.
    """

    score: str
    title: str
    entity: str
    by: str
    on: date
    as_of: datetime
    plan_version: str
    groups: tuple[Group, ...]
    notes: tuple[str, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Names, types and units of the rows."""
        return COLUMNS

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A group a row."""
        return [asdict(one) for one in self.groups]

    def to_dict(self) -> dict[str, Any]:
        """The groups as plain values."""
        return {**asdict(self), "groups": self.rows}

    def to_arrow(self) -> pa.Table:
        """The groups as an Arrow table."""
        return arrow(self.columns, self.rows)


def grouped(
    cursor: Cursor, plan: Plan, name: str, by: str, given: Mapping[str, Any], kept: Kept | None = None
) -> Grouped:
    """The mean of a score in each group.

    Everybody counts once. Users have what all accounts agree on that they are in; where these differ, nothing.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        name: The score.
        by: The attribute, `account.arr` or `user.acquisition_channel`.
        given: `entity`, `as_of`, `timezone`, as for `scores`; `who` counts, one of `WHO`.
        kept: As for `scores`.

    Raises:
        QuestionError: A name or a value is not known.
    """
    score = named(plan, name)
    who = read_choice("who", given.get("who", WHO[0]), WHO)
    day, asked = question_of(cursor, plan, score, {key: value for key, value in given.items() if key != "who"})
    entity = asked.question.entity
    attribute = dimensions.find(attributes.known(cursor, asked.plan), by, entity)
    (made,) = standings(asked, score, [day], kept)
    panel = Panel(asked, day, day)
    numbers, texts = labels(panel, attribute)
    label_of = {int(key): texts[number] for key, number in zip(panel.keys, numbers[:, -1].tolist(), strict=True)}
    there = np.flatnonzero(made.present)
    if who == "came":
        came = panel.keys[~np.isnan(read(panel, "days_since_active"))[:, -1]]
        there = there[np.isin(made.keys[there], came)]
    label = np.array([label_of.get(int(made.keys[row]), MISSING) for row in there.tolist()], dtype=object)
    points = made.scored.points[there, -1]
    found = tuple(_group(one, points[label == one]) for one in _in_order(set(label.tolist()), attribute))
    notes = (*dimensions.notes([attribute]), *([ONLY_WHO_CAME] if who == "came" else []), OBSERVATIONAL)
    return Grouped(
        score.name, score.title, entity, attribute.label, day, asked.question.as_of, plan.version, found, notes
    )


def _in_order(found: set[str], attribute: Attribute) -> list[str]:
    places = {one: place for place, one in enumerate(attribute.bands.labels)} if attribute.bands else {}
    return sorted(found, key=lambda one: (one == MISSING, places.get(one, len(places)), one))


def _group(label: str, points: Floats) -> Group:
    known = points[~np.isnan(points)]
    mean = mean_from_values(known)
    n = len(known)
    ends = [None if isnan(end) else end for end in (mean.ci_lower, mean.ci_upper)]
    low, high = (None if end is None else min(max(end, 0.0), 100.0) for end in ends)
    return Group(label, n, None if not n else float(known.mean()), low, high, len(points) - n, status(n))
