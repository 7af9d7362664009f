"""A person who made a mistake in a plan reads file, line, what was found and what is allowed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from uptake.errors import PlanError
from uptake.plan import Plan, parse
from uptake.plan.problems import Problem
from uptake.plan.section import explain

# No test asserts a time; the first call of a library may be slow on a busy machine.
untimed = settings(deadline=None)

EVENT_FORMS = "an event name, {event: name, where: {property: value}}, {event: [name, name]}"
ZONE = "an IANA time zone such as UTC or Europe/Berlin"

BLOCKS = Path(__file__).with_name("mistakes.txt").read_text().strip().split("\n\n")
MISTAKES = [block.split("\n=> ") for block in BLOCKS if not block.startswith("##")]


def message_of(text: str) -> str:
    with pytest.raises(PlanError) as raised:
        parse({"plan/x.yml": text})
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"), MISTAKES, ids=[f"{at}-{text[:50]}" for at, (text, _) in enumerate(MISTAKES)]
)
def test_a_mistake_is_told_with_file_line_value_and_what_is_allowed(text: str, message: str) -> None:
    assert message_of(text + "\n") == f"plan/x.yml:{message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("product:\n  name: a\x01b", "2: The character U+0001 cannot stand in a plan."),
        ("active:\n  - " + "x" * 1_001, "2: active[1] has 1,001 characters. Allowed: text of 1 to 1,000 characters."),
        (
            "active: [{event: " + "x" * 1_001 + "}]",
            "1: active[1].event has 1,001 characters. Allowed: text of 1 to 1,000 characters.",
        ),
        ("product:\n  name: " + "x" * 201, "2: product.name has 201 characters. Allowed: text of 1 to 200 characters."),
        ("[" * 100_000, "1: Values are nested more than 30 deep."),
        (
            "features:\n\t- a",
            "2: This is not YAML: found character '\\t' that cannot start any token. Indent with blanks, not tabs.",
        ),
    ],
    ids=["control", "long event", "long event as a key", "long title", "deep", "tab"],
)
def test_a_mistake_nobody_can_see_is_told(text: str, message: str) -> None:
    assert message_of(text) == f"plan/x.yml:{message}"


def test_all_mistakes_of_all_files_are_told_together_in_the_order_of_the_files() -> None:
    texts = {
        "plan/b.yml": "features:\n  boards:\n    events: [1, a, 2]\n    tag: best\n",
        "plan/a.yml": "product:\n  timezone: Mars\n  name: 3\nactive: [{feature: gone}]\n",
    }
    with pytest.raises(PlanError) as raised:
        parse(texts)
    assert str(raised.value).splitlines() == [
        "plan/a.yml:2: product.timezone is 'Mars'. Allowed: " + ZONE + ".",
        "plan/a.yml:3: product.name is 3, a number. Allowed: text. Put it in quotes.",
        f"plan/b.yml:3: features.boards.events[1] is 1, a number. Allowed: {EVENT_FORMS}. Put a name in quotes.",
        f"plan/b.yml:3: features.boards.events[3] is 2, a number. Allowed: {EVENT_FORMS}. Put a name in quotes.",
        "plan/b.yml:4: features.boards.tag is 'best'. Allowed: core, advanced, hidden.",
    ]


def test_a_key_in_two_files_is_told_with_both() -> None:
    with pytest.raises(PlanError) as raised:
        parse({"plan/b.yml": "\nactive: [x]\n", "plan/a.yml": "product: {}\nactive: [y]\n"})
    assert str(raised.value) == "plan/b.yml:2: active is given here and in plan/a.yml:2. Write it in one file."


def test_a_file_that_cannot_be_read_hides_nothing_behind_false_alarms() -> None:
    with pytest.raises(PlanError) as raised:
        parse({"a.yml": "active: [{feature: boards}]", "b.yml": "features: {boards: {events: [a}}"})
    assert str(raised.value).startswith("b.yml:1: This is not YAML")
    assert "\n" not in str(raised.value)


def test_more_mistakes_than_anybody_reads_are_counted() -> None:
    with pytest.raises(PlanError) as raised:
        parse({"a.yml": "active: [" + "1, " * 1_234 + "]"})
    lines = str(raised.value).splitlines()
    assert len(lines) == 51
    assert lines[-1] == "And 1,184 more."


def test_hostile_keys_cannot_break_out_of_their_line() -> None:
    with pytest.raises(PlanError) as raised:
        parse({"a.yml": 'product: {"x\\ny: all is well\\e[2J": 1}'})
    assert "\n" not in str(raised.value)
    assert "\x1b" not in str(raised.value)


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "y", "n", "No", "YES"])
def test_words_that_were_booleans_in_yaml_1_1_are_text(word: str) -> None:
    assert parse({"a.yml": f"active: [{word}]"}).active[0].events == (word,)
    assert parse({"a.yml": f"%YAML 1.1\n---\nactive: [{word}]"}).active[0].events == (word,)


def test_many_hostile_texts_of_almost_1_mb_end_in_an_error() -> None:
    for text in ("{" * 999_999, "- " * 499_999, "? " * 499_999, "a" * 999_999, "a: " * 300_000, "!" * 99_999):
        with pytest.raises(PlanError):
            parse({"a.yml": text})


PIECES = [
    "product", "features", "active", "where", "name", "events", ": ", "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}",
    ", ", "'", '"', "|", ">", "#", "&a", "*a", "!", "!!str", "%", "---", "...", "?", "\\", "\\U", "1", ".5", "~",
    "true", "2025-06-01", "<<", "@", "`", "\t", "\x85", "\u2028", "\ufeff", "é", "😀", "=", "%YAML 1.1\n---\n", "_",
]  # fmt: skip


@untimed
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join))
@example("%YAML 1.3\n---\nproduct: {}")
@example("%TAG ! !\n%TAG ! !\n--- {}")
@example("? ")
@example("product: {? name}")
@example("product: [? a : b]")
@example("-" * 3)
@example("product: -_")
def test_no_text_ends_in_anything_but_a_plan_or_an_error_for_people(text: str) -> None:
    message = ""
    try:
        assert len(parse({"a.yml": text}).version) == 12
    except PlanError as error:
        message = str(error)
    assert not message or re.match(r"a\.yml:[0-9]+: .", message)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(
            st.sampled_from([*Plan.keys(), "user", "account", "all", "any", "event", "feature", "where", "steps", "a"])
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@untimed
@given(st.dictionaries(st.sampled_from(Plan.keys()), VALUES, max_size=5))
def test_no_content_ends_in_anything_but_a_plan_or_problems(content: dict[str, object]) -> None:
    found: list[Problem] = []
    try:
        Plan.model_validate(content)
    except ValidationError as error:
        found += explain(error, Plan)
        assert found
    # What nobody foresaw would stand here in pydantic's words.
    assert not [problem for problem in found if "Input should" in problem.text()]
