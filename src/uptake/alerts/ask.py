"""Asking for alerts: who crossed what, when, by how much, and whether it is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from uptake.alerts.crossings import NEVER, Crossings, crossings
from uptake.alerts.levels import TRACK
from uptake.alerts.values import measured, values
from uptake.alerts.words import crossed
from uptake.charts import dates
from uptake.errors import QuestionError
from uptake.metrics.asking.listed import Listed, attribute_of
from uptake.metrics.core.names import names_of
from uptake.metrics.core.question import last_day_before, read_as_of, read_choice, read_date
from uptake.metrics.core.reading import after_the_last_import, data_until
from uptake.metrics.core.result import Column
from uptake.plan import SEVERITIES, Alert, Plan
from uptake.store.projection import Cursor

SINCE_DAYS = 28
"""For how many days back alerts are listed where nobody says."""
GIVEN = ("alert", "entity", "id", "severity", "since", "as_of")
COLUMNS = (
    Column("on", "date"),
    Column("alert", "text"),
    Column("title", "text"),
    Column("severity", "text"),
    Column("entity", "text"),
    Column("id", "text"),
    Column("name", "text"),
    Column("crossed", "text"),
    Column("value", "number"),
    Column("before", "number"),
    Column("threshold", "number"),
    Column("owner", "text"),
    Column("cleared_on", "date"),
    Column("status", "text"),
    Column("seen_at", "instant"),
)
EPOCH = np.datetime64("1970-01-01", "D")


@dataclass(frozen=True)
class Window:
    """What was asked.

    Args:
        alerts: Which alerts.
        id: Of whom; empty: of everyone.
        since: The first day on which they may have been crossed.
        last: The last.
    """

    alerts: tuple[Alert, ...]
    id: str
    since: date
    last: date


def alerts(cursor: Cursor, plan: Plan, given: Mapping[str, Any]) -> Listed:
    """Alerts of some days, the newest first, found by today's plan from what was known at the end of each day.

    Args:
        cursor: A cursor of the projection; history is up to date.
        plan: The plan.
        given: `alert` (a name), `entity` (user or account), `id` (of one of them), `severity`, `since`, `as_of`.

    Raises:
        QuestionError: A name or a value is not known.
    """
    as_of, asked = _read(cursor, plan, given)
    rows = [row for alert in asked.alerts for row in _of_alert(cursor, plan, alert, asked, as_of)]
    rank = {severity: number for number, severity in enumerate(SEVERITIES)}
    rows.sort(key=lambda row: (-row["on"].toordinal(), rank[row["severity"]], row["alert"], row["name"], row["id"]))
    count = "No alerts" if not rows else "1 alert" if len(rows) == 1 else f"{len(rows):,} alerts"
    params = {name: given[name] for name in ("alert", "entity", "id", "severity") if given.get(name)}
    title = f"{count} from {dates.day(asked.since)} to {dates.day(asked.last)}"
    params |= {"since": asked.since, "as_of": asked.last}
    unknown = after_the_last_import(cursor, as_of)
    return Listed("alerts", title, params, COLUMNS, rows, as_of, plan.version, unknown)


def _read(cursor: Cursor, plan: Plan, given: Mapping[str, Any]) -> tuple[datetime, Window]:
    if unknown := set(given) - set(GIVEN):
        raise QuestionError(f"Alerts take no parameter '{min(unknown)}'.", allowed=GIVEN)
    zone, known = plan.product.timezone, plan.all_alerts
    as_of = read_as_of(given.get("as_of"), zone) or data_until(cursor, zone)
    last = last_day_before(as_of, zone)
    since = read_date("since", given.get("since")) or last - timedelta(days=SINCE_DAYS - 1)
    if since > last:
        raise QuestionError(f"since is {since}, after {last}.", do="Name an earlier day.")
    name, entity, severity = (str(given.get(key) or "") for key in ("alert", "entity", "severity"))
    if name and name not in known:
        raise QuestionError(f"There is no alert '{name}'.", allowed=known)
    if entity:
        read_choice("entity", entity, ("user", "account"))
    if severity:
        read_choice("severity", severity, SEVERITIES)
    chosen = tuple(
        alert
        for alert in known.values()
        if name in ("", alert.name) and entity in ("", alert.entity) and severity in ("", alert.severity)
    )
    return as_of, Window(chosen, str(given.get("id") or ""), since, last)


def _of_alert(cursor: Cursor, plan: Plan, alert: Alert, asked: Window, as_of: datetime) -> list[dict[str, Any]]:
    found = _crossings(cursor, alert, asked)
    begin, end = ((np.datetime64(day) - EPOCH).astype(np.int64) for day in (asked.since, asked.last))
    chosen = (found.day >= begin) & (found.day <= end)
    keys, days, cleared = found.key[chosen], found.day[chosen], found.cleared[chosen]
    if not len(keys):
        return []
    on = [_date(day) for day in days.tolist()]
    before = [day - timedelta(days=1) for day in on]
    conditions = measured(alert)
    # both days at once: what is worked out for one lies beside the other
    found_of = [values(cursor, plan, alert, condition, np.tile(keys, 2), on + before) for condition in conditions]
    now_values, then_values = [one[: len(on)] for one in found_of], [one[len(on) :] for one in found_of]
    names = names_of(cursor, alert.entity, as_of, keys.tolist())
    owners = _owners(cursor, alert, keys.tolist(), as_of)
    rows = []
    for row, key in enumerate(keys.tolist()):
        said = crossed(
            plan,
            [
                (condition, then[row], now[row])
                for condition, then, now in zip(conditions, then_values, now_values, strict=True)
            ],
        )
        is_over = cleared[row] != NEVER and cleared[row] <= end
        rows.append(
            {
                "on": on[row], "alert": alert.name, "title": alert.title, "severity": alert.severity,
                "entity": alert.entity, "id": names[key][0], "name": names[key][1],
                "crossed": said.text, "value": said.value, "before": said.before, "threshold": said.threshold,
                "owner": owners.get(key), "cleared_on": _date(int(cleared[row])) if is_over else None,
                "status": "cleared" if is_over else "open", "seen_at": None,
            }
        )  # fmt: skip
    return rows


def _crossings(cursor: Cursor, alert: Alert, asked: Window) -> Crossings:
    """All that were ever crossed up to the last day: an alert depends on what was before it."""
    of = f"AND entity_key IN (SELECT {alert.entity}_key FROM {alert.entity}s WHERE {alert.entity}_id = $id)"
    found = cursor.execute(
        f"""SELECT entity_key, valid_from - DATE '1970-01-01' AS begins, value FROM history
        WHERE track = $track AND entity = $entity AND valid_from <= $last {of if asked.id else ""}
        ORDER BY entity_key, valid_from""",
        {"track": TRACK + alert.name, "entity": alert.entity, "last": asked.last}
        | ({"id": asked.id} if asked.id else {}),
    ).fetchnumpy()
    key, begins, level = (np.asarray(found[name]).astype(np.int64) for name in ("entity_key", "begins", "value"))
    return crossings(key, begins, level, alert.quiet_days)


def _owners(cursor: Cursor, alert: Alert, keys: list[int], as_of: datetime) -> Mapping[int, str]:
    if alert.owner is None or alert.owner_attribute is None:
        return dict.fromkeys(keys, alert.owner) if alert.owner else {}
    side = alert.owner.partition(".")[0]
    return attribute_of(cursor, side, alert.owner_attribute, keys, as_of) if side == alert.entity else {}


def _date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)
