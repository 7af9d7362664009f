"""Accounts in trouble, as the list shows them: why, who carries them, and those first that somebody acts on first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from uptake.directory.accounts import RENEWAL_DAYS, URGENCY
from uptake.segments.tracks import name_of
from uptake.segments.words import joined
from uptake.web import formats, links
from uptake.web.pages.columns import EXTRA, WIDE
from uptake.web.pages.paging import Asked
from uptake.web.reader import Reader

Row = Mapping[str, Any]
Column = dict[str, Any]
SEGMENT, LABELS = "segment", ("at_risk", "inactive")
"""The placement, and its labels, whose accounts are in trouble."""
ORDER = f"Who renews within {RENEWAL_DAYS} days comes first, the next first; then who pays most."
WHY: Column = {
    "name": "why",
    "title": "Why",
    "type": "sentence",
    "rank": "wrap",
    "is_sortable": False,
    "missing": "not known",
}
CHAMPION: Column = {
    "name": "champion", "title": "Champion", "link": "champion_url", "under": "champion_says", "is_sortable": False,
    "rank": WIDE, "missing": "nobody", "about": "Who carries the account: named, or else who does most in it.",
}  # fmt: skip
SHOWN = ("name", "why", "renewal_on", "champion", "owner", "score", "trend")
"""The columns that stand beside each other, in this order; all others can be chosen."""


def label_of(asked: Asked) -> str:
    """Which of the labels a list is narrowed to; empty: to none of them."""
    return next((label for label in LABELS if f"{name_of(SEGMENT)}={label}" in asked.where), "")


def in_order(asked: Asked) -> Asked:
    """What is asked, those first that somebody acts on first where no other order is asked for."""
    if asked.sort or not label_of(asked):
        return asked
    return replace(asked, ask=replace(asked.ask, sort=URGENCY))


def told(reader: Reader, label: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows with why they are where they are, and with their champion."""
    found = reader.placements(SEGMENT, {"entity": "account", "label": label})
    why = {one.id: joined(one.reasons) for one in found.everyone}
    return with_champions(reader, [_told(row, why.get(row["account_id"], "")) for row in rows])


def _told(row: Row, why: str) -> Row:
    """A row with the reason, and below its cells what other columns of the list do not say."""
    change = row["score_change"]
    change_says = "" if change is None else formats.signed(change)
    return {**row, "why": why or None, "change_says": change_says, "under": row["plan_says"]}


def with_champions(reader: Reader, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows with who carries the account."""
    carried = {row["account_id"]: row for row in reader.champions().rows}
    return [{**row, **_champion(carried.get(row["account_id"]))} for row in rows]


def columns(every: Sequence[Row]) -> list[Row]:
    """The columns of the list: those that say what to do in front, all others to choose from."""
    named = {column["name"]: column for column in (*every, WHY, CHAMPION)}
    named["score"] = {
        **named["score"],
        "under": "change_says",
        "about": "0 to 100; below it the points of the last 28 days.",
    }
    ranks = {"name": "", "why": "wrap", "score": WIDE, "trend": WIDE}
    front = [{**named[name], "rank": ranks.get(name, f"{WIDE} folded")} for name in SHOWN]
    return [*front, *({**column, "rank": EXTRA} for name, column in named.items() if name not in SHOWN)]


def _champion(row: Row | None) -> Row:
    if row is None or not (row["champion_id"] or row["proposed_id"]):
        return {"champion": None, "champion_url": "", "champion_says": ""}
    if not row["champion_id"]:
        return {
            "champion": row["proposed_name"],
            "champion_url": links.user(row["proposed_id"]),
            "champion_says": "proposed",
        }
    said = {"removed": "left", "active": ""}.get(row["state"], row["state"])
    return {"champion": row["champion_name"], "champion_url": links.user(row["champion_id"]), "champion_says": said}
