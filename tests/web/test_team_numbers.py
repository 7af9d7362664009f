"""Numbers on the pages of teams, worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from web_client import Client, serving

import uptake
from uptake.web.app import create_app

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
product: {timezone: UTC, currency: EUR}
features: {boards: {events: [board]}, reports: {events: [report]}}
activation: {user: {within_days: 7, event: report}}
acquisition: {channels: {search: {utm_source: google}, referral: {utm_source: friend}}}
bands: {account.arr: [0, 1200]}
"""


@pytest.fixture(scope="module")
def client(new_home: Callable[..., Path]) -> Iterator[Client]:
    """Eight users of three accounts see a board in March, four of them a report. Four came by search, two by a friend.

    a pays 50 a month a year ago and 100 now; b 500 and 400; c 500 until February.
    """
    source = {"u1": "google", "u2": "google", "u3": "google", "u4": "google", "u5": "friend", "u6": "friend"}
    users: list[dict[str, Any]] = [
        {"user_id": f"u{number}", "created_at": "2026-02-01T09:00"} for number in range(1, 9)
    ]
    seen = [(f"u{number}", "login", "2026-02-01") for number in range(1, 9)]
    seen += [(f"u{number}", "board", "2026-03-20") for number in range(1, 9)]
    seen += [("u1", "report", "2026-02-02"), ("u5", "report", "2026-02-02"), ("u6", "report", "2026-02-03")]
    seen += [(user, "report", "2026-03-21") for user in ("u1", "u2", "u5", "u6")] + [("u1", "board", "2026-04-05")]
    events = [
        {
            "user_id": user,
            "account_id": "abc"[int(user[1]) % 3],
            "event": event,
            "timestamp": f"{day}T12:00",
            "utm_source": source.get(user),
        }
        for user, event, day in seen
    ]
    tickets = [
        {"ticket_id": f"t{number}", "user_id": user, "account_id": "abc"[int(user[1]) % 3], "feature": feature,
         "opened_at": "2026-03-22T10:00"}
        for number, (user, feature) in enumerate([("u1", "reports"), ("u2", "reports"), ("u3", "boards")])
    ]  # fmt: skip
    paid = [
        {"account_id": account, "subscription_id": account, "mrr": mrr, "currency": "EUR", "started_on": since, "ended_on": until}
        for account, mrr, since, until in (
            ("a", 50.0, "2024-06-01", "2025-10-01"), ("a", 100.0, "2025-10-01", None),
            ("b", 500.0, "2024-06-01", "2025-10-01"), ("b", 400.0, "2025-10-01", None),
            ("c", 500.0, "2024-06-01", "2026-02-10"),
        )
    ]  # fmt: skip
    with uptake.open(new_home(PLAN)) as workspace:
        for kind, rows in {"events": events, "users": users, "tickets": tickets, "subscriptions": paid}.items():
            workspace.import_rows(pa.Table.from_pylist(rows), kind)
        with serving(create_app(workspace)) as asking:
            yield asking


def table(client: Client, team: str, title: str) -> list[list[str]]:
    """The rows of the table under a title on a team's page, as texts of cells."""
    page = client.get(f"/teams/{team}").text
    for url in re.findall(r'hx-get="(/teams/[^"]+)"', page):
        part = client.get(unescape(url)).text
        if title in part:
            rows = re.findall(r"<tr[^>]*>(.*?)</tr>", part, flags=re.DOTALL)
            cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.DOTALL) for row in rows]
            return [[" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in cells]
    raise AssertionError(f"{title} is not on the page of {team}")


def column(rows: list[list[str]], title: str) -> dict[str, str]:
    """What a column begins with, by the first cell of the row."""
    at = rows[0].index(title)
    return {row[0]: row[at].removesuffix(" too few").partition(" ")[0] for row in rows[1:]}


def test_tickets_for_every_100_users_of_a_feature(client: Client) -> None:
    """Two tickets and four users of reports: 50. One ticket and eight users of boards: 12.5."""
    rows = table(client, "support", "Tickets by feature")
    assert column(rows, "For 100 users") == {"Reports": "50", "Boards": "12.5"}
    assert column(rows, "Tickets") == {"Reports": "2", "Boards": "1"}
    assert column(rows, "Users") == {"Reports": "4", "Boards": "8"}


def test_retention_of_revenue_by_bands_of_it(client: Client) -> None:
    """In March 2025 a paid 600 a year, and pays twice as much; b and c paid 12 x 1,000, and b pays 400 of it: 40 %."""
    rows = table(client, "leadership", "By annual recurring revenue")
    small, large = "0 to under 1.2k", "1.2k or more"
    before, net, gross = (column(rows, title) for title in ("Paid a year ago", "Net retention", "Gross retention"))
    assert (before[small], net[small], gross[small]) == ("\N{EURO SIGN}50", "200", "100")
    assert (before[large], net[large], gross[large]) == ("\N{EURO SIGN}1,000", "40.0", "40.0")


def test_channels_by_who_got_further(client: Client) -> None:
    """Of four who came by search one saw a report within a week, of two who came by a friend both; two said nothing."""
    rows = table(client, "marketing", "Users by the channel they came through")
    assert column(rows, "Signed up") | {"not known": "2"} == {"search": "4", "referral": "2", "not known": "2"}
    assert {name: column(rows, "Activated")[name] for name in ("search", "referral")} == {
        "search": "25.0",
        "referral": "100",
    }
