"""Alerts that were shown: an alert is never silently taken back, whatever is learned of the past."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from uptake.metrics.asking.listed import Listed
from uptake.metrics.core.export import plain
from uptake.store.state import AlertTold, State

GONE_BY_PLAN = "not by today's plan"
GONE_BY_DATA = "not by what is known now"


def remembered(state: State, found: Listed) -> Listed:
    """A list of alerts with those that were shown before and are no longer found, and who was seen.

    What is found is kept as shown. An alert that was shown stays; its status says why it would not be told today: the
    plan is another one, or rows that came later, or were changed, make its day another.

    Args:
        state: What was shown.
        found: Alerts as they are found now.
    """
    now = {(row["alert"], row["entity"], row["id"], row["on"]): row for row in found.rows}
    before = state.alerts_told(found.params["since"], found.params["as_of"])
    shown = {(one.alert, one.entity, one.id, one.crossed_on): one for one in before}
    new = [(*key, json.dumps(plain(row), sort_keys=True)) for key, row in now.items() if key not in shown]
    if new:
        state.tell_alerts(new, found.plan_version)
    rows = [row | {"seen_at": _seen(shown.get(key))} for key, row in now.items()]
    gone = [_gone(one, found) for key, one in shown.items() if key not in now and _is_asked_for(one, found.params)]
    beside = f", beside {len(gone):,} told before that would not be told today" if gone else ""
    return replace(
        found, title=found.title + beside, rows=sorted([*rows, *gone], key=lambda row: -row["on"].toordinal())
    )


def _seen(one: AlertTold | None) -> Any:  # noqa: ANN401 - an instant without a zone, or None
    return None if one is None or one.seen_at is None else one.seen_at.replace(tzinfo=None)


def _gone(one: AlertTold, found: Listed) -> dict[str, Any]:
    status = GONE_BY_PLAN if one.plan_version != found.plan_version else GONE_BY_DATA
    told = json.loads(one.told) | {"on": one.crossed_on, "cleared_on": None, "status": status, "seen_at": _seen(one)}
    return {column.name: told.get(column.name) for column in found.columns}


def _is_asked_for(one: AlertTold, params: Mapping[str, Any]) -> bool:
    told = json.loads(one.told)
    return all(not params.get(name) or told.get(name) == params[name] for name in ("alert", "entity", "id", "severity"))
