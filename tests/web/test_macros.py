"""Every macro is rendered with ordinary and with hostile values; what must be there is looked for in the HTML."""

from __future__ import annotations

import re
from datetime import date, datetime
from html.parser import HTMLParser
from math import nan
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from uptake import charts, web
from uptake.web import formats

TEMPLATES = Path(web.__path__[0]) / "templates"
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\" onfocus=alert(3) x='{{ 7 * 7 }}"
VOID = {"input", "img", "meta", "link", "br", "hr"}
ROW = {"estimate": 0.583, "ci_lower": 0.55, "ci_upper": 0.61, "n": 912, "status": "closed"}
FEW = {"estimate": None, "ci_lower": None, "ci_upper": None, "n": 7, "status": "too_few"}
REFERENCE = {"low": 0.6, "high": 0.8, "source": HOSTILE}
TREND = [{**ROW, "period_on": date(2026, month, 1)} for month in range(1, 7)]
TRIANGLE = [
    {**ROW, "cohort_on": None, "unit_index": 0, "first_unit": 0, "last_unit": 0, "cohort_size": 240},
    {**ROW, "cohort_on": date(2026, 1, 5), "unit_index": 0, "first_unit": 0, "last_unit": 0, "cohort_size": 120},
    {
        **FEW,
        "cohort_on": date(2026, 1, 5),
        "unit_index": 1,
        "first_unit": 1,
        "last_unit": 1,
        "cohort_size": 120,
        "status": "in_progress",
    },
    {**FEW, "cohort_on": date(2026, 1, 12), "unit_index": 0, "first_unit": 0, "last_unit": 0, "cohort_size": 7},
]


