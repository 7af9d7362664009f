"""Do alerts tell of the accounts whose use decays, while it does, and of few others?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

import uptake
from bench.truth.found import Found
from uptake.alerts.crossings import crossings
from uptake.alerts.levels import levels
from uptake.metrics.core.grain import ACCOUNT
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.question import Question, begin_of
from uptake.plan import Alert, read_rule
from uptake.signals.panel import Panel
from uptake.store.projection import Cursor

DAYS = 250
EPOCH = date(1970, 1, 1)
FALLS = ("decline.health", "fall.health", "decline.adoption", "fall.adoption")


def found(workspace: uptake.Workspace, truth: Mapping[str, Any], last: date) -> list[Found]:
    """Accounts whose use decayed in the last days, and those that were told of; in a decay, or else at another time."""
    since = last - timedelta(days=DAYS - 1)
    decays = {}
    for what in ("decaying", "fading"):
        for id_, life in truth[what]["accounts"].items():
            left = date.fromisoformat(life["churned_on"]) if life["churned_on"] else date.max
            if left > since:
                decays[id_] = date.fromisoformat(life["decay_from"]), left
    rows = [("`health_poor`, which comes by itself", workspace.plan.all_alerts["health_poor"])]
    for subject in FALLS:
        when, clears = (read_rule({subject: {test: edge}}) for test, edge in (("gte", 0.2), ("lt", 0.1)))
        how = f"`{subject}` of 20 % or more" + (", which comes by itself" if subject == FALLS[0] else "")
        rows.append((how, Alert(name="fell", when=when, clears=clears)))
    return [
        Found(
            "decaying, then or now", how, frozenset(decays),
            frozenset(
                id_ if id_ in decays and decays[id_][0] <= day < decays[id_][1] else f"{id_} at another time"
                for id_, day in _told(workspace, alert, since, last)
            ),
        )
        for how, alert in rows
    ]  # fmt: skip


def _told(workspace: uptake.Workspace, alert: Alert, since: date, last: date) -> list[tuple[str, date]]:
    """Of whom an alert was told, and when."""

    def made(cursor: Cursor) -> list[tuple[str, date]]:
        zone = workspace.plan.product.timezone
        ends = begin_of(last + timedelta(days=1), zone)
        question = Question("", "account", {}, None, last, None, ends, last, zone, "monday")
        panel = Panel(Asked(question, workspace.plan, ACCOUNT, cursor, ""), since, last)
        ids = dict(cursor.execute("SELECT account_key, account_id FROM accounts").fetchall())
        day = np.arange(panel.days, dtype=np.int64) + (since - EPOCH).days
        level = levels(panel, alert, {}).ravel()
        is_known = level >= 0
        key, begins = np.repeat(panel.keys, panel.days)[is_known], np.tile(day, panel.n)[is_known]
        crossed = crossings(key, begins, level[is_known], alert.quiet_days)
        return [
            (ids[key], EPOCH + timedelta(days=day))
            for key, day in zip(crossed.key.tolist(), crossed.day.tolist(), strict=True)
        ]

    return workspace.read(made)
