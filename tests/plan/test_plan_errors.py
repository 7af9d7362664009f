"""A person who made a mistake in a plan reads file, line, what was found and what is allowed."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from uptake.errors import PlanError
from uptake.plan import Plan, parse
from uptake.plan.problems import Problems
from uptake.plan.section import explain

NAME = "lower case letters, digits and _, at most 63, the first a letter"
SECTIONS = "product, start, active, features, onboarding, activation, value_moments, milestones, references"
FEATURE = "title, events, tag, module, eligible, launched_on, cadence_days, quantity, adopted"
EVENT_FORMS = "an event name, {event: name, where: {property: value}}, {event: [name, name]}"
CRITERIA_FORMS = "{event: name, at_least: 1}, {feature: name}, {all: [...]}, {any: [...]}"
TIMES = "a whole number from 1 to 1,000,000"
ZONE = "an IANA time zone such as UTC or Europe/Berlin"

MESSAGES = [
    # Values that are not among those allowed
    ("features:\n  boards:\n    events: [a]\n    tag: cores\n", "4: features.boards.tag is 'cores'. Allowed: core, advanced, hidden."),
    ("product:\n  week_start: tuesday\n", "2: product.week_start is 'tuesday'. Allowed: monday, sunday, saturday."),
    ("product:\n  currency: eur\n", "2: product.currency is 'eur'. Allowed: an ISO 4217 code such as EUR or USD."),
    ("start:\n  user: [created]\n", "2: start.user[1] is 'created'. Allowed: created_at, first_event, {event: name}, {attribute: name}. Did you mean created_at?"),
    ("start:\n  user: [signed_on]\n", "2: start.user[1] is 'signed_on'. Allowed: created_at, first_event, {event: name}, {attribute: name}."),
    ("start:\n  user: []\n", "2: start.user is an empty list. Allowed: a list with at least one entry."),
    ("start:\n  user:\n    - attribute: a\n      event: b\n", "4: start.user[1].event is not a key here. Allowed: attribute."),
    ("start: {user: [{attribute: }]}", "1: start.user[1].attribute is empty. Allowed: text."),
    # Time zones
    ("product: {timezone: ../../etc/passwd}", f"1: product.timezone is '../../etc/passwd'. Allowed: {ZONE}."),
    ("product: {timezone: /etc/localtime}", f"1: product.timezone is '/etc/localtime'. Allowed: {ZONE}."),
    ("product: {timezone: Europe/../UTC}", f"1: product.timezone is 'Europe/../UTC'. Allowed: {ZONE}."),
    ("product: {timezone: localtime}", f"1: product.timezone is 'localtime'. Allowed: {ZONE}."),
    ("product: {timezone: Europe/Berln}", f"1: product.timezone is 'Europe/Berln'. Allowed: {ZONE}. Did you mean Europe/Berlin?"),
    ("product: {timezone: europe/berlin}", f"1: product.timezone is 'europe/berlin'. Allowed: {ZONE}. Did you mean Europe/Berlin?"),
    ("product: {timezone: 1}", f"1: product.timezone is 1. Allowed: {ZONE}."),
    # Numbers
    ("product: {session_gap_minutes: -3}", "1: product.session_gap_minutes is -3. Allowed: 1 or more."),
    ("product: {session_gap_minutes: 100000}", "1: product.session_gap_minutes is 100000. Allowed: at most 1,440."),
    ("product: {session_gap_minutes: 30.5}", "1: product.session_gap_minutes is 30.5, a number. Allowed: a whole number."),
    ("product: {session_gap_minutes: '30'}", "1: product.session_gap_minutes is '30', text. Allowed: a whole number."),
    ("product: {usage_interval_days: true}", "1: product.usage_interval_days is true, a yes/no value. Allowed: a whole number."),
    ("onboarding: {within_days: 0, steps: [{name: a, event: x}]}", "1: onboarding.within_days is 0. Allowed: 1 or more."),
    ("activation: {user: {event: a, at_least: 0}}", f"1: activation.user.at_least is 0, a number. Allowed: {TIMES}."),
    ("activation: {user: {event: a, at_least: many}}", f"1: activation.user.at_least is 'many', text. Allowed: {TIMES}."),
    # Texts
    ("product: {name: true}", "1: product.name is true, a yes/no value. Allowed: text. Put it in quotes."),
    ("product: {name: 404}", "1: product.name is 404, a number. Allowed: text. Put it in quotes."),
    ("product: {name: }", "1: product.name is empty. Allowed: text."),
    ("product: {name: ''}", "1: product.name has 0 characters. Allowed: text of 1 to 200 characters."),
    ("active: [%s]" % ("x" * 201), "1: active[1] has 201 characters. Allowed: text of 1 to 200 characters."),
    ('active: ["a\\0b"]', "1: active[1] is 'a\\x00b'. Allowed: Unicode text without NUL."),
    ('active: ["a\\ud800b"]', "1: active[1] is 'a\\ud800b'. Allowed: Unicode text without NUL."),
    ("features:\n  boards:\n    events:\n      - 404\n", f"4: features.boards.events[1] is 404, a number. Allowed: {EVENT_FORMS}. Put a name in quotes."),
    # Dates
    ("features: {a: {events: [x], launched_on: soon}}", "1: features.a.launched_on is 'soon', text. Allowed: a date such as 2025-06-01."),
    ("features: {a: {events: [x], launched_on: 2025-02-30}}", "1: features.a.launched_on is '2025-02-30', text. Allowed: a date such as 2025-06-01."),
    ("features: {a: {events: [x], launched_on: 2025}}", "1: features.a.launched_on is 2025, a number. Allowed: a date such as 2025-06-01."),
    # Shapes
    ("product: 5", "1: product is 5, a number. Allowed: a mapping of keys to values."),
    ("product: [a]", "1: product is a list. Allowed: a mapping of keys to values."),
    ("features: [a]", "1: features is a list. Allowed: a mapping of names."),
    ("features: {boards: a}", "1: features.boards is 'a', text. Allowed: a mapping of keys to values."),
    ("active: task_created", "1: active is 'task_created', text. Allowed: a list."),
    ("features:\n  boards:\n", "2: features.boards.events is missing."),
    ("features: {boards: {events: []}}", "1: features.boards.events is an empty list. Allowed: a list with at least one entry."),
    ("- a", f"1: The file is not a mapping of keys to values. Allowed: {SECTIONS}."),
    ("a text", f"1: The file is not a mapping of keys to values. Allowed: {SECTIONS}."),
    # Keys
    ("featurs: {}", f"1: featurs is not a key here. Allowed: {SECTIONS}. Did you mean features?"),
    ("features:\n  boards:\n    events: [a]\n    titel: B\n", f"4: features.boards.titel is not a key here. Allowed: {FEATURE}. Did you mean title?"),
    ("value_moments:\n  a:\n    titel: B\n    event: x\n", "3: value_moments.a.titel is not a key here. Allowed: title, event, feature, where, at_least, all, any. Did you mean title?"),
    ("value_moments: {a: {criteria: {event: x}}}", "1: value_moments.a.criteria is not a key here. Allowed: title, event, feature, where, at_least, all, any."),
    ("active:\n  - {evnt: a}\n", "2: active[1].evnt is not a key here. Allowed: event, feature, where. Did you mean event?"),
    ("features: {a: {events: [x], name: B}}", "1: features.a.name is 'B', text. The name is the key itself; title is what people read."),
    ("1: a", "1: A key is 1, a number. Allowed: text. Put it in quotes."),
    ("<<: {product: {}}", f"1: << is not a key here. Allowed: {SECTIONS}."),
    # Names
    ("features:\n  Boards: {events: [a]}\n", f"2: features.Boards is not a name. Allowed: {NAME}."),
    ("milestones: {%s: {event: a}}" % ("m" * 64), f"1: milestones.'{'m' * 60}…' is not a name. Allowed: {NAME}."),
    ("onboarding: {steps: [{name: 'a b', event: x}]}", f"1: onboarding.steps[1].name is 'a b'. Allowed: {NAME}."),
    # Selectors and criteria
    ("active:\n  - {event: a, feature: b}\n", f"2: active[1] names both an event and a feature. Allowed: {EVENT_FORMS}, {{feature: name}}."),
    ("active:\n  - {where: {a: b}}\n", f"2: active[1] names no event. Allowed: {EVENT_FORMS}, {{feature: name}}."),
    ("active: [{event: []}]", "1: active[1].event is an empty list. Allowed: an event name, a list of event names."),
    ("features: {a: {events: [{feature: b}]}}", "1: features.a.events[1].feature is not a key here. Allowed: event, where."),
    ("activation: {user: {within_days: 7}}", f"1: activation.user says nothing that must happen. Allowed: {CRITERIA_FORMS}. Write exactly one of them; all and any may be nested."),
    ("activation: {user: {all: [a], any: [b]}}", f"1: activation.user has all and any. Allowed: {CRITERIA_FORMS}. Write exactly one of them; all and any may be nested."),
    ("activation: {user: {all: []}}", "1: activation.user.all is an empty list. Allowed: a list of criteria."),
    ("activation: {user: {all: [a], at_least: 3}}", "1: activation.user.at_least does not go with all. Allowed: all. Write it inside the list of all."),
    ("activation:\n  user:\n    all:\n      - any:\n          - {event: a, atleast: 1}\n", "5: activation.user.all[1].any[1].atleast is not a key here. Allowed: event, feature, where, at_least, all, any. Did you mean at_least?"),
    ("activation: {account: {members: 2}}", "1: activation.user is missing."),
    # Features that are not there
    ("active:\n  - {feature: bords}\nfeatures: {boards: {events: [a]}}\n", "2: active[1].feature is 'bords'. Allowed: boards. Did you mean boards?"),
    ("active: [{feature: boards}]", "1: active[1].feature is 'boards'. Describe it under features."),
    ("activation:\n  user:\n    any:\n      - {event: a}\n      - all: [{feature: x}]\n", "5: activation.user.any[2].all[1].feature is 'x'. Describe it under features."),
    ("onboarding:\n  steps:\n    - {name: a, feature: x}\n", "3: onboarding.steps[1].feature is 'x'. Describe it under features."),
    # Conditions
    ("active: [{event: a, where: {n: {gt: ten}}}]", "1: active[1].where.n.gt is 'ten', text. Allowed: a number, a date such as 2025-06-01."),
    ("active: [{event: a, where: {n: {gt: true}}}]", "1: active[1].where.n.gt is true, a yes/no value. Allowed: a number, a date such as 2025-06-01."),
    ("active: [{event: a, where: {n: {lter: 2}}}]", "1: active[1].where.n.lter is not a key here. Allowed: is, is_not, gt, gte, lt, lte, contains, exists. Did you mean lte?"),
    ("active: [{event: a, where: {n: {}}}]", "1: active[1].where.n has no test. Allowed: is, is_not, gt, gte, lt, lte, contains, exists."),
    ("active: [{event: a, where: {n: }}]", "1: active[1].where.n is empty. Allowed: text, a number, true, false. To ask whether it is there: {exists: false}."),
    ("active: [{event: a, where: {n: []}}]", "1: active[1].where.n is an empty list. Allowed: a value, a list of values, any of which may be met."),
    ("active: [{event: a, where: {n: {exists: yes}}}]", "1: active[1].where.n.exists is 'yes', text. Allowed: true, false."),
    ("active: [{event: a, where: {n: 9223372036854775808}}]", "1: active[1].where.n is 9223372036854775808. Allowed: text, a number below 2^63, true, false."),
    ("active: [{event: a, where: plan}]", "1: active[1].where is 'plan', text. Allowed: a mapping of properties to tests, such as {plan: Pro}."),
    ("features: {a: {events: [x], eligible: {plan: Pro}}}", "1: features.a.eligible.plan is no attribute. Allowed: user.plan, account.plan."),
    # What contradicts itself
    ("features: {a: {events: [x], adopted: {days: 20, within_days: 14}}}", "1: features.a.adopted.days is 20. Allowed: at most within_days, 14."),
    ("features: {a: {events: [x], cadence_days: 1, adopted: {days: 3}}}", "1: features.a.adopted.days is 3. Allowed: at most within_days, 2."),
    ("onboarding:\n  steps:\n    - {name: a, event: x}\n    - {name: a, event: y}\n", "4: onboarding.steps[2].name is 'a', as is that of step 1."),
    ("onboarding: {steps: [{name: a, event: x, required: false}]}", "1: onboarding.steps has no required step. Onboarding would be complete from the start."),
    ("references: {a: {low: 0.8, high: 0.6, source: x}}", "1: references.a.low is 0.8, more than high. Allowed: at most 0.6."),
    ("references: {a: {source: x}}", "1: references.a has no end. Allowed: low, high. Give at least one of them."),
    ("references: {a: {low: 0.5}}", "1: references.a.source is missing."),
    ("references: {a: {low: -1, source: x}}", "1: references.a.low is -1. Allowed: 0 or more."),
    ("references: {a: {low: .inf, source: x}}", "1: references.a.low is '.inf', text. Allowed: a number."),
    # YAML
    ("a: b: c", "1: This is not YAML: mapping values are not allowed here."),
    ("features:\n\t- a", "2: This is not YAML: found character '\\t' that cannot start any token. Indent with blanks, not tabs."),
    ("a:\n  - 'x\n", "3: This is not YAML: found unexpected end of stream."),
    ('product:\n  name: "\\UFFFFFFFF"', "2: This is not YAML: something in or after this line cannot be read."),
    ("product:\n  name: a\x01b", "2: The character U+0001 cannot stand in a plan."),
    ("product: {}\n---\nactive: []\n", "3: A second document begins here. Write one document, without ---."),
    ("product:\n  name: a\n  name: b\n", "3: product.name is given twice, first in line 2. Write it once."),
    ("a: &x [1]\nb: [*x, *x]\n", "1: Anchors and aliases (&, *) are not read in a plan. Write the value out."),
    ("product: {name: *x}", "1: Anchors and aliases (&, *) are not read in a plan. Write the value out."),
    ("product: !!python/object/apply:os.system [ls]", "1: Tags (!name) are not read in a plan. Take the tag away."),
    ("product: {name: !!str 1}", "1: Tags (!name) are not read in a plan. Take the tag away."),
    ("[" * 100_000, "1: Values are nested more than 30 deep."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"), MESSAGES, ids=[f"{number}-{case[1][:60]}" for number, case in enumerate(MESSAGES)]
)
def test_a_mistake_is_told_with_file_line_value_and_what_is_allowed(text: str, message: str) -> None:
    with pytest.raises(PlanError, match=rf"\A{re.escape('plan/x.yml:' + message)}\Z"):
        parse({"plan/x.yml": text})


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
    "product",
    "features",
    "active",
    "where",
    "name",
    "events",
    ": ",
    "- ",
    "\n",
    "\n  ",
    "\n    ",
    "[",
    "]",
    "{",
    "}",
]
PIECES += [
    ", ",
    "'",
    '"',
    "|",
    ">",
    "#",
    "&a",
    "*a",
    "!",
    "!!str",
    "%",
    "---",
    "...",
    "?",
    "\\",
    "\\U",
    "1",
    ".5",
    "null",
    "~",
]
PIECES += [
    "true",
    "2025-06-01",
    "<<",
    "@",
    "`",
    "\t",
    "\x85",
    "\u2028",
    "\ufeff",
    "é",
    "😀",
    "=",
    "%YAML 1.1\n---\n",
    "_",
    "+",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join))
@example("%YAML 1.3\n---\nproduct: {}")
@example("%TAG ! !\n%TAG ! !\n--- {}")
@example("? ")
@example("product: {? name}")
@example("product: [? a : b]")
@example("-" * 3)
@example("product: -_")
def test_no_text_ends_in_anything_but_a_plan_or_an_error_for_people(text: str) -> None:
    try:
        plan = parse({"a.yml": text})
    except PlanError as error:
        assert re.match(r"a\.yml:[0-9]+: .", str(error))  # noqa: PT017 # either outcome is right, this one has a form
    else:
        assert len(plan.version) == 12


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


@given(st.dictionaries(st.sampled_from(Plan.keys()), VALUES, max_size=5))
def test_no_content_ends_in_anything_but_a_plan_or_problems(content: dict[str, object]) -> None:
    try:
        Plan.model_validate(content)
    except ValidationError as error:
        problems = list(explain(error, Plan))
        assert problems  # noqa: PT017 # either outcome is right, this one has a form
        assert isinstance(error.errors()[0]["ctx"]["error"], Problems)
        assert all(problem.text() for problem in problems)
