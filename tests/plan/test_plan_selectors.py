"""Selectors, conditions and criteria are read the same way from a plan, from Python and from the command line."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uptake.errors import QuestionError
from uptake.plan import All, Any, Condition, Criterion, Selector, conditions, criteria, parse_condition, selector
from uptake.plan.condition import Test, Value

# No test asserts a time; the first call of a library may be slow on a busy machine.
untimed = settings(deadline=None)


def condition(name: str, test: Test, *values: Value) -> Condition:
    return Condition(property=name, test=test, values=values)


texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=1_000
)  # any text that can be an event name


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("task_created", Selector(events=("task_created",))),
        ({"event": "task_created"}, Selector(events=("task_created",))),
        ({"event": ["a", "b", "a"]}, Selector(events=("a", "b"))),
        ({"event": ("a", "b")}, Selector(events=("a", "b"))),
        ({"feature": "boards"}, Selector(feature="boards")),
        (
            {"event": "a", "where": {"view": "kanban"}},
            Selector(events=("a",), where=(condition("view", "is", "kanban"),)),
        ),
        (
            {"feature": "boards", "where": {"n": {"gt": 1}}},
            Selector(feature="boards", where=(condition("n", "gt", 1),)),
        ),
        (Selector(events=("a",)), Selector(events=("a",))),
    ],
    ids=str,
)
def test_a_selector_has_a_few_forms(written: str | dict[str, object] | Selector, read: Selector) -> None:
    assert selector(written) == read


def test_equal_selectors_are_equal_keys() -> None:
    one = selector({"event": "a", "where": {"x": 1, "y": ["p", "q"]}})
    other = selector({"where": {"y": ["p", "q"], "x": 1.0}, "event": ["a"]})
    assert {one: "found"}[other] == "found"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({}, "The selector names no event. Allowed: an event name,"),
        (5, "The selector is 5, a number. Allowed: an event name,"),
        (None, "The selector is empty. Allowed: an event name,"),
        (["a", "b"], "The selector is a list. Allowed: an event name,"),
        ("", "The selector has 0 characters. Allowed: text of 1 to 1,000 characters."),
        ("a\0", "The selector is 'a\\x00'. Allowed: Unicode text without NUL."),
        ("\ud800", "The selector is '\\ud800'. Allowed: Unicode text without NUL."),
        ({"event": ["a", 5]}, "event[2] is 5, a number. Allowed: text. Put it in quotes."),
        ({"feature": "Boards"}, "feature is 'Boards'. Allowed: lower case letters"),
        ({"event": "a", "were": {}}, "were is not a key here. Allowed: event, feature, where. Did you mean where?"),
    ],
    ids=str,
)
def test_what_is_no_selector_is_refused(written: str, message: str) -> None:
    with pytest.raises(QuestionError) as raised:
        selector(written)
    assert str(raised.value).startswith(message)


@untimed
@given(texts)
def test_every_text_can_be_an_event_name(name: str) -> None:
    assert selector(name).events == (name,)
    said = name[:200]  # names of properties and what they are compared with are shorter
    assert selector({"event": [name], "where": {said: said}}).where == (condition(said, "is", said),)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (None, ()),
        ({}, ()),
        ([], ()),
        ({"plan": "Pro"}, (condition("plan", "is", "Pro"),)),
        ({"plan": ["Pro", "Free"]}, (condition("plan", "is", "Pro", "Free"),)),
        ({"plan": {"is_not": "Pro"}}, (condition("plan", "is_not", "Pro"),)),
        ({"seats": {"lt": 20, "gte": 10}}, (condition("seats", "gte", 10), condition("seats", "lt", 20))),
        ({"b": 1, "a": 2}, (condition("a", "is", 2), condition("b", "is", 1))),
        ({"on": date(2025, 6, 1)}, (condition("on", "is", "2025-06-01"),)),
        ({"on": {"gte": date(2025, 6, 1)}}, (condition("on", "gte", "2025-06-01"),)),
        ({"at": {"lt": "2025-06-01T10:00:00+02:00"}}, (condition("at", "lt", "2025-06-01T10:00:00+02:00"),)),
        ({"name": {"contains": ["a", "b"]}}, (condition("name", "contains", "a", "b"),)),
        ({"name": {"exists": False}}, (condition("name", "exists", False),)),
        ({"name": ""}, (condition("name", "is", ""),)),
        ("seats>=10", (condition("seats", "gte", 10),)),
        (
            ["b=1", {"a": 2}, condition("c", "is", 3)],
            (condition("a", "is", 2), condition("b", "is", 1), condition("c", "is", 3)),
        ),
        ((condition("b", "is", 1), condition("a", "is", 1)), (condition("a", "is", 1), condition("b", "is", 1))),
    ],
    ids=str,
)
def test_conditions_have_a_few_forms(written: object, read: tuple[Condition, ...]) -> None:
    assert conditions(written) == read


def test_numbers_texts_and_booleans_stay_what_they_are() -> None:
    values = conditions({"x": [1, 1.5, "1", True, 2.0, 2**53 + 1, -(2**63)]})[0].values
    assert values == (1, 1.5, "1", True, 2, 9_007_199_254_740_993, -9_223_372_036_854_775_808)
    assert [type(value) for value in values] == [int, float, str, bool, int, int, int]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (5, "The condition is 5, a number."),
        ({"a": None}, "a is empty. Allowed: text, a number, true, false."),
        ({"a": float("nan")}, "a is nan. Allowed: text, a number below 2^63"),
        ({"a": float("inf")}, "a is inf."),
        ({"a": 2**63}, "a is 9223372036854775808."),
        ({"a": 10**5000}, "a is a number of more than 60 digits."),
        ({"a": [[1]]}, "a[1] is a list."),
        ({"a": datetime(2025, 6, 1)}, "a is 2025-06-01T00:00:00."),
        ({"a": "x" * 1_001}, "a has 1,001 characters. Allowed: at most 1,000."),
        ({"a": {"gt": [1, 2]}}, "a.gt is a list."),
        ({"a": {"gt": "many"}}, "a.gt is 'many', text. Allowed: a number, a date such as 2025-06-01."),
        ({"a": {"contains": 5}}, "a.contains is 5, a number. Allowed: text."),
        ({"a": {"contains": ""}}, "a.contains is '', text. Allowed: text."),
        ({"a": {"exists": 1}}, "a.exists is 1, a number. Allowed: true, false."),
        ({"": 1}, " has 0 characters."),
    ],
)
def test_what_is_no_condition_is_refused(written: object, message: str) -> None:
    with pytest.raises(QuestionError) as raised:
        conditions(written)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("plan=Pro", condition("plan", "is", "Pro")),
        ("account.plan = Pro ", condition("account.plan", "is", "Pro")),
        ("plan=Pro|Enterprise", condition("plan", "is", "Pro", "Enterprise")),
        ("plan=Pro | Free", condition("plan", "is", "Pro", "Free")),
        ("plan!=Free", condition("plan", "is_not", "Free")),
        ("seats>=10", condition("seats", "gte", 10)),
        ("seats<=10", condition("seats", "lte", 10)),
        ("seats>10.5", condition("seats", "gt", 10.5)),
        ("seats<-1e3", condition("seats", "lt", -1000)),
        ("signed_on>=2025-06-01", condition("signed_on", "gte", "2025-06-01")),
        ("industry~soft", condition("industry", "contains", "soft")),
        ("industry~10", condition("industry", "contains", "10")),
        ("industry?", condition("industry", "exists", True)),
        ("trial=true", condition("trial", "is", True)),
        ("trial=True", condition("trial", "is", "True")),
        ('zip="0815"', condition("zip", "is", "0815")),
        ("zip=0815", condition("zip", "is", "0815")),
        ('a="true"|true|"x|y"', condition("a", "is", "true", True, "x|y")),
        (r'a="\"\n\u00e9"', condition("a", "is", '"\né')),
        ("a=", condition("a", "is", "")),
        ("a=b=c", condition("a", "is", "b=c")),
        ('a=say "hi"', condition("a", "is", 'say "hi"')),
        ("a b=c d", condition("a b", "is", "c d")),
        ("größe>=3", condition("größe", "gte", 3)),
        ("a=" + "9" * 5_00, condition("a", "is", "9" * 500)),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_command_line_has_a_short_form(written: str, read: Condition) -> None:
    assert parse_condition(written) == read
    assert [type(value) for value in parse_condition(written).values] == [type(value) for value in read.values]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "The condition '' is not understood. Allowed: plan=Pro, plan=Pro|Enterprise,"),
        ("plan", "The condition 'plan' is not understood."),
        ("=Pro", "The condition '=Pro' is not understood."),
        ("plan==Pro", None),
        ("seats>=ten", "In the condition 'seats>=ten' the value is 'ten', text. Allowed: a number, a date"),
        ("seats>=10|20", "In the condition 'seats>=10|20' the value is a list. Allowed:"),
        ("seats>=", "In the condition 'seats>=' the value is '', text."),
        ('a="x', "In the condition 'a=\"x' the value has text outside the quotes."),
        ('a="x"y', "In the condition 'a=\"x\"y' the value has text outside the quotes."),
        (r'a="\q"', "the value is '\"\\\\q\"'. Allowed: text in double quotes"),
        (r'a="\ud800"', "Unicode text without NUL"),
        ("a=1e999", "the value is inf."),
        ("a~", "the value is '', text."),
        ("x" * 201 + "=1", "has 201 characters"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_short_form_is_refused(written: str, message: str | None) -> None:
    if message is None:
        assert parse_condition(written).values == ("=Pro",)
        return
    with pytest.raises(QuestionError) as raised:
        parse_condition(written)
    assert message in str(raised.value)


@untimed
@given(st.text(max_size=20))
def test_no_short_form_ends_in_anything_but_a_condition_or_an_error_for_people(text: str) -> None:
    try:
        found = parse_condition(text)
    except QuestionError:
        return
    assert found.values


values = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False),
    texts,
)


@untimed
@given(st.from_regex(r"[a-z_.]{1,20}", fullmatch=True), st.lists(values, min_size=1, max_size=4))
def test_quoted_short_form_and_mapping_say_the_same(name: str, parts: list[Value]) -> None:
    # JSON writes a float with as many digits as it takes, and an integral one as a float: 1.0.
    short = f"{name}={'|'.join(json.dumps(part) for part in parts)}"
    assert conditions(short) == conditions({name: parts})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a", Criterion(selector=Selector(events=("a",)), at_least=1)),
        ({"event": "a", "at_least": 3}, Criterion(selector=Selector(events=("a",)), at_least=3)),
        ({"feature": "f"}, Criterion(selector=Selector(feature="f"))),
        ({"all": ["a"]}, All(of=(Criterion(selector=Selector(events=("a",))),))),
        (
            {"any": ["a", {"all": ["b", "c"]}]},
            Any(
                of=(
                    Criterion(selector=Selector(events=("a",))),
                    All(
                        of=(
                            Criterion(selector=Selector(events=("b",))),
                            Criterion(selector=Selector(events=("c",))),
                        )
                    ),
                )
            ),
        ),
    ],
    ids=str,
)
def test_criteria_nest(written: str | dict[str, object], read: Criterion | All | Any) -> None:
    assert criteria(written) == read
    assert criteria(read) is read


def test_all_and_any_of_the_same_are_not_the_same() -> None:
    assert criteria({"all": ["a", "b"]}) != criteria({"any": ["a", "b"]})
    assert criteria({"all": ["a"]}).model_dump() != criteria({"any": ["a"]}).model_dump()


def test_criteria_nested_without_end_are_refused() -> None:
    nested: dict[str, object] = {"event": "a"}
    for _ in range(500):
        nested = {"all": [nested]}
    with pytest.raises(QuestionError, match=r"is nested more than 10 deep\."):
        criteria(nested)


def test_the_criterion_says_what_is_wrong_with_it() -> None:
    with pytest.raises(QuestionError) as raised:
        criteria({"all": ["a", {"event": "b", "at_least": True}, 5]})
    assert "all[2].at_least is true, a yes/no value. Allowed: a whole number from 1 to 1,000,000." in str(raised.value)
    assert "all[3] is 5, a number." in str(raised.value)


def test_every_test_of_a_condition_can_be_written() -> None:
    operands: dict[Test, object] = dict.fromkeys(get_args(Test), 1)
    operands |= {"contains": "x", "exists": True}
    assert {found.test for found in conditions({"a": operands})} == set(get_args(Test))
