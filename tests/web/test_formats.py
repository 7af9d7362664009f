from __future__ import annotations

import json
from datetime import date, datetime
from math import nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from starlette.datastructures import QueryParams

from uptake import charts
from uptake.web import formats

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


def row(estimate: float | None, lower: float | None = None, upper: float | None = None, **more: Any) -> dict[str, Any]:
    return {"estimate": estimate, "ci_lower": lower, "ci_upper": upper, "n": 912, "status": "closed", **more}


def headline(
    found: dict[str, Any], unit: str = "share", sentence: str = "{value} of seats have adopted", **more: Any
) -> str:
    return plain(formats.headline(sentence, found, unit, name="Adoption rate", **more))


def test_the_headline_says_the_number_with_its_interval_then_the_change() -> None:
    assert headline(row(0.58, 0.55, 0.61), before=0.54, than="last quarter") == (
        "58 % (95 % interval 55–61 %) of seats have adopted, 4 points more than last quarter."
    )


def test_the_headline_of_a_loss_of_one_point() -> None:
    assert headline(row(0.53), before=0.54, than="last quarter") == (
        "53 % of seats have adopted, 1 point less than last quarter."
    )


@pytest.mark.parametrize("before", [None, nan])
def test_the_headline_tells_no_change_from_nothing(before: float | None) -> None:
    assert headline(row(0.58), before=before, than="last quarter") == "58 % of seats have adopted."
    assert headline(row(0.58), before=0.54) == "58 % of seats have adopted."


def test_the_headline_says_when_nothing_changed() -> None:
    assert headline(row(0.58), before=0.58, than="last week") == "58 % of seats have adopted, the same as last week."
    assert headline(row(0.5804), before=0.58, than="last week") == "58 % of seats have adopted, the same as last week."
    assert headline(row(0), "count", "{value} came", before=0, than="last week") == "0 came, the same as last week."


def test_a_length_of_time_gets_shorter_or_longer() -> None:
    found = row(5 * 86_400, 4 * 86_400, 6 * 86_400)
    sentence = "The median user needs {value}"
    assert headline(found, "seconds", sentence, before=14 * 86_400, than="in the first quarter") == (
        "The median user needs 5 days (95 % interval 4–6 days), 9 days shorter than in the first quarter."
    )
    assert "1 day longer than" in headline(found, "seconds", sentence, before=4 * 86_400, than="before")


def test_a_count_changes_by_percent_and_from_zero_by_nothing() -> None:
    assert headline(row(1120), "count", "{value} people were active", before=1000, than="last month") == (
        "1,120 people were active, 12 % more than last month."
    )
    assert headline(row(7), "count", "{value} people were active", before=0, than="last month") == (
        "7 people were active."
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("too_few", "too few (n = 912)"),
        ("in_progress", "in progress"),
        ("not_eligible", "not eligible"),
        ("closed", "no value"),
    ],
)
def test_the_headline_without_a_number_says_why(status: str, said: str) -> None:
    assert headline(row(None, status=status)) == f"Adoption rate: {said}."
    assert headline(row(nan, status=status)) == f"Adoption rate: {said}."


def test_the_headline_takes_braces_in_names_as_they_are() -> None:
    assert headline(row(0.5), sentence="{value} have adopted {0} {x!r} %s") == "50 % have adopted {0} {x!r} %s."


def test_an_estimate_is_its_value_or_the_words_for_its_state() -> None:
    assert plain(formats.estimate(row(0.583), "share")) == "58.3 %"
    assert formats.estimate(row(None, status="too_few", n=7), "share") == "too few (n = 7)"
    assert formats.estimate(row(nan), "seconds") == "not reached"
    assert formats.estimate({}, "share") == "no value"


def test_an_interval_is_a_remark_in_brackets() -> None:
    assert plain(formats.interval(0.55, 0.61, "share")) == "(95 % interval 55–61 %)"
    assert formats.interval(None, nan, "share") == "(no interval)"


def test_a_reference_range_is_said_with_one_end_or_two() -> None:
    assert plain(formats.reference({"low": 0.6, "high": 0.8}, "share")) == "60–80 %"
    assert plain(formats.reference({"low": 0.4}, "share")) == "above 40 %"
    assert plain(formats.reference({"high": 86_400}, "seconds")) == "below 1 day"
    assert formats.reference(None, "share") == ""


@given(JSON)
def test_embedded_data_comes_back_whole_and_cannot_leave_its_script(data: object) -> None:
    text = str(formats.json_script(data))
    assert json.loads(text) == data
    assert not set("<>&\u2028\u2029") & set(text)


def test_embedded_dates_are_text_and_what_json_cannot_say_is_refused() -> None:
    assert formats.json_script([date(2026, 3, 2), datetime(2026, 3, 2, 5)]) == '["2026-03-02","2026-03-02T05:00:00"]'
    with pytest.raises(ValueError, match="JSON compliant"):
        formats.json_script(nan)
    with pytest.raises(TypeError, match="object has no JSON form"):
        formats.json_script(object())


def test_a_chart_is_embedded_without_title_and_theme() -> None:
    spec = charts.for_result("share", [row(0.5)], "A </script> title", "", "share")
    embedded = json.loads(str(formats.chart_json(spec)))
    assert "title" not in embedded
    assert "config" not in embedded
    assert embedded["layer"] == json.loads(json.dumps(spec["layer"]))
    assert json.loads(str(formats.chart_themes())) == {"light": charts.config(), "dark": charts.config(dark=True)}


def test_links_keep_parameters_and_change_some() -> None:
    assert formats.query_with({"by": "account.plan", "page": 2}, sort="n", page=None) == "?by=account.plan&sort=n"
    assert formats.query_with([("where", "a"), ("where", "b")], page=2) == "?where=a&where=b&page=2"
    assert formats.query_with(QueryParams("where=a&where=b&sort=n"), sort=None) == "?where=a&where=b"
    assert formats.query_with({}, page=None) == "?"
    assert formats.query_with({"q": "a&b=c #d"}, sort="x y") == "?q=a%26b%3Dc+%23d&sort=x+y"


def test_every_filter_and_function_is_known_to_templates_and_no_filter_of_jinja_is_replaced() -> None:
    builtin = Environment(autoescape=True)
    assert not set(formats.FILTERS) & set(builtin.filters)
    assert not set(formats.FUNCTIONS) & set(builtin.globals)
