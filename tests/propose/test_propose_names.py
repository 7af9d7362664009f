"""Features and active events read out of event names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from propose_world import Rows, event, propose

from uptake.plan import NAME, EventUse, ProposedFeature, parse, starter_from
from uptake.propose.features import group, titled
from uptake.propose.observed import Observed, active
from uptake.propose.words import is_noise, parts, plural, singular, words


def observed(*names: str) -> list[Observed]:
    return [Observed(key, EventUse(name, users=10, days=5, total=50), returning=10) for key, name in enumerate(names)]


def grouped(*names: str) -> list[tuple[str, ...]]:
    return [tuple(found.use.name for found in events) for events in group(observed(*names))]


@pytest.mark.parametrize(
    ("name", "thing", "verb"),
    [
        ("task_created", "task", "created"),
        ("Task Created", "task", "created"),
        ("taskCreated", "task", "created"),
        ("TASK_CREATED", "task", "created"),
        ("task.create", "task", "create"),
        ("tasks:delete", "tasks", "delete"),
        ("Created Task", "task", "created"),
        ("Report - PDF Exported", "report pdf", "exported"),
        ("HTTPRequestSent", "http request", "sent"),
        ("view_dashboard", "dashboard", "view"),
        ("export_report", "report", "export"),
        ("import_started", "import", "started"),
        ("data_import", "data import", ""),
        ("feed_viewed", "feed", "viewed"),
        ("search", "search", ""),
        ("created", "created", ""),
        ("v2_board_viewed", "v2 board", "viewed"),
        ("zadanie_utworzone", "zadanie utworzone", ""),
        ("任务", "任务", ""),
        ("!!!", "", ""),
    ],
)
def test_a_name_is_what_was_done_and_to_what(name: str, thing: str, verb: str) -> None:
    assert parts(name) == (tuple(thing.split()), verb)


def test_events_about_the_same_thing_are_grouped_however_they_are_spelt() -> None:
    assert grouped("task_created", "Report Exported", "Completed Tasks", "taskMoved", "report_built", "search") == [
        ("task_created", "Completed Tasks", "taskMoved"),
        ("Report Exported", "report_built"),
        ("search",),
    ]


def test_a_first_word_that_all_share_is_left_out() -> None:
    events = group(observed("planboard_task_created", "planboard_report_viewed", "planboard_task_done"))
    assert [tuple(found.use.name for found in group) for group in events] == [
        ("planboard_task_created", "planboard_task_done"),
        ("planboard_report_viewed",),
    ]


def test_a_product_about_one_thing_keeps_it() -> None:
    assert grouped("task_created", "task_deleted") == [("task_created", "task_deleted")]
    assert grouped("task_created", "task_list_viewed") == [("task_created",), ("task_list_viewed",)]


def test_names_without_letters_stand_for_themselves() -> None:
    assert grouped("!!!", "???", "!!! ") == [("!!!",), ("???",), ("!!! ",)]


@pytest.mark.parametrize(
    ("names", "title"),
    [
        (("task_created", "task_viewed"), "Tasks"),
        (("timeline_opened",), "Timeline"),
        (("company_added",), "Companies"),
        (("companies_viewed",), "Company"),
        (("apiKeyCreated",), "Api keys"),
        (("search",), "Search"),
        (("!!!",), "!!!"),
    ],
)
def test_a_feature_is_called_in_the_plural_where_things_are_made(names: tuple[str, ...], title: str) -> None:
    assert titled(observed(*names)) == title


NOISE = [
    "login",
    "Page Viewed",
    "$autocapture",
    "[Amplitude] Start Session",
    "import_failed",
    "Help Opened",
    "tour_dismissed",
]
WORK = ["task_created", "test_run", "error", "import_completed", "mobile_opened"]


def test_what_failed_or_was_only_shown_is_noise() -> None:
    assert [is_noise(name) for name in [*NOISE, *WORK]] == [True] * len(NOISE) + [False, False, True, False, False]


@settings(deadline=None)  # a busy machine may be slow; no test asserts a time
@given(st.text(max_size=40))
def test_any_name_can_be_taken_apart(name: str) -> None:
    thing, verb = parts(name)
    assert sorted([*thing, verb] if verb else thing) == sorted(words(name))


@pytest.mark.parametrize(
    "word", ["task", "company", "survey", "box", "batch", "invoice", "file", "class", "api", "key", "news"]
)
def test_a_plural_has_its_singular(word: str) -> None:
    assert singular(plural(word)) == word
    assert singular(word) == word


# Active events


def use(name: str, users: int, returning: int) -> Observed:
    return Observed(0, EventUse(name, users, days=9, total=users * 2), returning)


def names_of(events: tuple[Observed, ...]) -> list[str]:
    return [found.use.name for found in events]


def test_active_is_what_recurs_for_one_in_five_of_its_users() -> None:
    events = [use("work", 100, 100), use("sometimes", 100, 20), use("once", 100, 19), use("signin", 100, 100)]
    assert names_of(active(events)) == ["work", "sometimes"]


def test_active_leaves_out_what_hardly_anybody_does_and_what_nobody_does() -> None:
    events = [use("work", 1_000, 900), use("seldom", 10, 9), use("rare", 9, 9), use("billing_run", 0, 0)]
    assert names_of(active(events)) == ["work", "seldom"]


def test_active_is_all_work_where_nothing_recurs_yet() -> None:
    assert names_of(active([use("work", 3, 0), use("login", 3, 3), use("import_failed", 3, 0)])) == ["work"]


def test_active_is_nothing_where_all_is_vanity() -> None:
    assert active([use("login", 3, 3), use("page_viewed", 3, 3)]) == ()


# The whole, from rows


def days(name: str, users: int, of_days: int = 2) -> Rows:
    return [event(name, f"u{user}", day) for user in range(users) for day in range(of_days)]


def test_features_are_core_where_half_as_many_use_them_as_the_most_used(tmp_path: Path) -> None:
    rows = [
        *days("task_created", 6),
        *days("task_completed", 8),  # the same thing: 8 users in all, not 14
        *days("report_exported", 4),
        *days("goal_set", 3),
        *days("profile_completed", 8, of_days=1),  # once in a life: no activity, so no feature
        *days("import_failed", 8),
        *days("signin", 8),
    ]
    proposed = propose(tmp_path, events=rows)
    assert proposed.features == (
        ProposedFeature("tasks", "Tasks", ("task_completed", "task_created"), "core"),
        ProposedFeature("report", "Report", ("report_exported",), "core"),
        ProposedFeature("goals", "Goals", ("goal_set",), "advanced"),
    )
    assert proposed.active == ("task_completed", "task_created", "report_exported", "goal_set")
    assert proposed.events[0] == EventUse("import_failed", users=8, days=2, total=16)
    assert [found.name for found in proposed.events] == [
        "import_failed", "signin", "task_completed", "profile_completed", "task_created", "report_exported", "goal_set",
    ]  # fmt: skip


def test_an_event_that_only_sometimes_recurs_rides_along_with_its_feature(tmp_path: Path) -> None:
    rows = [*days("invitation_sent", 5), *days("invitation_accepted", 5, of_days=1)]
    proposed = propose(tmp_path, events=rows)
    assert proposed.features[0].events == ("invitation_sent", "invitation_accepted")
    assert proposed.active == ("invitation_sent",)


HOSTILE = [
    "задача создана",
    "任务 created",
    "'; DROP TABLE event; --",
    "a\nb: [",
    "2fa_enabled",
    "null",
    "Tasks!",
    "tasks",
]


def test_features_of_hostile_names_have_names_of_their_own_that_a_plan_allows(tmp_path: Path) -> None:
    proposed = propose(tmp_path, events=[row for name in HOSTILE for row in days(name, 3)])
    names = [feature.name for feature in proposed.features]
    assert len(set(names)) == len(names)
    assert all(NAME.fullmatch(name) for name in names)
    assert {name for feature in proposed.features for name in feature.events} == set(HOSTILE)
    plan = parse(starter_from(proposed))
    assert {name for chosen in plan.active for name in chosen.events} == set(HOSTILE)


@pytest.mark.parametrize(
    "name", ["task " * 199 + "made", "!" * 1_000, "ß" * 1_000, "😀" * 1_000], ids=["words", "signs", "word", "pictures"]
)
def test_a_plan_can_be_proposed_from_the_longest_of_names(tmp_path: Path, name: str) -> None:
    rows = [event(name, f"u{user}", day) for user in range(3) for day in (0, 1, 2)]
    plan = parse(starter_from(propose(tmp_path, events=rows)))
    (feature,) = plan.features.values()
    assert feature.events[0].events == (name,)
    assert len(feature.title) <= 200
