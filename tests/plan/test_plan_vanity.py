"""The vanity guard warns of definitions that signing in or looking at a page alone can meet."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uptake.plan import Plan, is_vanity, parse, vanity_kind, vanity_warnings

# No test asserts a time; the first call of a library may be slow on a busy machine.
untimed = settings(deadline=None)

VANITY_NAMES = {
    "a page or screen view": [
        "$pageview", "pageview", "page_view", "Page Viewed", "page viewed", "page", "PageView", "Viewed Page",
        "Loaded a Page", "$pageleave", "$screen", "screen_view", "Screen Viewed", "[Amplitude] Page Viewed",
        "$mp_web_page_view", "web.page-view", "\uff30\uff21\uff27\uff25 \uff36\uff29\uff25\uff37",
    ],
    "a sign-up": ["signup", "sign_up", "Signed Up", "signed-up", "User Signed Up", "registered", "Account Created"],
    "a sign-in or sign-out": [
        "login", "log_in", "Logged In", "signed_in", "SignIn", "user_login", "user.logged_in", "$identify", "logout",
        "Signed Out",
    ],
    "a session start or end": ["session_start", "Session Start", "[Amplitude] Start Session", "session", "$ae_session"],
    "an app start or close": ["app_opened", "App Open", "$app_open", "Application Opened", "application_backgrounded"],
}  # fmt: skip
VALUE_NAMES = [
    "task_created", "report_exported", "page_published", "Landing Page Created", "screen_shared", "session_booked",
    "login_page_designed", "sign_document", "invitation_sent", "visit_scheduled", "app_installed_for_customer",
    "home page", "viewed_dashboard", "", "$", "日本語", "user", "📄",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in VANITY_NAMES.items() for name in names])
def test_spelling_does_not_hide_a_vanity_event(kind: str, name: str) -> None:
    assert vanity_kind(name) == kind
    assert is_vanity(name)


@pytest.mark.parametrize("name", VALUE_NAMES)
def test_work_done_in_the_product_is_no_vanity(name: str) -> None:
    assert vanity_kind(name) is None
    assert not is_vanity(name)


@untimed
@given(st.text().filter(lambda text: not any(character.isalnum() for character in normalize("NFKC", text))))
def test_what_stands_between_the_words_does_not_matter(between: str) -> None:
    assert is_vanity(f"{between}Page{between}viewed{between}")


def test_a_sign_that_is_another_way_to_write_a_letter_is_one() -> None:
    """The radical stands for the character of one stroke, so the words are others."""
    assert not is_vanity("\N{KANGXI RADICAL ONE}Page\N{KANGXI RADICAL ONE}viewed")


@untimed
@given(st.text())
def test_every_text_is_judged(name: str) -> None:
    assert is_vanity(name) is (vanity_kind(name) is not None)


def warned(text: str) -> list[str]:
    return [str(warning) for warning in vanity_warnings(parse({"plan/a.yml": text}))]


def test_a_warning_says_where_what_why_and_what_to_do() -> None:
    (warning,) = warned("features: {a: {events: [x]}}\nactive:\n  - task_created\n  - Logged In\n")
    assert warning == (
        "plan/a.yml:4: active[2]: 'Logged In' (a sign-in or sign-out) alone makes a user active. Signing in is done "
        "before any work and often by habit, so the number would be high and say little about adoption. Define active "
        "by events that stand for work done in the product."
    )


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("active: [login]", ("active", 0)),
        ("active: [{event: [task_created, login]}]", ("active", 0)),
        ("active: [{event: login, where: {method: sso}}]", ("active", 0)),
        ("features: {a: {events: [x, page_view]}}", ("features", "a", "events", 1)),
        ("activation: {user: {event: signed_up}}", ("activation", "user")),
        ("activation: {user: {event: login, at_least: 5}}", ("activation", "user")),
        ("activation: {user: {all: [signed_up, login]}}", ("activation", "user")),
        ("activation: {user: {any: [task_created, login]}}", ("activation", "user")),
        ("activation: {user: {any: [x, {all: [login, page]}]}}", ("activation", "user")),
        ("value_moments: {a: {event: x}, b: {event: $pageview}}", ("value_moments", "b")),
    ],
)
def test_a_definition_that_vanity_alone_can_meet_is_warned_of(text: str, location: tuple[str | int, ...]) -> None:
    assert [warning.location for warning in vanity_warnings(parse({"a.yml": text}))] == [location]


@pytest.mark.parametrize(
    "text",
    [
        "active: []",
        "active: [task_created]",
        "active: [{event: page_view, where: {path: /reports}}]",
        "features: {a: {events: [{event: [page_view], where: {path: /reports}}]}}",
        "activation: {user: {all: [login, task_created]}}",
        "activation: {user: {all: [login, {any: [task_created, x]}]}}",
        "value_moments: {a: {event: x}}",
        "start: {user: [{event: signup}]}",
        "onboarding: {steps: [{name: first, event: login}]}",
    ],
)
def test_definitions_that_need_work_are_not_warned_of(text: str) -> None:
    assert warned(text) == []


def test_a_feature_is_looked_through_even_where_only_its_name_stands() -> None:
    features = "features: {home: {events: [task_created, page_view]}}\n"
    plan = parse({"a.yml": features + "active: [{feature: home}]\nactivation: {user: {event: home}}\n"})
    assert [warning.location[0] for warning in vanity_warnings(plan)] == ["active", "features", "activation"]


def test_a_feature_called_like_its_own_event_is_looked_through_once() -> None:
    assert len(warned("features: {login: {events: [login]}}\nactive: [login]")) == 2
    assert warned("features: {login: {events: [task_created]}}\nactive: [{feature: login}]") == []


def test_the_default_plan_is_not_warned_of() -> None:
    assert vanity_warnings(Plan()) == ()


def test_a_plan_made_in_code_has_warnings_without_a_place() -> None:
    plan = Plan.model_validate({"active": ("login",)})
    (warning,) = vanity_warnings(plan)
    assert warning.place == ""
    assert str(warning).startswith("active[1]: 'login'")


def test_milestones_and_ends_of_tasks_are_guarded_too() -> None:
    plan = parse({
        "plan/x.yml": """
milestones:
  seen: {any: [{event: exported}, {event: page_view}]}
  worked: {all: [{event: exported}, {event: page_view}]}
tasks:
  report: {start: report_opened, complete: page_view}
  export: {start: page_view, complete: exported}
"""
    })  # fmt: skip
    assert [(warning.place, warning.location) for warning in vanity_warnings(plan)] == [
        ("plan/x.yml:3", ("milestones", "seen")),
        ("plan/x.yml:6", ("tasks", "report", "complete")),
    ]
