"""The page of a metric: what it says, how it takes parameters, its SQL, its files."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pyarrow.parquet as pq
import pytest
import web_world
from web_client import Client, serving
from web_html import require_inert

import uptake
from uptake.metrics.catalogue import catalogue
from uptake.web import links
from uptake.web.app import create_app
from uptake.web.pages import metric
from uptake.web.pages.explore import ALWAYS, explorers

QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in catalogue()),
    *((name, {"period": "all", "date_from": "2026-01-01"}) for name in catalogue()),
    ("activation_rate", {"by": "account.plan", "period": "week"}),
    ("time_to_first_value", {"output": "curve", "by": "account.owner"}),
    ("time_to_first_value", {"by": "user.role", "period": "month"}),
    ("stickiness", {"output": "power", "by": "account.plan"}),
    ("retention", {"criterion": "brackets", "brackets": "1,2,4", "by": "account.owner"}),
    ("retention", {"mode": "rolling", "unit": "month", "start": "task"}),
    ("adoption_rate", {"entity": "account", "period": "quarter"}),
    ("funnel", {"steps": ["task", "ship"], "window_days": "7d", "by": "account.plan"}),
    ("funnel", {"steps": "task,ship", "output": "time_to_convert"}),
    ("funnel", {"steps": "task,ship", "output": "drivers", "preset": "posthog"}),
]


def checked(client: Client, address: str) -> str:
    """What the page's own check of its SQL says."""
    page = require_inert(client.get(address).text)
    (check,) = [attributes["hx-get"] for _, attributes in page.elements if "/check" in (attributes.get("hx-get") or "")]
    assert check is not None
    return require_inert(client.get(check).text).text


@pytest.mark.parametrize(("name", "given"), QUESTIONS)
def test_the_sql_shown_gives_the_numbers_shown(client: Client, name: str, given: dict[str, Any]) -> None:
    assert checked(client, links.metric(name, given)) == "SQL equals: re-run just now, same numbers"


def test_a_page_that_has_not_got_its_answer_yet_fetches_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric, "PATIENCE_S", 0)
    address = links.metric("active_users", {"date_from": "2026-01-05", "date_to": "2026-02-08"})
    page = require_inert(client.request("GET", address).text)
    (answer,) = [attributes for _, attributes in page.elements if attributes.get("id") == "answer"]
    assert answer["hx-get"] == address
    assert answer["hx-trigger"] == "load"
    assert "The numbers" not in page.text
    assert "definitions 5.2" in page.text
    whole = require_inert(client.request("GET", address, headers={"hx-request": "true"}).text)
    assert "The numbers" in whole.text
    assert not [each for _, each in whole.elements if each.get("id") == "answer" and each.get("hx-get")]


def test_steps_are_lines_of_the_form_in_their_order(client: Client) -> None:
    steps = ["task", '{"event": "ship", "label": "Shipped"}']
    page = require_inert(client.get(links.metric("funnel", {"steps": steps, "window_days": "7"})).text)
    lines = [
        attributes.get("value")
        for tag, attributes in page.elements
        if attributes.get("name") == "steps" and tag == "input"
    ]
    assert lines == [*steps, ""]
    assert '"Shipped"' in page.text
    assert "--param 'steps=[" in page.text
    plain = require_inert(client.get(links.metric("funnel", {"steps": ["task", "ship"]})).text)
    assert "--param steps=task,ship" in plain.text


def test_a_step_that_cannot_be_read_is_said_and_kept(client: Client) -> None:
    response = client.get(links.metric("funnel", {"steps": ["task", "{"]}))
    page = require_inert(response.text)
    assert response.status_code == 400
    assert "is not JSON" in page.text
    assert "{" in [attributes.get("value") for _, attributes in page.elements if attributes.get("name") == "steps"]


def test_the_page_says_the_number_the_workspace_gives(client: Client, board: uptake.Workspace) -> None:
    given = {"date_from": "2026-01-01", "date_to": "2026-03-31"}
    (row,) = board.metric("activation_rate", **given).rows
    page = require_inert(client.get(links.metric("activation_rate", {**given, "period": "all"})).text)
    assert f"{row['estimate'] * 100:.0f} % (95 % interval " in page.text
    assert " %) of users who started between 1 January 2026 and 31 March 2026 were activated." in page.text
    assert f"{row['n']} " in page.text


def test_a_headline_compares_the_last_two_periods_that_are_over(client: Client, board: uptake.Workspace) -> None:
    rows = {row["period_on"].month: row for row in board.metric("value_realisation", period="month").rows}
    page = require_inert(client.get("/metrics/value_realisation").text)
    assert f"{rows[5]['estimate'] * 100:.0f} % (95 % interval " in page.text
    last = "%) of active users reached a moment of value in the 30 days to 4 May 2026, the same as in April 2026."
    assert last in page.text


