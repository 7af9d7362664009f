"""Event names: the plan's against the data's."""

from __future__ import annotations

from pathlib import Path

import pytest
from check_world import check, event, of, problems

from uptake.errors import PlanError
from uptake.kinds import LONGEST_ID
from uptake.plan import parse


def test_a_plan_that_fits_its_data_has_no_errors_and_no_warnings(tmp_path: Path) -> None:
    found = check(tmp_path, "features:\n  tasks: {events: [task_created]}\n", events=[event("task_created")])
    assert problems(found) == []
    assert [finding.level for finding in found] == ["note"] * len(found)


def test_an_event_that_never_occurred_is_an_error_with_line_and_the_nearest_name(tmp_path: Path) -> None:
    plan = "features:\n  tasks:\n    events:\n      - task_done\n      - task_create\n"
    found = check(tmp_path, plan, events=[event("task_created"), event("task_created"), event("task_done")])
    assert of(found, "never occurred") == [
        (
            "error",
            "plan/plan.yml:5",
            "features.tasks.events[2] names the event 'task_create', which never occurred.",
            "Did you mean 'task_created' (2 times)?",
        )
    ]


def test_a_title_of_an_event_that_never_occurred_is_told(tmp_path: Path) -> None:
    plan = "features: {tasks: {events: [task_created]}}\nevents:\n  task_created: Task created\n  task_don: Task done\n"
    found = check(tmp_path, plan, events=[event("task_created"), event("task_done")])
    assert of(found, "gives a title") == [
        (
            "warning",
            "plan/plan.yml:4",
            "events gives a title to 'task_don', which never occurred.",
            "Did you mean 'task_done' (once)?",
        )
    ]


@pytest.mark.parametrize(
    ("written", "proposed"), [("Task Created", "task_created"), ("TASK-CREATED", "task_created"), ("$task", "")]
)
def test_a_name_is_proposed_though_case_and_separators_differ(tmp_path: Path, written: str, proposed: str) -> None:
    found = check(tmp_path, f"active: ['{written}']", events=[event("task_created"), event("login")])
    ((_, _, _, do),) = of(found, "never occurred")
    assert do == (
        f"Did you mean '{proposed}' (once)?" if proposed else "Correct the name, or import the events it stands for."
    )


def test_every_place_of_the_plan_that_names_an_event_is_looked_at(tmp_path: Path) -> None:
    plan = """
start: {user: [{event: e1}]}
active: [e2]
features:
  f: {events: [e3]}
onboarding:
  steps:
    - {name: s, event: e4}
activation:
  user:
    all:
      - {event: [known, e5]}
      - any: [{event: e6, at_least: 2}]
value_moments:
  v: {event: e7}
milestones:
  m: {event: e8}
"""
    found = check(tmp_path, plan, events=[event("known")])
    assert [(where.rpartition(":")[2], what.split("'")[1]) for _, where, what, _ in of(found, "never occurred")] == [
        ("2", "e1"), ("3", "e2"), ("5", "e3"), ("8", "e4"), ("12", "e5"), ("13", "e6"), ("15", "e7"), ("17", "e8"),
    ]  # fmt: skip


def test_a_bare_word_that_is_no_event_but_a_feature_is_no_error(tmp_path: Path) -> None:
    plan = "active: [tasks]\nfeatures:\n  tasks: {events: [task_created]}\n"
    assert problems(check(tmp_path, plan, events=[event("task_created")])) == []


def test_an_unknown_event_of_a_feature_is_told_once_and_not_wherever_the_feature_is_named(tmp_path: Path) -> None:
    plan = "active: [{feature: tasks}]\nfeatures:\n  tasks: {events: [taks]}\nmilestones:\n  m: {feature: tasks}\n"
    assert len(of(check(tmp_path, plan, events=[event("tasks")]), "never occurred")) == 1


def test_a_feature_in_a_list_of_events_is_an_error_that_says_how_to_write_it(tmp_path: Path) -> None:
    plan = "active:\n  - {event: [task_created, boards]}\nfeatures:\n  boards: {events: [task_created]}\n"
    ((level, where, _, do),) = of(check(tmp_path, plan, events=[event("task_created")]), "never occurred")
    assert (level, where, do) == (
        "error",
        "plan/plan.yml:2",
        "To mean the feature of that name, write {feature: boards} by itself.",
    )


