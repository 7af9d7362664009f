"""Who qualifies: who meets a rule of the plan, since when and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np

from uptake.alerts.words import said
from uptake.benchmarks.words import WORDS
from uptake.errors import QuestionError
from uptake.metrics.asking.listed import Listed
from uptake.metrics.core.grain import GRAINS
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.names import names_of
from uptake.metrics.core.question import Question, begin_of
from uptake.metrics.core.reading import after_the_last_import
from uptake.metrics.core.result import Column
from uptake.plan import Plan, Qualification
from uptake.roles.calibration import calibrate
from uptake.roles.moment import moment
from uptake.scores.history import Track
from uptake.scores.rules import Meanings, Texts, holds, told
from uptake.scores.spans import NOTHING, Whole
from uptake.segments.placing import meanings
from uptake.signals.panel import Panel
from uptake.store.projection import Cursor

TRACK = "qualified."
GIVEN = ("name", "as_of")
COLUMNS = (
    Column("entity", "text"),
    Column("id", "text"),
    Column("name", "text"),
    Column("since", "date"),
    Column("reasons", "text"),
)


def tracks(plan: Plan, words: Meanings) -> list[Track]:
    """A track of history for every rule: 1 while somebody qualifies, 0 while they are there and do not."""
    meant = meanings(words)
    return [Track(TRACK + one.name, one.entity, partial(_codes, one, meant)) for one in plan.all_qualified.values()]


def qualified(cursor: Cursor, plan: Plan, given: Mapping[str, Any]) -> Listed:
    """Who qualifies on a day, the latest first.

    Args:
        cursor: A cursor of the projection; history is up to date.
        plan: The plan.
        given: `name` of the rule, `as_of`.

    Raises:
        QuestionError: There is no such rule, or it asks for what there is not.
    """
    as_of, last = moment(cursor, plan, "Those who qualify", given, GIVEN)
    name = str(given.get("name") or next(iter(plan.all_qualified)))
    if name not in plan.all_qualified:
        raise QuestionError(f"Nobody can qualify for '{name}'.", allowed=plan.all_qualified)
    rule, zone, meant = plan.all_qualified[name], plan.product.timezone, meanings(WORDS)
    until = begin_of(last + timedelta(days=1), zone)
    question = Question(name, rule.entity, {}, None, last, None, until, last, zone, plan.product.week_start)
    panel = Panel(Asked(question, plan, GRAINS[rule.entity], cursor, ""), last, last)
    chosen = np.flatnonzero(holds(panel, rule.when, meant)[:, -1] & panel.present[:, -1])
    keys = panel.keys[chosen].tolist()
    names, since = names_of(cursor, rule.entity, as_of, keys), _since(cursor, rule, last)
    asked = list(dict.fromkeys(condition.property for _, condition in rule.when.leaves()))
    values = {subject: told(panel, subject, meant) for subject in asked}
    rows: list[dict[str, Any]] = []
    for row, key in zip(chosen.tolist(), keys, strict=True):
        reasons = []
        for subject, found in values.items():
            value = found.at(row, 0) if isinstance(found, Texts) else float(found[row, 0])
            if value is not None and value == value:  # noqa: PLR0124 - nan is missing
                reasons.append(said(plan, subject, value))
        rows.append(
            {"entity": rule.entity, "id": names[key][0], "name": names[key][1], "since": since.get(key),
             "reasons": "; ".join(reasons)}
        )  # fmt: skip
    rows.sort(key=lambda row: (row["name"], row["id"]))
    rows.sort(key=lambda row: row["since"] or date.min, reverse=True)
    count = f"{len(rows):,} {rule.entity}{'' if len(rows) == 1 else 's'}"
    return Listed(
        "qualified", f"{rule.title}: {count}", {"name": name, "as_of": last}, COLUMNS, rows, as_of, plan.version,
        (*calibrate(cursor, rule, TRACK + name, last, as_of, zone), *after_the_last_import(cursor, as_of)),
    )  # fmt: skip


def _since(cursor: Cursor, rule: Qualification, last: date) -> dict[int, date]:
    """Since when everyone qualifies without a break, as far as history goes back."""
    rows = cursor.execute(
        """SELECT entity_key, valid_from FROM history WHERE track = $track AND entity = $entity AND value = 1
            AND valid_from <= $last AND valid_to > $last""",
        {"track": TRACK + rule.name, "entity": rule.entity, "last": last},
    ).fetchall()
    return dict(rows)


def _codes(rule: Qualification, meant: Meanings, panel: Panel) -> Whole:
    return np.where(panel.present, holds(panel, rule.when, meant), NOTHING).astype(np.int32)[None]