@pytest.mark.parametrize(
    ("name", "do"),
    [
        ("activation_rate", "Describe it in the plan, or give criteria with the question."),
        ("onboarding_completion", "Describe them in the plan under onboarding."),
        ("value_realisation", "Describe what success is under value_moments."),
    ],
)
def test_a_metric_that_the_plan_does_not_define_says_what_to_add(
    new_home: Callable[..., Path], name: str, do: str
) -> None:
    with uptake.open(new_home("product: {name: Bare}")) as workspace:
        workspace.import_rows(web_world.events(), "events")
        with serving(create_app(workspace)) as asking:
            answer = asking.get(f"/metrics/{name}")
            assert answer.status_code == 200
            page = require_inert(answer.text)
            assert do in page.text
            assert not [attributes for _, attributes in page.elements if attributes.get("role") == "alert"]
            assert asking.get(f"/metrics/{name}?entity=tribe").status_code == 400
            assert asking.get("/metrics/time_to_first_value?milestone=nothing").status_code == 400


def test_a_mean_of_days_says_how_many_under_the_chart(client: Client) -> None:
    page = require_inert(client.get("/metrics/stickiness?period=month").text)
    assert "mean of the last 7 days of each month" in page.text


def test_segments_are_said_from_the_highest_to_the_lowest(client: Client, board: uptake.Workspace) -> None:
    rows = board.metric("breadth", by="user.role", period="month").rows
    last = sorted((row for row in rows if row["period_on"].month == 5), key=lambda row: row["estimate"])
    text = require_inert(client.get("/metrics/breadth?by=user.role").text).text
    assert f"highest in {last[-1]['user.role']} (" in text
    assert f"lowest in {last[0]['user.role']} (" in text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("units=x", "units is 'x'. Allowed: a whole number."),
        ("units=999999", "units is 999999. Allowed: 1 to"),
        ("unit=fortnight", "unit is 'fortnight'. Allowed: hour, day, week, month, quarter."),
        ("entity=tribe", "retention cannot be asked with entity='tribe'. Allowed: user, account, member."),
        ("by=account.shoe", "There is no attribute 'account.shoe'. Allowed: account.id"),
        ("where=%3D%3D", "The condition '==' is not understood."),
        ("date_from=soon", "date_from is 'soon'. Allowed: a date such as 2026-03-31."),
        ("date_from=2026-03-01&date_to=2026-02-01", "date_from is 2026-03-01, after date_to, 2026-02-01."),
        ("colour=red", "retention has no parameter 'colour'."),
        ("breakdown=plan", "Every metric takes entity, period, date_from, date_to, as_of, by, top, where"),
        ("returns=%7Bevent", "is not JSON"),
        ("start=%7B%22event%22%3A%5B%5D%7D", "is an empty list"),
        ("period=year", "period is 'year'. Allowed: day, week, month, quarter."),
        ("as_of=9999-99-99", "as_of is '9999-99-99'."),
    ],
)
def test_a_wrong_parameter_is_said_on_the_page_with_what_is_allowed(client: Client, query: str, said: str) -> None:
    answer = client.get(f"/metrics/retention?{query}")
    assert answer.status_code == 400
    page = require_inert(answer.text)
    assert said in page.text
    assert page.of("form")[1]["method"] == "get"


def test_a_wrong_value_stays_in_its_field(client: Client) -> None:
    page = require_inert(client.get("/metrics/retention?units=x").text)
    (field,) = [field for field in page.of("input") if field.get("name") == "units"]
    assert (field["value"], field["aria-invalid"]) == ("x", "true")


@pytest.mark.parametrize("name", ["activation_rate", "retention", "feature_adoption"])
def test_whatever_is_asked_is_answered_with_a_page(client: Client, name: str) -> None:
    for value in (
        web_world.SCRIPT,
        web_world.IMAGE,
        "'; DROP TABLE event; --",
        "\0",
        "%",
        "{{7*7}}",
        "1e999",
        "-1",
        "[]",
    ):
        for parameter in ("by", "where", "date_from", "as_of", "period", "entity", "start", "criteria", "units"):
            answer = client.get(links.metric(name, {parameter: value}))
            assert answer.status_code in (200, 400), (parameter, value)
            require_inert(answer.text)


def test_empty_fields_leave_the_address(client: Client) -> None:
    answer = client.get("/metrics/retention?unit=month&start=&where=account.plan%3DPro&where=&by=")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/metrics/retention?unit=month&where=account.plan%3DPro"
    assert client.get(answer.headers["location"]).status_code == 200


