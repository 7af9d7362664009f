"""Alerts on their page: why, seen once and for all, with names that are somebody else's text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pytest
from web_client import Client, serving
from web_html import require_inert

import uptake
from uptake.web.app import create_app

pytestmark = pytest.mark.usefixtures("one_thread")

HOSTILE = '"><script>alert(1)</script>&{{7*7}}'
PLAN = """
alerts:
  silent: {title: "Nobody <came>", when: {days_since_active: {gte: 5}, score.adoption: {gte: 0}}, owner: account.owner}
evidence:
  recordings: {title: "Rec <b>", url: "https://rec.example/{user_id}?from={from}&to={to}"}
  tickets: {url: "https://help.example/?q={account_id}"}
"""


@pytest.fixture(scope="module")
def client(new_home: Callable[..., Path]) -> Iterator[Client]:
    """The hostile account was active until the 10th of March, another until the 31st."""
    events = [
        {"event": "task", "user_id": f"u{account}", "account_id": account, "timestamp": f"{day}T12:00:00Z"}
        for account, days in ((HOSTILE, 38), ("other", 59))
        for day in (date(2025, 2, 1) + timedelta(days=number) for number in range(days))
    ]
    names = [{"account_id": HOSTILE, "name": HOSTILE, "owner": HOSTILE, "valid_from": "2025-01-01"}]
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(events), "events")
        workspace.import_rows(pa.Table.from_pylist(names), "accounts")
        with serving(create_app(workspace)) as asking:
            yield asking


def sent(client: Client, fields: dict[str, Any]) -> Any:
    return client.request("POST", "/alerts/seen", data=fields, headers={})


def hidden(text: str) -> dict[str, str]:
    from html import unescape

    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text)}


def test_who_crossed_what_and_why(client: Client) -> None:
    page = client.get("/alerts?since=2025-03-01")
    assert page.status_code == 200
    require_inert(page.text)
    assert "1 alert from 1 March 2025 to 31 March 2025, 1 still open." in page.text
    assert "Days since active 5, 4 the day before (at least 5)" in page.text
    assert "15 March 2025" in page.text
    why = re.search(r'hx-get="(/alerts/why[^"]+)"', page.text)
    assert why
    part = client.get(why[1].replace("&amp;", "&"))
    assert (part.status_code, "15 February 2025" in part.text) == (200, True)
    file = client.get("/alerts.csv?since=2025-03-01")
    assert file.text.count("\n") == 2


def test_seen_is_kept_and_only_for_forms_of_this_server(client: Client) -> None:
    fields = hidden(client.get("/alerts?since=2025-03-01").text)
    assert sent(client, fields | {"form_token": "x"}).status_code in (400, 403)
    assert sent(client, fields | {"on": "2025-01-01"}).status_code == 404
    assert sent(client, fields).status_code in (200, 303)
    assert "Mark as seen" not in client.get("/alerts?since=2025-03-01").text


def test_nothing_and_mistakes(client: Client) -> None:
    assert "No alerts in these days" in client.get("/alerts?severity=low").text
    assert client.get("/alerts?alert=x").status_code == 400
    assert client.get("/alerts?since=yesterday").status_code == 400
    assert client.get("/alerts/why?on=x").status_code == 400


def test_who_carries_an_account(client: Client) -> None:
    part = client.get(f"/account-carried?id={quote(HOSTILE)}")
    assert part.status_code == 200
    require_inert(part.text)
    assert "Champion, proposed" in part.text
    assert client.get("/account-carried?id=nobody").status_code == 404
    assert f'hx-get="/account-carried?id={quote(HOSTILE)}"' in client.get(f"/accounts/{quote(HOSTILE, safe='')}").text


def test_links_out_of_the_plan_beside_people_and_on_their_pages(client: Client) -> None:
    """Ids that want to be more than ids stay in their place; people in a list begin with the day they are of."""
    account = quote(HOSTILE, safe="")
    part = client.get(f"/evidence?account={account}").text
    assert f'href="https://help.example/?q={account}"' in part
    assert "rec.example" not in part
    user = client.get(f"/evidence?user={quote(f'u{HOSTILE}', safe='')}").text
    assert (
        f'href="https://rec.example/u{account}?from=2025-03-04&amp;to=2025-03-31" rel="noopener noreferrer">Rec &lt;b&gt;<'
        in user
    )
    assert "href" not in client.get("/evidence?user=..").text
    assert f"/evidence?user={quote(f'u{HOSTILE}', safe='/')}" in client.get(f"/users/u{account}").text
    page = client.get("/metrics/retention/people?unit=month&cell=%7B%22unit_index%22%3A1%7D").text
    assert f'href="https://rec.example/u{account}?from=2025-02-01&amp;to=2025-03-31"' in page
    assert "<script>alert" not in page + part + user