class Tags(HTMLParser):
    """The elements of a page, whether they are closed in order, and everything that could run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("li", "option", "p", "td", "th", "tr") and self.open[-1] != tag:
            raise AssertionError(f"</{tag}> closes <{self.open[-1]}>")
        assert self.open.pop() == tag

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def environment() -> Environment:
    found = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    found.filters.update(formats.FILTERS)
    found.globals.update(formats.FUNCTIONS)
    return found


def render(environment: Environment, template: str, **context: Any) -> str:
    html = environment.from_string(template).render(**context).replace("\u202f", " ")
    tags = Tags(html)
    assert tags.open == []
    for tag, attributes in tags.found:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert tag != "img"
        assert tag != "script" or attributes.get("type") == "application/json" or "src" in attributes
    return html


CALLS = {
    "estimate": '{% import "_estimate.html" as m %}{{ m.status_word(row) }}',
    "stat_row": '{% import "_stat_row.html" as m %}{% call m.stat_table(evil) %}'
    '{{ m.stat_row(evil, evil, row, "share", trend, reference, evil, evil, evil) }}{% endcall %}',
    "graphics": '{% import "_graphics.html" as m %}{{ m.reference_band(row, reference, "share") }}',
    "term": '{% import "_term.html" as m %}<p>{{ m.term(evil, evil) }}</p>',
    "heatmap": '{% import "_heatmap.html" as m %}{{ m.heatmap(triangle, evil, "week", urls={"2026-01-05": evil}) }}',
    "table": '{% import "_table.html" as m %}{{ m.data_table(columns, rows, evil, [("q", evil)], "n") }}'
    '{{ m.pager(2, 50, 12345, [("q", evil)], "accounts") }}',
    "chart": '{% import "_chart.html" as m %}{{ m.scripts("1") }}{{ m.chart(spec, columns, rows) }}',
    "definition": '{% import "_definition.html" as m %}{{ m.definition_panel(definition, population=evil) }}',
    "sql": '{% import "_sql.html" as m %}{{ m.sql_panel(evil, true) }}{{ m.sql_panel(evil, none, "/check?a=1&b=2") }}',
    "downloads": '{% import "_downloads.html" as m %}{{ m.downloads([("q", evil)]) }}',
    "form": '{% import "_form.html" as m %}{% call m.params_form(reset_url="?", keep=[(evil, evil)]) %}'
    '{{ m.text_field("by", evil, evil, evil, evil, list=[evil]) }}'
    '{{ m.number_field("days", evil, 7, least=1, most=9) }}'
    '{{ m.select_field("period", evil, [("", "All"), evil], evil) }}'
    '{{ m.boolean_field("first", evil, true) }}{% endcall %}',
    "notice": '{% import "_notice.html" as m %}{% call m.notice("warn", evil) %}{{ evil }}{% endcall %}'
    "{{ m.empty_state(evil, evil, evil, evil, evil) }}{{ m.error_state(evil, evil, evil, [evil]) }}",
    "navigation": '{% import "_navigation.html" as m %}{{ m.breadcrumbs([(evil, evil)]) }}',
    "base": '{% extends "base.html" %}{% block headline %}{{ evil }}{% endblock %}'
    "{% block main %}{{ evil }}{% endblock %}",
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("row", [ROW, FEW], ids=["value", "too few"])
def test_hostile_values_stay_text_in_every_macro(environment: Environment, name: str, row: dict[str, Any]) -> None:
    segmented = [{**found, "account.plan": HOSTILE} for found in TREND]
    context = {
        "evil": HOSTILE,
        "row": row,
        "trend": TREND,
        "reference": REFERENCE,
        "triangle": TRIANGLE,
        "columns": [
            {"name": "name", "title": HOSTILE, "link": "url", "about": HOSTILE},
            {"name": "n", "type": "integer"},
        ],
        "rows": [{"name": HOSTILE, "url": "/a?b=1&c=2", "n": 7}],
        "spec": charts.for_result("share", segmented, HOSTILE, HOSTILE, "share", by=["account.plan"]),
        "definition": {"title": HOSTILE, "purpose": HOSTILE, "parts": {"Formula": HOSTILE, "Unit": HOSTILE}},
        "title": HOSTILE,
        "nav": [{"title": HOSTILE, "links": [{"title": HOSTILE, "url": HOSTILE, "is_current": True}]}],
        "workspace": HOSTILE,
        "plan_version": HOSTILE,
        "search_query": HOSTILE,
        "as_of": datetime(2026, 9, 30, 22),
    }
    render(environment, CALLS[name], **context)


def test_the_state_of_a_closed_row_needs_no_word(environment: Environment) -> None:
    assert render(environment, CALLS["estimate"], row=ROW) == ""


@pytest.mark.parametrize("missing", [FEW, {**FEW, "estimate": nan}])
def test_the_state_of_a_row_without_a_value_is_words(environment: Environment, missing: dict[str, Any]) -> None:
    assert re.sub(r"<[^>]*>", "", render(environment, CALLS["estimate"], row=missing)) == "too few (n = 7)"


def test_a_stat_row_has_value_trend_and_range(environment: Environment) -> None:
    html = render(
        environment,
        CALLS["stat_row"],
        row=ROW,
        trend=TREND,
        evil="Activation",
        reference={**REFERENCE, "source": "Gloss"},
    )
    assert "58.3 %" in html
    assert "60–80 %" in html
    assert "Source: Gloss" in html
    assert ">below<" in html
    assert len(Tags(html).of("svg")) == 2


def test_a_heatmap_has_a_cell_for_every_cohort_and_unit(environment: Environment) -> None:
    html = render(environment, CALLS["heatmap"], triangle=TRIANGLE, evil="Retention")
    cells = [attributes.get("class") for attributes in Tags(html).of("td")]
    assert cells == ["size", "heat-12", "state", "size", "heat-12", "in-progress", "size", "state", "state"]
    assert 'title="58.3 %, n = 912, 95 % interval 55–61 %"' in html
    assert "too few (n = 7)" in html


def test_a_table_says_how_it_is_sorted_and_turns_the_order_around(environment: Environment) -> None:
    template = (
        '{% import "_table.html" as m %}'
        '{{ m.data_table(columns, rows, "Accounts", [("q", "a"), ("page", "3")], "n", descending) }}'
    )
    columns = [{"name": "name"}, {"name": "n", "type": "integer"}]
    down = render(environment, template, columns=columns, rows=[], descending=True)
    assert 'aria-sort="descending"' in down
    assert 'href="?q=a&amp;sort=n&amp;descending=0"' in down
    assert 'href="?q=a&amp;sort=name&amp;descending=0"' in down
    assert 'href="?q=a&amp;sort=n&amp;descending=1"' in render(
        environment, template, columns=columns, rows=[], descending=False
    )


def test_a_table_says_every_type_in_its_words(environment: Environment) -> None:
    columns = [
        {"name": "name", "type": "text"},
        {"name": "seats", "type": "integer", "unit": "count"},
        {"name": "adopted", "type": "number", "unit": "share"},
        {"name": "mrr", "type": "number", "unit": "currency", "currency": "EUR"},
        {"name": "seen_at", "type": "instant"},
        {"name": "renewal_on", "type": "date"},
        {"name": "is_live", "type": "boolean"},
    ]
    full = ["Acme", 1200, 0.583, 950, datetime(2026, 9, 30, 22), date(2026, 10, 1), True]
    empty: list[object] = [None, None, nan, None, None, None, None]
    rows = [dict(zip([column["name"] for column in columns], values, strict=True)) for values in (full, empty)]
    template = '{% import "_table.html" as m %}{{ m.data_table(columns, rows, "x", zone="Europe/Berlin") }}'
    html = render(environment, template, columns=columns, rows=rows)
    cells = [
        re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", html, re.DOTALL)
    ][7:]
    assert cells == [
        *("Acme", "1,200", "58.3 %", "€950", "1 October 2026, 00:00", "1 October 2026", "yes"),
        *("not set", "no value", "no value", "no value", "not set", "not set", "not set"),
    ]
    assert "None" not in html
    assert "nan" not in html


@pytest.mark.parametrize(
    ("page", "total", "said", "links"),
    [
        (1, 120, "1 to 50 of 120", ["next"]),
        (3, 120, "101 to 120 of 120", ["prev"]),
        (1, 50, "1 to 50 of 50", []),
        (1, 0, "No rows", []),
    ],
)
def test_a_pager_says_which_rows_and_leads_on(
    environment: Environment, page: int, total: int, said: str, links: list[str]
) -> None:
    html = render(
        environment, '{% import "_table.html" as m %}{{ m.pager(page, 50, total, {}) }}', page=page, total=total
    )
    assert said in html
    assert [attributes["rel"] for attributes in Tags(html).of("a")] == links


def test_a_chart_reserves_its_place_and_has_a_table(environment: Environment) -> None:
    spec = charts.for_result("share", TREND, "Activation", "Who did", "share", period="month")
    html = render(environment, CALLS["chart"], spec=spec, columns=[{"name": "n", "type": "integer"}], rows=TREND)
    assert f"min-height: {spec['usermeta']['height']}px" in html
    assert "<h2>Activation</h2><p>Who did</p>" in re.sub(r">\s+<", "><", html)
    assert len(Tags(html).of("table")) == 1


def test_the_sql_badge_knows_three_answers(environment: Environment) -> None:
    template = '{% import "_sql.html" as m %}{{ m.sql_badge(equals, url) }}'
    assert "SQL equals" in render(environment, template, equals=True, url="")
    assert "SQL differs" in render(environment, template, equals=False, url="")
    assert 'hx-get="/check"' in render(environment, template, equals=None, url="/check")
    assert "not checked" in render(environment, template, equals=None, url="")


def test_a_field_with_a_wrong_value_keeps_it_and_says_what_is_wrong(environment: Environment) -> None:
    html = render(
        environment,
        '{% import "_form.html" as m %}{{ m.number_field("days", "Days", "x7", "From the start.", "days is x7.") }}',
    )
    (field,) = Tags(html).of("input")
    assert field["value"] == "x7"
    assert field["aria-invalid"] == "true"
    assert (field["aria-describedby"] or "").split() == ["field-days-wrong", "field-days-about"]


def test_the_frame_has_one_title_a_skip_link_and_a_search(environment: Environment) -> None:
    html = render(environment, CALLS["base"], title="Retention", evil="58 % came back.", nav=[])
    tags = Tags(html)
    assert len(tags.of("h1")) == len(tags.of("main")) == 1
    assert tags.of("a")[0] == {"class": "skip", "href": "#main"}
    assert [field["name"] for field in tags.of("input")] == ["q"]
    assert '<p class="headline" id="headline">58 % came back.</p>' in html


def test_the_frame_without_a_headline_has_none(environment: Environment) -> None:
    html = render(environment, '{% extends "base.html" %}', title="Accounts")
    assert '<p class="headline" id="headline" hidden></p>' in html


def test_macros_need_no_value_that_is_not_given() -> None:
    found = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    found.filters.update(formats.FILTERS)
    found.globals.update(formats.FUNCTIONS)
    for path in TEMPLATES.glob("_*.html"):
        assert found.get_template(path.name).module is not None
    assert isinstance(formats.chart_themes(), Markup)