def test_the_form_asks_the_same_question_again(client: Client) -> None:
    asked = {"entity": "account", "unit": "month", "units": "3", "by": "account.owner", "date_from": "2026-01-01"}
    page = client.get(links.metric("retention", asked)).text
    chosen = dict(re.findall(r'<select id="field-(\w+)".*?<option value="([^"]*)" selected>', page, re.DOTALL))
    assert {name: chosen[name] for name in ("entity", "unit", "by")} == {
        "entity": "account",
        "unit": "month",
        "by": "account.owner",
    }
    fields = {field["name"]: field["value"] for field in require_inert(page).of("input")[1:] if field.get("value")}
    assert {"units": "3", "date_from": "2026-01-01"}.items() <= fields.items()


def test_every_parameter_of_every_metric_has_a_field(client: Client) -> None:
    for name, entry in catalogue().items():
        page = require_inert(client.get(f"/metrics/{name}").text)
        fields = {field.get("name") for field in (*page.of("input"), *page.of("select"))}
        expected = {param.name for param in entry.metric.params} | {
            "entity",
            "by",
            "where_property",
            "date_from",
            "date_to",
            "as_of",
            "period",
            "compare",
            "timezone",
            "week_start",
        }
        assert expected <= fields, name


def test_newcomers_from_before_the_data_are_left_out_unless_asked_for(client: Client) -> None:
    page = require_inert(client.get("/metrics/activation_rate").text)
    assert " Since 5 January 2026 if empty. " in page.text  # the first day with events
    page = require_inert(client.get("/metrics/active_users").text)
    assert " Since 1 June 2025 if empty. " in page.text  # the twelve months that end with May 2026
    page = require_inert(client.get("/metrics/activation_rate?date_from=2020-01-01").text)
    (field,) = [field for field in page.of("input") if field.get("name") == "date_from"]
    assert field["value"] == "2020-01-01"


def test_a_reference_range_stands_only_where_it_is_about_the_question(client: Client) -> None:
    weekly = client.get("/metrics/stickiness?short_days=7").text
    daily = client.get("/metrics/stickiness").text
    of_accounts = client.get("/metrics/stickiness?short_days=7&entity=account").text
    assert "Reference above 40" in weekly
    assert "Reference" not in daily + of_accounts


FILES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "svg": "image/svg+xml",
    "png": "image/png",
}


@pytest.mark.parametrize("ending", FILES)
def test_a_file_is_offered_and_given(client: Client, ending: str) -> None:
    page = require_inert(client.get("/metrics/retention?unit=month&by=account.owner").text)
    found = [link["href"] for link in page.of("a") if "download" in link and f".{ending}?" in (link["href"] or "")]
    (address,) = [address for address in found if address and "picture=" not in address]
    assert {"unit": "month", "by": "account.owner"}.items() <= dict(parse_qsl(urlsplit(address).query)).items()
    answer = client.get(address)
    assert answer.headers["content-type"] == FILES[ending]
    assert answer.headers["content-disposition"] == f'attachment; filename="retention.{ending}"'
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.content) > 200


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_triangle_is_a_picture_too(client: Client, ending: str) -> None:
    page = require_inert(client.get("/metrics/retention?unit=month").text)
    (address,) = [
        str(link["href"])
        for link in page.of("a")
        if f".{ending}?" in (link.get("href") or "") and "picture=" in str(link["href"])
    ]
    answer = client.get(address)
    assert answer.headers["content-disposition"] == f'attachment; filename="retention_triangle.{ending}"'
    if ending == "svg":
        assert "January 2026" in answer.text
        assert (
            "January 2026"
            not in client.get(address.replace("&picture=retention_heatmap", "")).text.split("aria-label")[0]
        )


@pytest.mark.parametrize("name", catalogue())
def test_every_answer_is_a_picture_and_a_file(client: Client, name: str) -> None:
    page = require_inert(client.get(f"/metrics/{name}").text)
    addresses = [str(link["href"]) for link in page.of("a") if "download" in link]
    said = {address.partition("?")[0].rpartition(".")[2] for address in addresses}
    assert said in ({"csv", "parquet", "json", "svg", "png"}, set())
    for address in addresses:
        if address.partition("?")[0].endswith((".svg", ".parquet")):
            assert client.get(address).status_code == 200


def test_files_have_the_rows_of_the_answer(client: Client, board: uptake.Workspace) -> None:
    result = board.metric("activation_rate", by="account.plan", period="month")
    query = "?by=account.plan&period=month"
    read = list(csv.DictReader(io.StringIO(client.get(f"/metrics/activation_rate.csv{query}").text)))
    assert [int(row["n"]) for row in read] == [row["n"] for row in result.rows]
    table = pq.read_table(io.BytesIO(client.get(f"/metrics/activation_rate.parquet{query}").content))
    assert table.equals(result.to_arrow())
    told = json.loads(client.get(f"/metrics/activation_rate.json{query}").text)
    assert told["metric"] == "activation_rate"
    assert [row["n"] for row in told["rows"]] == [row["n"] for row in result.rows]


