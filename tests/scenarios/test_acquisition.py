"""Acquisition channels: the first touch by a declared mapping, dated, and taken over by accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from scenario_answers import by

import uptake
from uptake.errors import PlanError
from uptake.plan import parse

PLAN = """
acquisition:
  channels:
    paid search: {utm_source: [google, bing], utm_medium: cpc}
    search: {utm_source: google}
    partner: {referrer: {contains: PARTNER.example}}
  other: elsewhere
  within_days: 2
segments: {paid: {entity: user, where: {acquisition_channel: paid search}}}
"""
Row = dict[str, Any]


def event(at: str, user: str, account: str | None = None, **properties: Any) -> Row:
    return {"event": "task", "user_id": user, "account_id": account, "timestamp": f"{at}Z", "properties": properties}


ROWS = [
    event("2025-03-03T10:00", "first wins", "a", utm_source="google", utm_medium="cpc"),
    event("2025-03-04T10:00", "second", "a", utm_source="google", utm_medium="email"),
    event("2025-03-03T09:00", "later", "b"),
    event("2025-03-04T09:00", "later", "b", referrer="https://partner.example/x"),
    event("2025-03-04T09:30", "later", "b", utm_source="google"),
    event("2025-03-03T09:00", "too late", "b"),
    event("2025-03-05T09:00:01", "too late", "b", utm_source="bing"),
    event("2025-03-03T09:00", "none of them", "c", utm_source="bing", utm_medium="email"),
    event("2025-03-03T09:00", "nothing", "d", view="kanban"),
]


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """`second` was created months before, as a seat; `first wins` a minute before the first event."""
    with uptake.open(new_home(PLAN)) as opened:
        created = [
            {"user_id": "second", "created_at": "2025-01-01"},
            {"user_id": "first wins", "created_at": "2025-03-03T09:59:00Z"},
        ]
        opened.import_rows(created, "users")
        opened.import_events(ROWS)
        yield opened


def channels(workspace: uptake.Workspace, entity: str, **asked: Any) -> dict[str, str]:
    column = f"{entity}.acquisition_channel"
    result = workspace.metric("active_users", entity=entity, by=[f"{entity}.id", column], window="28", **asked)
    return {row[f"{entity}.id"]: row[column] for row in result.rows}


def test_the_first_touch_decides_and_the_first_channel_that_holds(workspace: uptake.Workspace) -> None:
    """`later` was referred on the second day; `bing` on the third is too late; a view is no touch."""
    assert channels(workspace, "user", as_of="2025-03-31") == {
        "first wins": "paid search",
        "second": "search",
        "later": "partner",
        "too late": "(none)",
        "none of them": "elsewhere",
        "nothing": "(none)",
    }


def test_it_holds_from_the_start_of_life_or_from_the_touch(workspace: uptake.Workspace) -> None:
    """Who started on 3 March is in a cohort by channel, also `later`, referred a day after; the seat from January not."""
    asked = {"unit": "week", "units": 1, "by": "acquisition_channel", "as_of": "2025-03-31"}
    rows = workspace.metric("retention", **asked).rows
    sizes = {(row["cohort_on"].isoformat(), row["user.acquisition_channel"]): row["cohort_size"] for row in rows if row["row"] == "cohort"}  # fmt: skip
    assert sizes == {
        ("2024-12-30", "(none)"): 1,
        ("2025-03-03", "paid search"): 1,
        ("2025-03-03", "partner"): 1,
        ("2025-03-03", "elsewhere"): 1,
        ("2025-03-03", "(none)"): 2,
    }
    rows = workspace.rows_of(
        "SELECT user_id, valid_from FROM user_attribute JOIN users USING (user_key) WHERE name = 'acquisition_channel'"
    )
    assert {row["user_id"]: row["valid_from"].isoformat() for row in rows} == {
        "first wins": "2025-03-03T09:59:00",
        "second": "2025-03-04T10:00:00",
        "later": "2025-03-03T09:00:00",
        "none of them": "2025-03-03T09:00:00",
    }


def test_an_account_has_that_of_who_started_first_in_it(workspace: uptake.Workspace) -> None:
    """In a that is `second`, a seat since January; in b `later` and `too late` began together: by id `later`."""
    found = channels(workspace, "account", as_of="2025-03-31")
    assert found == {"a": "search", "b": "partner", "c": "elsewhere", "d": "(none)"}


def test_it_is_an_attribute_like_any_other(workspace: uptake.Workspace) -> None:
    week = {"window": "7", "as_of": "2025-03-09"}
    assert workspace.metric("active_users", segment="paid", **week).rows[0]["estimate"] == 1
    where = {"user.acquisition_channel": ["paid search", "search"]}
    assert workspace.metric("active_users", where=where, **week).rows[0]["estimate"] == 2


def test_late_events_and_new_words_of_the_plan_change_it(new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_events([event("2025-03-04T10:00", "u", "a", utm_source="google")])
        asked = {"by": "user.acquisition_channel", "as_of": "2025-03-31", "window": "28"}
        assert by(workspace.metric("active_users", **asked), "user.acquisition_channel") == {"search": 1}
        workspace.import_events([event("2025-03-03T10:00", "u", "a", referrer="www.partner.example")])
        assert by(workspace.metric("active_users", **asked), "user.acquisition_channel") == {"partner": 1}
        (workspace.home.plan / "plan.yml").write_text("acquisition: {channels: {friends: {referrer: {contains: www}}}}")
        workspace.follow_plan()
        assert by(workspace.metric("active_users", **asked), "user.acquisition_channel") == {"friends": 1}
        workspace.rebuild()
        assert by(workspace.metric("active_users", **asked), "user.acquisition_channel") == {"friends": 1}
        told = [{"user_id": "u", "properties": {"acquisition_channel": "as the CRM says"}}]
        workspace.import_rows(told, "users")
        assert by(workspace.metric("active_users", **asked), "user.acquisition_channel") == {"as the CRM says": 1}
        (workspace.home.plan / "plan.yml").write_text("product: {name: x}")
        workspace.follow_plan()
        assert by(workspace.metric("active_users", **asked), "user.acquisition_channel") == {"as the CRM says": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "acquisition.channels is missing."),
        ("{channels: {}}", "acquisition.channels is an empty mapping. Allowed: channels with conditions"),
        ("{channels: [a]}", "acquisition.channels is a list. Allowed: channels with conditions"),
        ("{channels: {ads: {}}}", "acquisition.channels.ads has no condition. Allowed: conditions on properties"),
        ("{channels: {ads: {utm: {above: 1}}}}", "acquisition.channels.ads.utm.above is not a key here."),
        ("{channels: {ads: {utm: x}}, within_days: 0}", "acquisition.within_days is 0. Allowed: 1 or more."),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(PlanError) as caught:
        parse({"plan/x.yml": f"acquisition: {text}"})
    assert str(caught.value).startswith(f"plan/x.yml:1: {message}")


def test_the_order_of_channels_is_part_of_the_version() -> None:
    one, other = "a: {x: 1}", "b: {x: 1}"
    versions = {parse({"p.yml": f"acquisition: {{channels: {{{first}, {second}}}}}"}).facts_version for first, second in ((one, other), (other, one))}  # fmt: skip
    assert len(versions) == 2
