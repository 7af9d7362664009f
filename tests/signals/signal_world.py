"""Asking one signal of a workspace."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import uptake
from uptake.metrics.core.grain import GRAINS, MEMBER
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.question import Question, begin_of
from uptake.signals.panel import Panel
from uptake.signals.signal import read
from uptake.signals.windows import Floats
from uptake.store.projection import Cursor


def panel_of(cursor: Cursor, workspace: uptake.Workspace, entity: str, first: date, last: date) -> Panel:
    """Everyone of a grain from one day to another."""
    zone = workspace.plan.product.timezone
    question = Question("", entity, {}, None, last, None, begin_of(last, zone), last, zone, "monday")
    return Panel(Asked(question, workspace.plan, GRAINS[entity], cursor, ""), first, last)


def signal(
    workspace: uptake.Workspace, entity: str, name: str, first: date, last: date, params: dict[str, Any] | None = None
) -> Floats:
    """A signal of everyone on every day."""
    return workspace.read(lambda cursor: read(panel_of(cursor, workspace, entity, first, last), name, params))


def by_id(
    workspace: uptake.Workspace, entity: str, name: str, last: date, days: int = 1, **params: Any
) -> dict[str, list[float | None]]:
    """A signal of everyone who was there on the last of some days, by id ("user/account" of members); None: missing."""

    def found(cursor: Cursor) -> dict[str, list[float | None]]:
        panel = panel_of(cursor, workspace, entity, last - timedelta(days=days - 1), last)
        values = read(panel, name, params)
        ids = {
            side: dict(cursor.execute(f"SELECT {side}_key, {side}_id FROM {side}s").fetchall())
            for side in ("user", "account")
        }

        def id_of(key: int) -> str:
            if panel.grain is MEMBER:
                return f"{ids['user'][key & 0xFFFFFFFF]}/{ids['account'][key >> 32]}"
            return str(ids[entity][key])

        return {
            id_of(int(key)): [None if value != value else float(value) for value in values[row]]  # noqa: PLR0124 - nan
            for row, key in enumerate(panel.keys)
            if panel.present[row, -1]
        }

    return workspace.read(found)
