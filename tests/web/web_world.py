"""A small product whose names are all hostile: twelve accounts, sixty users, four months. Nothing in it is random."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

import uptake

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(2)>'
CLOSING = "</script><!--"
TEMPLATE = "{{7*7}}${7*7}"
URL = "javascript:alert(3)"
FORMULA = '=HYPERLINK("http://evil.example")'
ACCOUNT_IDS = (
    *("acme", "a/b 7%", "..", "ünïcödé 🦊", "q?u=e#r&y", "back\\slash", "line\nbreak"),
    *(SCRIPT, IMAGE, TEMPLATE, URL, "%2e%2e%2f"),
)
PLANS = ("Pro", "Free", "O'Brien|x", IMAGE)
WEIRD = {"event": IMAGE, "where": {URL: SCRIPT}}
PLAN = f"""
product: {{name: {json.dumps("Board " + SCRIPT)}, timezone: Europe/Berlin, currency: EUR}}
active: [task, {{event: {json.dumps(IMAGE)}}}, ship]
features:
  tasks: {{title: {json.dumps("Tasks " + IMAGE)}, events: [task], module: {json.dumps(SCRIPT)}}}
  weird: {{title: {json.dumps(TEMPLATE)}, events: [{json.dumps(WEIRD)}], tag: advanced}}
  unused: {{events: [never], eligible: {{account.plan: Pro}}}}
onboarding:
  within_days: 7
  steps:
    - {{name: first, title: {json.dumps(SCRIPT)}, event: task}}
    - {{name: second, event: ship, required: false}}
activation: {{user: {{within_days: 7, all: [{{event: task, at_least: 2}}]}}}}
tasks: {{work: {{start: task, complete: ship, within_minutes: 9000}}}}
value_moments: {{shipped: {{title: {json.dumps("Shipped " + CLOSING)}, event: ship}}}}
launches: {{rise: {{feature: tasks, launched_on: 2026-01-10, target: 0.5, within_days: 40, channels: [{json.dumps(SCRIPT)}]}}}}
journey: {{}}
invites: {{sent: ship, accepted: task}}
references:
  activation_rate: {{low: 0.6, high: 0.8, source: {json.dumps(IMAGE)}}}
  weekly_habit: {{metric: stickiness, params: {{short_days: 7, long_days: 30}}, low: 0.4, source: a glossary}}
"""
FIRST = datetime(2026, 1, 5, 8)
DAYS = 120


def fill(workspace: uptake.Workspace) -> None:
    """Imports everything, and a few rows that cannot be read."""
    workspace.import_rows(accounts(), "accounts")
    workspace.import_rows(users(), "users")
    workspace.import_rows(seats(), "seats")
    workspace.import_rows(events(), "events")
    workspace.import_rows(table(REFUSED), "events")
    for kind, rows in TOLD.items():
        workspace.import_rows(table(rows), kind)


def user_id(number: int) -> str:
    return f"u{number}/{SCRIPT if number == 3 else IMAGE if number == 4 else number}"


def account_of(number: int) -> str:
    return ACCOUNT_IDS[number % len(ACCOUNT_IDS)]


def accounts() -> pa.Table:
    return table(
        {
            "account_id": account,
            "name": f"Name {account}",
            "plan": PLANS[place % len(PLANS)],
            "owner": (SCRIPT, "Ada")[place % 2],
            URL: CLOSING,
            "valid_from": "2026-01-01",
        }
        for place, account in enumerate(ACCOUNT_IDS)
    )


def users() -> pa.Table:
    return table(
        {
            "user_id": user_id(number),
            "account_id": account_of(number),
            "name": IMAGE if number == 5 else f"User {number}",
            "role": ("admin", SCRIPT)[number % 2],
            "created_at": started(number).isoformat() + "Z",
        }
        for number in range(60)
    )


def seats() -> pa.Table:
    """Everybody has a seat, and in each account one that nobody ever took."""
    rows = [{"account_id": account_of(number), "user_id": user_id(number)} for number in range(60)]
    rows += [{"account_id": account, "user_id": f"never {account}"} for account in ACCOUNT_IDS]
    return table({**row, "valid_from": "2026-01-01"} for row in rows)


def started(number: int) -> datetime:
    return FIRST + timedelta(days=number % 4 * 28 + number % 5, hours=number % 7)


def events() -> pa.Table:
    """User n comes every (n % 6 + 1)th day; every third task is a shipped one; every seventh user only signs in."""
    rows = []
    for number in range(60):
        for visit, day in enumerate(range(0, DAYS, number % 6 + 1)):
            at = started(number) + timedelta(days=day, minutes=number)
            if at >= FIRST + timedelta(days=DAYS):
                break
            names = ["signin"] if number % 7 == 6 else ["signin", "task", *(["ship"] if visit % 3 == 2 else [])]
            names += [IMAGE] if number % 4 == 0 and visit % 2 == 0 else []
            rows += [event(number, name, at + timedelta(minutes=minute)) for minute, name in enumerate(names)]
    return table(rows)


def event(number: int, name: str, at: datetime) -> dict[str, Any]:
    return {
        "event": name,
        "user_id": user_id(number),
        "account_id": account_of(number),
        "timestamp": at.isoformat() + "Z",
        URL: SCRIPT,
    }


REFUSED = [
    {"event": SCRIPT, "user_id": "x", "timestamp": "not a time"},
    {"event": IMAGE, "user_id": "x", "timestamp": ""},
    {"event": "", "user_id": "x", "timestamp": "2026-01-05T08:00:00Z"},
    {"event": "task", "user_id": "x", "timestamp": "2026-01-05T08:00:00Z"},
]
TOLD: dict[str, list[dict[str, Any]]] = {
    "tickets": [
        {
            "ticket_id": "t1",
            "account_id": "acme",
            "subject": SCRIPT,
            "priority": IMAGE,
            "opened_at": "2026-02-01T10:00:00Z",
        }
    ],
    "feedback": [
        {"account_id": "acme", "survey": "nps", "score": "7", "comment": IMAGE, "feedback_at": "2026-02-02T10:00:00Z"}
    ],
    "subscriptions": [{"account_id": "acme", "plan": SCRIPT, "mrr": "1200", "started_on": "2026-01-01"}],
    "touches": [
        {"account_id": "acme", "touch": "call", "title": CLOSING, "owner": URL, "touch_at": "2026-02-03T10:00:00Z"}
    ],
}


def table(rows: Any) -> pa.Table:
    return pa.Table.from_pylist([{name: str(cell) for name, cell in row.items()} for row in rows])


def make(home: Path) -> uptake.Workspace:
    """A filled workspace, open, in a home that `new_home(PLAN)` made."""
    workspace = uptake.open(home)
    fill(workspace)
    return workspace
