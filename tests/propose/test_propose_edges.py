"""Proposals from little or odd data: nothing is made up, and what could not be told is said."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import pytest
from propose_world import Rows, event, propose

from uptake.plan import Plan, parse, starter_from


def test_without_events_nothing_is_proposed_and_the_note_says_why(tmp_path: Path) -> None:
    proposed = propose(tmp_path, "product: {name: Planboard, timezone: Europe/Berlin, usage_interval_days: 30}")
    assert (proposed.product_name, proposed.timezone) == ("Planboard", "Europe/Berlin")
    assert (proposed.events, proposed.features, proposed.active, proposed.activation_candidates) == ((), (), (), ())
    assert (proposed.usage_interval_days, proposed.usage_interval_n) == (30, 0)
    assert proposed.notes == ("There are no events yet.",)
    assert "## Note: There are no events yet.\n" in starter_from(proposed)["features.yml"]


def test_one_user_gives_names_and_an_interval_and_no_hypothesis(tmp_path: Path) -> None:
    proposed = propose(tmp_path, events=[event("task_created", "u1", day) for day in (0, 2, 4, 70)])
    assert proposed.active == ("task_created",)
    assert [feature.name for feature in proposed.features] == ["tasks"]
    assert (proposed.usage_interval_days, proposed.usage_interval_n) == (2, 1)
    assert proposed.activation_candidates == ()
    assert proposed.notes == (
        "The event task_created makes up 100 % of the rows that stand for work, so names tell little.",
    )
    assert proposed.activation_note == (
        "No early action could be tested: that needs at least 40 users who stayed for a while with 56 days behind them;"
        " there is 1."
    )
    onboarding = starter_from(proposed)["onboarding.yml"]
    # beside activation, and before what follows it
    assert onboarding.index("## Activation:") < onboarding.index("## Note: No early") < onboarding.index("## Value:")


def test_users_enough_of_whom_all_came_back_are_told_as_that(tmp_path: Path) -> None:
    rows = [event("task_created", f"u{user}", day) for user in range(60) for day in (0, 28, 56)]
    assert propose(tmp_path, events=rows).activation_note == (
        "No early action could be tested: there are 60 users with 56 days behind them, but of every action nearly all or"
        " hardly any did it, or nearly all or hardly any came back."
    )


def test_data_from_is_proposed_where_many_started_before_the_events(tmp_path: Path) -> None:
    old = [{"user_id": f"u{number}", "created_at": "2025-06-01"} for number in range(2)]
    proposed = propose(tmp_path, users=old, events=[event("task_created", f"u{number}", number) for number in range(9)])
    text = starter_from(proposed)["product.yml"]
    assert "  ## 2 of 9 users started before the first day with events.\n" in text
    assert parse({"product.yml": text}).product.data_from == date(2026, 1, 5)


def test_data_from_of_the_plan_is_kept_and_never_made_up(tmp_path: Path) -> None:
    rows = [event("task_created", f"u{number}", number) for number in range(9)]
    kept = propose(tmp_path / "kept", "product: {data_from: 2026-01-07}", events=rows)
    assert (kept.data_from, kept.data_from_note) == (date(2026, 1, 7), "")
    none = propose(tmp_path / "none", events=rows)
    assert (none.data_from, none.data_from_note) == (None, "")
    assert parse(starter_from(none)).product.data_from is None


def test_vanity_alone_gives_a_list_of_events_and_nothing_else(tmp_path: Path) -> None:
    rows = [
        event(name, f"u{user}", day) for name in ("login", "page_viewed") for user in range(5) for day in (0, 30, 60)
    ]
    proposed = propose(tmp_path, events=rows)
    assert [found.name for found in proposed.events] == ["login", "page_viewed"]
    assert (proposed.features, proposed.active, proposed.activation_candidates) == ((), (), ())
    assert (proposed.usage_interval_days, proposed.usage_interval_n) == (7, 0)
    assert parse(starter_from(proposed)).facts_version == Plan().facts_version


def test_events_that_nobody_did_are_listed_and_not_proposed(tmp_path: Path) -> None:
    proposed = propose(tmp_path, events=[event("invoice_paid", None, 0), event("task_created", "u1", 0)])
    assert [(found.name, found.users) for found in proposed.events] == [("task_created", 1), ("invoice_paid", 0)]
    assert proposed.active == ("task_created",)
    assert len(proposed.features) == 1


def test_hypotheses_need_users_with_enough_days_behind_them(tmp_path: Path) -> None:
    rows = [event(name, f"u{user}", user / 10) for user in range(100) for name in ("task_created", "report_built")]
    proposed = propose(tmp_path, events=[*rows, event("task_created", "u1", 57)])
    # Those who began on the first day have 56 days behind them by the end of the last one.
    assert proposed.activation_candidates == ()
    assert proposed.activation_note.startswith("No early action could be tested:")
    assert proposed.notes == ()


def test_when_nothing_goes_with_coming_back_the_note_says_how_much_was_tested(tmp_path: Path) -> None:
    rows: Rows = []
    for number in range(400):
        rows.append(event("task_created", f"u{number}", 0))
        if number % 2:
            rows.append(event("report_built", f"u{number}", 1))
        if number % 4 < 2:
            rows.append(event("task_created", f"u{number}", 31))
    proposed = propose(tmp_path, events=[*rows, event("task_created", "u0", 70)])
    assert proposed.candidates_tested > 0
    assert proposed.activation_candidates == ()
    tested = proposed.candidates_tested
    assert proposed.activation_note == (
        f"None of {tested} early actions tested goes together with coming back beyond chance."
    )


def test_vanity_is_never_a_hypothesis_however_strong(tmp_path: Path) -> None:
    rows: Rows = []
    for number in range(400):
        rows.append(event("task_created", f"u{number}", 0))
        if number % 2:
            rows += [event("signin", f"u{number}", 1), event("task_created", f"u{number}", 31)]
    proposed = propose(tmp_path, events=[*rows, event("task_created", "u0", 70)])
    assert "signin" not in {candidate.event for candidate in proposed.activation_candidates}


def test_a_perfect_association_has_a_finite_interval_and_loads(tmp_path: Path) -> None:
    rows: Rows = []
    for number in range(400):
        rows.append(event("task_created", f"u{number}", 0))
        if number % 2:
            rows += [event("report_built", f"u{number}", 1), event("task_created", f"u{number}", 31)]
    (candidate,) = propose(tmp_path, events=[*rows, event("task_created", "u0", 70)]).activation_candidates
    assert (candidate.event, candidate.at_least, candidate.within_days) == ("report_built", 1, 3)
    assert (candidate.retention_reached, candidate.retention_not, candidate.phi) == (1, 0, 1)
    assert 0.9 < candidate.ci_lower < candidate.ci_upper <= 1
    assert math.isfinite(candidate.pvalue)


# One event for everything


def clicks(**properties: object) -> Rows:
    return [
        event("click", f"u{number % 7}", number / 10, **{name: value(number) for name, value in properties.items()})  # type: ignore[operator]  # each is a function of the row
        for number in range(60)
    ]


def test_a_property_that_could_tell_features_apart_is_named_and_not_used(tmp_path: Path) -> None:
    rows = clicks(
        area=lambda number: ("forum", "quiz", "forum")[number % 3],
        page_id=lambda number: f"page-{number}",  # 60 values: too many
        size=lambda number: number % 3,  # numbers
        kind=lambda number: f"always{0 * number}",  # one value
        rare=lambda number: ("x", "y")[number % 2] if number < 12 else None,  # in a fifth of the rows
    )
    proposed = propose(tmp_path, events=[*rows, event("signin", "u1", 0)])
    assert proposed.notes[0] == (
        "The event click makes up 100 % of the rows that stand for work, so names tell little."
        " It could be told apart by a property: area (2 values such as forum)."
        " Write {event: click, where: {area: forum}} as an event of a feature."
    )
    assert [feature.events for feature in proposed.features] == [("click",)]
    assert parse(starter_from(proposed)).features["click"].events[0].where == ()


@pytest.mark.parametrize(("others", "told"), [(15, True), (16, False)])
def test_one_event_of_four_fifths_of_the_rows_is_nearly_everything(tmp_path: Path, others: int, told: bool) -> None:
    rows = [*clicks(), *[event("task_created", "u1", number) for number in range(others)]]
    assert any("names tell little" in note for note in propose(tmp_path, events=rows).notes) == told


def test_hostile_values_stand_in_a_note_on_one_line(tmp_path: Path) -> None:
    value = 'a"b\n# active: [x]'
    rows = clicks(area=lambda number: (value, "b")[number % 3 // 2])
    proposed = propose(tmp_path, events=rows)
    assert "\n" not in proposed.notes[0]
    assert parse(starter_from(proposed)).active[0].events == ("click",)