def test_names_that_differ_in_spelling_only_are_told_together_with_those_the_plan_misses(tmp_path: Path) -> None:
    rows = [
        event("task_created"),
        event("Task Created"),
        event("Task Created"),
        event("taskCreated"),
        event("task_done"),
    ]
    found = check(tmp_path, "features:\n  tasks: {events: [task_created]}\n", events=rows)
    assert of(found, "spelling") == [
        (
            "warning",
            "",
            (
                "Events that differ in spelling only: 'Task Created' (2), 'taskCreated' (1), 'task_created' (1)."
                " The plan does not name 'Task Created' (2), 'taskCreated' (1)."
            ),
            "Send one name; until then list every spelling where the plan names one: {event: [name, name]}.",
        )
    ]


def test_names_of_punctuation_alone_are_not_taken_for_one(tmp_path: Path) -> None:
    assert of(check(tmp_path, "", events=[event("!"), event("?"), event("😀")]), "spelling") == []


def test_events_that_no_definition_names_are_noted_by_volume_without_vanity(tmp_path: Path) -> None:
    rows = [event("used"), event("page_viewed"), *[event("often")] * 3, event("seldom")]
    found = check(tmp_path, "features:\n  f: {events: [used]}\n", events=rows)
    assert of(found, "no definition")[0][:3] == (
        "note",
        "",
        "Events that no definition of the plan names: 'often' (3), 'seldom' (1).",
    )


def test_a_long_list_of_unnamed_events_is_cut_and_counted(tmp_path: Path) -> None:
    found = check(tmp_path, "", events=[event(f"e{number:02}") for number in range(15)])
    (note,) = of(found, "describes no features")
    assert "'e09' (1) and 5 more." in note[2]
    assert "'e10'" not in note[2]


HOSTILE = [
    "'; DROP TABLE event; --",
    '"',
    "a\nb",
    "%s {x} $name",
    "\x1b[2J",
    "😀" * 90,
    "<script>",
    "task\u202ecreated",
]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_names_are_counted_and_shown_on_one_line(tmp_path: Path, name: str) -> None:
    found = check(tmp_path, "features:\n  f: {events: [used]}\n", events=[event("used"), event(name, size=1)])
    ((_, _, what, _),) = of(found, "no definition")
    assert "(1)" in what
    assert "\n" not in what
    assert "\x1b" not in what


def test_vanity_definitions_are_warned_of_with_line_and_reason(tmp_path: Path) -> None:
    found = check(tmp_path, "active:\n  - signed_in\n", events=[event("signed_in")])
    ((level, where, what, do),) = of(found, "a sign-in or sign-out")
    assert (level, where) == ("warning", "plan/plan.yml:2")
    assert "Signing in is done before any work and often by habit" in what
    assert do.startswith("Define active by events")


def test_without_events_names_cannot_be_judged_and_only_the_plan_is_looked_at(tmp_path: Path) -> None:
    plan = "active: [login]\nfeatures:\n  tasks: {events: [task_created], eligible: {account.plan: Pro}}\n"
    found = check(tmp_path, plan)
    assert problems(found)[0] == "There are no events, so the plan cannot be held against them."
    assert len(problems(found)) == 2  # and the vanity guard
    assert all(finding.level != "error" for finding in found)


def test_every_event_name_that_can_be_imported_can_be_named(tmp_path: Path) -> None:
    longest = "x" * LONGEST_ID
    plan = f"features:\n  f: {{events: [{longest}]}}\n"
    assert problems(check(tmp_path / "fits", plan, events=[event(longest)])) == []
    found = check(tmp_path / "too long", plan, events=[event(longest), event(longest + "x")])
    assert problems(found) == ["1 row of events in quarantine: event_name has ... characters; allowed 1000."]
    with pytest.raises(PlanError, match=r"has 1,001 characters\. Allowed: text of 1 to 1,000 characters"):
        parse({"plan.yml": plan.replace(longest, longest + "x")})


def test_any_event_is_no_name_that_nobody_sends(tmp_path: Path) -> None:
    found = check(tmp_path, "features: {all: {events: [any_event]}}", events=[event("board_viewed")])
    assert not [one for one in found if "never occurred" in one.what]
