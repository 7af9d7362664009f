"""What only a browser shows: charts, keys, the way back, themes, files; and that hostile names do nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import web_world
from playwright.sync_api import Browser, BrowserContext, Route, expect
from watched_page import Watched, served, watching

from uptake.metrics.catalogue import catalogue
from uptake.web import links

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = [
    *("/", "/explore", "/metrics", "/features", "/features/weird", "/accounts", "/users", "/data", "/search?q=alert"),
    *(f"/metrics/{name}" for name in catalogue()),
    "/metrics/retention?unit=month&by=account.plan",
    "/metrics/activation_rate?by=account.owner",
    "/metrics/time_to_first_value?output=curve&by=account.owner",
    "/metrics/stickiness?output=power",
    links.people("retention", {"unit": "month", "by": "account.plan"})
    + links.cell({"unit_index": 1, "account.plan": web_world.IMAGE}, "cohort"),
    "/segments",
    "/benchmarks",
    "/dashboards",
    *(links.account(account_id) for account_id in web_world.ACCOUNT_IDS),
    *(links.user(web_world.user_id(number)) for number in (0, 3, 4)),
]


@pytest.mark.parametrize("address", PAGES)
def test_hostile_names_do_nothing(watched: Watched, address: str) -> None:
    page = watched.go(address)
    assert (
        page.evaluate("document.querySelectorAll('main img, main iframe, main script:not([type]):not([src])').length")
        == 0
    )
    assert (
        page.evaluate(
            "[...document.querySelectorAll('*')].some(e => [...e.attributes].some(a => a.name.startsWith('on')))"
        )
        is False
    )
    assert not page.evaluate("[...document.links].some(a => a.protocol !== 'http:' || a.origin !== location.origin)")


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/explore",
        "/metrics",
        "/features",
        "/accounts",
        "/users",
        "/segments",
        "/benchmarks",
        "/dashboards",
        "/data",
        "/search",
        "/metrics/retention",
    ],
)
def test_a_fresh_workspace_says_what_to_do(fresh: Watched, address: str) -> None:
    page = fresh.go(address)
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("main").inner_text().strip()


@pytest.mark.parametrize(
    "address", ["/", "/metrics/retention", "/accounts", links.account("acme"), "/features", "/data"]
)
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(watched: Watched, address: str, width: int) -> None:
    watched.page.set_viewport_size({"width": width, "height": 844})
    page = watched.go(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_overview_fills_itself(watched: Watched) -> None:
    page = watched.go("/")
    expect(page.locator(".headline")).to_contain_text("of people with a seat have adopted")
    expect(page.locator(".stats tbody tr")).to_have_count(10)
    expect(page.locator(".stats .value")).to_have_count(10)
    expect(page.locator(".stats .spark")).to_have_count(10)
    expect(page.locator(".heat")).to_be_visible()
    expect(page.locator(".bars li").first).to_be_visible()
    expect(page.get_by_text("counting")).to_have_count(0)


def test_what_takes_long_says_for_how_long_and_what_failed_that_it_did(watched: Watched) -> None:
    """The parts of the page are held back for two seconds, then refused."""
    held: list[Route] = []
    watched.page.route(
        "**", lambda route: held.append(route) if "hx-request" in route.request.headers else route.continue_()
    )
    watched.page.goto(f"{watched.home}/teams/product", wait_until="domcontentloaded")
    counting = watched.page.locator("[data-counting]").first
    expect(counting).to_have_text(re.compile(r"counting for \d+ s"), timeout=10_000)
    while held:
        held.pop().abort()
    expect(watched.page.get_by_text("No answer came.").first).to_be_visible()
    expect(watched.page.locator("[data-counting]")).to_have_count(0)
    assert all(said.startswith("console: htmx:") or "net::ERR_FAILED" in said for said in watched.wrong), watched.wrong
    watched.wrong.clear()


def test_nothing_jumps_while_the_overview_fills(watched: Watched) -> None:
    watched.page.add_init_script(
        "window.shifted = 0; new PerformanceObserver(l => l.getEntries().forEach(e => window.shifted += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page = watched.go("/")
    assert page.evaluate("window.shifted") < 0.1


def test_a_chart_is_drawn_and_tells_its_values(watched: Watched) -> None:
    page = watched.go("/metrics/activation_rate")
    chart = page.locator(".chart-view svg")
    expect(chart).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.5)
    expect(page.locator("#vg-tooltip-element.visible")).to_contain_text("95 % interval")


def test_the_sql_is_checked_once_it_is_in_sight(watched: Watched) -> None:
    page = watched.go("/metrics/retention")
    expect(page.locator(".badge", has_text="checking")).to_have_count(1)
    page.locator("summary", has_text="SQL").scroll_into_view_if_needed()
    expect(page.locator(".badge-good")).to_have_text("SQL equals: re-run just now, same numbers")
    page.locator("summary", has_text="SQL").click()
    expect(page.locator("pre.sql")).to_contain_text("SELECT")


def test_another_question_has_another_address_and_back_leads_back(watched: Watched) -> None:
    page = watched.go("/metrics/breadth")
    before = page.locator(".headline").inner_text()
    page.get_by_label("Broken down by").select_option("account.owner")
    page.wait_for_url("**/metrics/breadth?*by=account.owner*")
    assert "where=" not in page.url
    expect(page.locator(".headline")).to_contain_text("highest in")
    page.evaluate("history.back()")
    expect(page.locator(".headline")).to_have_text(before)
    expect(page.get_by_label("Broken down by")).to_have_value("")


def test_a_wrong_value_is_shown_beside_its_field(watched: Watched) -> None:
    page = watched.page
    page.goto(watched.home + "/metrics/retention?brackets=x&criterion=brackets")
    expect(page.get_by_role("alert")).to_contain_text("brackets is 'x'")
    expect(page.get_by_label("Lengths of runs")).to_have_attribute("aria-invalid", "true")
    watched.wrong = [one for one in watched.wrong if "400" not in one]  # Chromium reports the status of the page itself


def test_a_theme_is_kept(watched: Watched) -> None:
    page = watched.go("/")
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page = watched.go("/metrics/activation_rate")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark == "rgb(20, 23, 28)"
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Light").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.get_by_role("button", name="Compact").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.density") == "compact"


def test_a_slash_searches_and_arrows_choose(watched: Watched) -> None:
    page = watched.go("/data")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("acme")
    expect(page.locator("#search-found a").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#search-found a").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/acme")
    page.keyboard.press("/")
    page.keyboard.type("acme")
    expect(page.locator("#search-found a").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#search-found")).to_be_hidden()


def test_return_in_the_search_field_opens_the_page_of_all_hits(watched: Watched) -> None:
    page = watched.go("/")
    page.locator("#search").fill("retention")
    page.locator("#search").press("Enter")
    page.wait_for_url("**/search?q=retention")
    expect(page.get_by_role("main").get_by_role("link", name="Retention").first).to_be_visible()


def test_two_keys_jump(watched: Watched) -> None:
    page = watched.go("/")
    for keys, address in (("ga", "/accounts"), ("gu", "/users"), ("gf", "/features"), ("go", "/")):
        page.keyboard.type(keys)
        page.wait_for_url(f"**{address}")
        page.wait_for_load_state("networkidle")


def test_arrows_move_in_a_table_and_return_opens_a_row(watched: Watched) -> None:
    page = watched.go("/accounts?sort=account_id&descending=0")
    rows = page.locator("table[data-keys=rows] tbody tr")
    rows.first.focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(rows.last).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    address = rows.nth(1).locator("a").get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_a_filter_is_applied_when_it_is_chosen(watched: Watched) -> None:
    page = watched.go("/accounts")
    page.get_by_text("More filters").click()
    page.get_by_role("combobox", name="Plan", exact=True).select_option("Pro")
    page.wait_for_url("**/accounts?*account.plan%3DPro*")
    expect(page.locator(".pager")).to_contain_text("1 to 3 of 3 accounts")
    page.go_back()
    expect(page.locator(".pager")).to_contain_text("of 12 accounts")


@pytest.mark.parametrize("title", ["CSV", "Parquet", "JSON", "SVG", "PNG"])
def test_links_give_files(watched: Watched, title: str, tmp_path: Path) -> None:
    page = watched.go("/metrics/activation_rate?by=account.owner")
    with page.expect_download() as given:
        page.get_by_role("link", name=title, exact=True).click()
    assert given.value.suggested_filename == f"activation_rate.{title.lower()}"
    given.value.save_as(tmp_path / "file")
    assert (tmp_path / "file").stat().st_size > 200


def test_the_list_is_given_as_a_file(watched: Watched) -> None:
    page = watched.go("/users")
    with page.expect_download() as given:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert given.value.suggested_filename == "users.csv"


def test_a_command_is_copied(watched: Watched) -> None:
    page = watched.go("/metrics/retention?unit=month")
    page.locator("summary", has_text="elsewhere").click()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("uptake metric retention --home ")


def test_without_scripts_the_pages_still_answer(chromium: Browser, board_url: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(board_url + "/accounts")
    expect(page.locator("table")).to_be_visible()
    page.goto(board_url + "/metrics/activation_rate")
    expect(page.locator(".headline")).to_contain_text("were activated")
    expect(page.locator("table").first).to_be_visible()
    context.close()


def test_a_changed_form_puts_in_the_answer_and_keeps_the_focus(watched: Watched) -> None:
    page = watched.go("/metrics/retention?unit=month")
    page.evaluate("window.sameDocument = true")
    page.locator("#field-by").focus()
    page.select_option("#field-by", "account.owner")
    expect(page.locator(".heat tbody th", has_text="Ada, ").first).to_be_visible()
    assert "by=account.owner" in page.url
    assert page.evaluate("document.activeElement.id") == "field-by"
    assert page.evaluate("window.sameDocument")
    page.locator("summary", has_text="More").click()
    page.locator("#field-units").fill("2")
    page.locator("#field-units").press("Enter")
    expect(page.locator(".heat thead th")).to_have_count(5)
    page.evaluate("history.back()")
    expect(page.locator(".heat thead th")).to_have_count(15)
    assert "units=" not in page.url


def test_a_question_that_cannot_be_asked_says_why_in_the_place_of_the_answer(watched: Watched) -> None:
    page = watched.go("/metrics/retention?unit=month")
    page.locator("summary", has_text="More").click()
    page.fill("#field-brackets", "1")
    page.locator("#field-brackets").press("Enter")
    expect(page.locator("#answer [role=alert]")).to_contain_text("brackets is 1, but criterion is 'on'.")
    assert page.evaluate("document.activeElement.id") == "field-brackets"


def test_a_cell_leads_to_its_people(watched: Watched) -> None:
    page = watched.go("/metrics/retention?unit=month")
    cell = page.locator(".heat tbody tr").nth(2).locator("td").nth(2)
    said = cell.inner_text()
    cell.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".headline")).to_contain_text("came back")
    counts = [int(text) for text in page.locator(".tabs .size").all_inner_texts()]
    assert round(100 * counts[0] / (counts[0] + counts[1])) == int(said)


def test_a_cell_keeps_its_colour_under_the_pointer(watched: Watched) -> None:
    page = watched.go("/metrics/retention?unit=month")
    cell = page.locator(".heat td[class*='heat-']").nth(1)
    colour = "cell => getComputedStyle(cell).backgroundColor"
    before = cell.evaluate(colour)
    cell.hover()
    assert cell.evaluate(colour) == before != "rgba(0, 0, 0, 0)"


def test_a_mark_of_a_chart_leads_to_its_people(watched: Watched) -> None:
    page = watched.go("/metrics/lifecycle?period=month")
    page.locator(".chart-view .mark-rect path[aria-label*='State: current']").last.click()
    expect(page.locator(".tabs a[aria-current]")).to_be_visible()
    watched.go("/metrics/activation_rate?by=account.owner&period=month")
    plot = page.locator(".chart-view .root > g > .background").first
    plot.click(position={"x": 4, "y": 20}, force=True)
    expect(page.locator(".facts")).to_contain_text("January 2026")
    expect(page.locator(".facts")).to_contain_text("account.owner")


def test_a_view_becomes_a_tile_and_people_become_a_segment(
    context: BrowserContext, new_home: Callable[..., Path]
) -> None:
    with web_world.make(new_home(web_world.PLAN)) as workspace, served(workspace) as url:
        for seen in watching(context, url):
            page = seen.go("/metrics/activation_rate?period=month")
            page.locator("summary", has_text="Save as a view").click()
            page.fill("#field-view-title", "Activated")
            page.get_by_role("button", name="Save view").click()
            expect(page.locator(".tile h2")).to_have_text("Activated")
            expect(page.locator(".tile .chart-view svg")).to_be_visible()
            page = seen.go("/metrics/retention?unit=month")
            page.locator(".heat td a").nth(1).click()
            page.locator("summary", has_text="Save as a segment").click()
            page.fill("#field-title", "Returned")
            page.get_by_role("button", name="Save segment").click()
            expect(page.locator(".notice")).to_contain_text("Returned is a segment of the plan now")
            page.get_by_role("button", name="Undo").click()
            expect(page.locator(".notice")).to_contain_text("returned is no longer in the plan")
            assert not seen.wrong