def test_a_spreadsheet_runs_nothing_of_a_file(new_home: Any) -> None:
    from web_client import serving  # a workspace of its own, so not the shared client

    from uptake.web.app import create_app

    with uptake.open(new_home()) as workspace:
        workspace.import_rows(
            web_world.table([web_world.event(1, "task", web_world.FIRST) | {"account_id": web_world.FORMULA}]), "events"
        )
        with serving(create_app(workspace)) as client:
            assert (
                f"'{web_world.FORMULA}"
                in list(csv.reader(io.StringIO(client.get("/metrics/active_users.csv?by=account.id").text)))[1]
            )
            assert f"'{web_world.FORMULA}" in list(csv.reader(io.StringIO(client.get("/accounts.csv").text)))[1]


def test_the_question_is_given_for_the_command_line_and_for_python(client: Client, board: uptake.Workspace) -> None:
    page = client.get("/metrics/retention?unit=month&by=account.plan&date_from=2026-01-01").text
    command, python = re.findall(r'<code class="copy">(.*?)</code>', page)
    assert command.startswith("uptake metric retention --home ")
    assert command.endswith(" --param unit=month --by account.plan --from 2026-01-01 --top 8")
    assert (
        python
        == "ws.metric(&#39;retention&#39;, unit=&#39;month&#39;, by=[&#39;account.plan&#39;], date_from=&#39;2026-01-01&#39;, top=8)"
    )
    assert board.metric("retention", unit="month", by=["account.plan"], date_from="2026-01-01").rows


def test_the_lifecycle_is_told_of_the_last_week_that_is_over(client: Client, board: uptake.Workspace) -> None:
    rows = board.metric("lifecycle", period="week").rows
    weeks = sorted({row["period_on"] for row in rows if row["status"] == "closed"})
    last = {row["state"]: row["estimate"] for row in rows if row["period_on"] == weeks[-1]}
    said = f"{last['new'] + last['resurrected']} users came ({last['new']} new, {last['resurrected']} back again)"
    text = require_inert(client.get("/metrics/lifecycle?period=week").text).text
    assert said in text
    assert f"{last['dormant']} stayed away; {last['current']} went on." in text


def test_the_lifecycle_of_groups_is_told_of_those_that_gained_the_most_and_the_fewest(
    client: Client, board: uptake.Workspace
) -> None:
    def told(query: str) -> str:
        return require_inert(client.get(f"/metrics/lifecycle?by=account.plan&{query}").text).text

    rows = board.metric("lifecycle", period="week", by=["account.plan"]).rows
    week = max(row["period_on"] for row in rows if row["status"] == "closed")
    assert {row["estimate"] for row in rows if row["period_on"] == week and row["state"] != "current"} == {0}
    assert "no group gained more users than another." in told("period=week")
    assert (
        'the most users were gained in "><img src=x onerror=alert(2)> (8 came, 0 stayed away), the fewest in Free'
        in told("period=month")
    )


def test_explorers_are_pages_with_their_fields(client: Client) -> None:
    page = require_inert(client.get("/explore").text)
    found = explorers()
    assert {"retention", "lifecycle", "stickiness", "feature_adoption"} <= found.keys()
    for name, explorer in found.items():
        assert explorer.url in [link.get("href") for link in page.of("a")]
        assert client.get(f"/metrics/{name}/says").status_code == 200
        fields = {param.name for param in catalogue()[name].metric.params} | set(ALWAYS)
        assert set(explorer.fields) <= fields, "a field of the form is called otherwise now"


@pytest.mark.parametrize("name", sorted(explorers()))
def test_what_a_list_of_questions_says_is_what_their_pages_open_with(client: Client, name: str) -> None:
    """Another sentence on the page one is led to would make people doubt both."""
    said = require_inert(client.get(f"/metrics/{name}/says").text).text.strip()
    page = require_inert(client.get(f"/metrics/{name}").text)
    assert said
    assert said in page.text


def test_what_is_wrong_is_put_in_the_place_of_the_answer(client: Client) -> None:
    assert client.get("/metrics/retention?units=x").status_code == 400
    answer = client.get("/metrics/retention?units=x", headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert "units is 'x'" in require_inert(answer.text).text


def test_days_nobody_chose_are_not_in_the_form(client: Client) -> None:
    def day(address: str) -> str | None:
        page = require_inert(client.get(address).text)
        return next(field["value"] for field in page.of("input") if field.get("name") == "date_from")

    assert day("/metrics/retention") == ""
    assert day("/metrics/retention?date_from=2026-02-01") == "2026-02-01"
