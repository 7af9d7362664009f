"""A folder of files becomes one plan, whatever the files are called and however they were saved."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

import pytest

from uptake.errors import PlanError
from uptake.plan import (
    AccountActivation,
    Activation,
    Adopted,
    All,
    Any,
    Condition,
    Criterion,
    Feature,
    Members,
    Onboarding,
    Place,
    Plan,
    Product,
    Reference,
    Selector,
    Start,
    StartPoint,
    Step,
    UserActivation,
    ValueMoment,
    criteria,
    load,
    parse,
    selector,
)

PLANBOARD = Path(__file__).with_name("planboard.yml").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plan").mkdir()
    return tmp_path / "plan"


def test_every_section_arrives_as_it_was_written() -> None:
    plan = parse({"plan/planboard.yml": PLANBOARD})
    boards = (
        Selector(events=("board_created",)),
        Selector(events=("board_viewed",), where=(Condition(property="view", test="is", values=("kanban",)),)),
    )
    assert plan.product == Product(
        name="Planboard",
        timezone="Europe/Berlin",
        week_start="sunday",
        session_gap_minutes=20,
        usage_interval_days=14,
        currency="EUR",
    )
    assert plan.start.user == (
        StartPoint(kind="attribute", attribute="invited_at"),
        StartPoint(kind="created_at"),
    )
    assert plan.start.account == (
        StartPoint(
            kind="event",
            selector=Selector(
                events=("contract_signed",), where=(Condition(property="seats", test="gt", values=(0,)),)
            ),
        ),
        StartPoint(kind="first_event"),
    )
    assert plan.active == (Selector(feature="boards"), Selector(events=("task_created",)))
    assert plan.features["boards"] == Feature(
        name="boards",
        title="The boards",
        events=boards,
        tag="advanced",
        module="planning",
        eligible=(Condition(property="account.plan", test="is", values=("Pro", "Enterprise")),),
        launched_on=date(2025, 6, 1),
        cadence_days=3,
        quantity="clicks",
        adopted=Adopted(days=3, within_days=6),
    )
    assert plan.activation is not None
    assert plan.activation.user.within_days == 7
    assert plan.activation.user.criteria == All(
        of=(
            Criterion(selector=Selector(events=("task_created",)), at_least=3),
            Any(
                of=(
                    Criterion(selector=Selector(events=("invitation_sent",))),
                    Criterion(selector=Selector(feature="boards")),
                )
            ),
        )
    )
    assert plan.activation.account == AccountActivation(within_days=14, quorum=Members(members=2))
    assert plan.onboarding is not None
    assert plan.onboarding.within_days == 7
    assert [(step.name, step.title, step.required) for step in plan.onboarding.steps] == [
        ("create_project", "Create project", True),
        ("invite", "Ask a colleague in", False),
    ]
    assert plan.value_moments["project_shipped"].title == "Shipped"
    assert plan.milestones["first_report"].criteria == Criterion(selector=Selector(events=("report_exported",)))
    assert plan.references == {
        "activation_rate": Reference(name="activation_rate", low=0.6, high=0.8, source="a study"),
        "weekly_habit": Reference(
            name="weekly_habit",
            metric="stickiness",
            params={"short_days": 7, "long_days": 30},
            low=0.4,
            source="another",
        ),
    }
    assert plan.references["activation_rate"].metric == "activation_rate"
    assert plan.references["activation_rate"].params == {}


def test_a_feature_takes_what_it_does_not_say_from_the_product() -> None:
    feature = parse({"plan/planboard.yml": PLANBOARD}).features["time_sheets"]
    assert feature == Feature(
        name="time_sheets",
        title="Time sheets",
        events=(Selector(events=("time_logged",)),),
        tag="core",
        cadence_days=14,
        adopted=Adopted(days=2, within_days=28),
    )


def test_without_a_plan_there_are_defaults(tmp_path: Path, folder: Path) -> None:
    default = Plan()
    assert default.product.timezone == "UTC"
    assert [point.kind for point in default.start.user] == ["created_at", "first_event"]
    assert [point.kind for point in default.start.account] == ["signed_on", "created_at", "first_event"]
    assert default.active == ()
    assert default.features == {}
    assert default.onboarding is None
    assert default.activation is None
    assert load(tmp_path / "nowhere") == load(folder) == default


def test_files_of_nothing_but_comments_and_empty_keys_change_nothing(folder: Path) -> None:
    (folder / "a.yml").write_text("# active:\n#   - task_created\n")
    (folder / "b.yml").write_text("active:\n#  - task_created\nfeatures:\n")
    (folder / "c.yaml").write_text("")
    (folder / "d.yml").write_text("features:\n  boards: {events: [a]}\n")
    plan = load(folder)
    assert list(plan.features) == ["boards"]
    assert plan.place(("features", "boards")) == "plan/d.yml:2"
    assert plan.place(("features",)) == "plan/d.yml:1"


def test_hidden_files_folders_and_other_files_are_not_read(folder: Path) -> None:
    (folder / ".#features.yml").symlink_to("gone")
    (folder / "._features.yml").write_bytes(b"\x00\x05\x16\x07")
    (folder / "old.yml").mkdir()
    (folder / "notes.txt").write_text("]")
    (folder / "features.yml.orig").write_text("]")
    assert load(folder) == Plan()


def test_windows_line_ends_and_a_byte_order_mark_are_read(folder: Path) -> None:
    (folder / "a.yml").write_bytes("\ufeffproduct:\r\n  name: Plänbörd\r\nactive: [1]\r\n".encode())
    with pytest.raises(PlanError, match=r"\Aplan/a\.yml:3: active\[1\] is 1"):
        load(folder)
    (folder / "a.yml").write_bytes("\ufeffproduct:\r\n  name: Plänbörd\r\n".encode())
    assert load(folder).product.name == "Plänbörd"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_that_is_not_utf_8_is_told_with_its_line(folder: Path, encoding: str) -> None:
    (folder / "a.yml").write_bytes("# one\nproduct: {name: Plänbörd}\n".encode(encoding))
    line, byte = {"latin-1": (2, "e4"), "utf-16": (1, "ff")}[encoding]
    with pytest.raises(PlanError) as raised:
        load(folder)
    assert str(raised.value) == f"plan/a.yml:{line}: byte 0x{byte} is not UTF-8. Save the file as UTF-8."


def test_a_file_of_more_than_1_mb_is_refused(folder: Path) -> None:
    (folder / "a.yml").write_text("#" * 1_000_001)
    with pytest.raises(PlanError) as raised:
        load(folder)
    assert str(raised.value) == "plan/a.yml has 1,000,001 bytes. Allowed: at most 1,000,000. Split the file."
    (folder / "a.yml").write_text("#" * 1_000_000)
    assert load(folder) == Plan()


def test_a_link_that_leads_nowhere_is_told(folder: Path) -> None:
    (folder / "a.yml").symlink_to("gone")
    with pytest.raises(PlanError, match=re.escape("plan/a.yml is not a regular file.")):
        load(folder)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("product: {}")
    with pytest.raises(PlanError, match=r"The plan's folder .*plan cannot be read: Not a directory\."):
        load(tmp_path / "plan")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_told(folder: Path) -> None:
    (folder / "a.yml").touch(mode=0)
    with pytest.raises(PlanError, match=r"\Aplan/a\.yml cannot be read: Permission denied\.\Z"):
        load(folder)
    folder.chmod(0)
    with pytest.raises(PlanError, match=r"\AThe plan's folder .* cannot be read: Permission denied\.\Z"):
        load(folder)
    folder.chmod(0o700)


def test_a_plan_made_in_code_says_the_same_as_one_of_a_file() -> None:
    text = """\
product: {usage_interval_days: 30}
start: {user: [{event: signup}]}
active: [task_created]
features: {boards: {events: [board_created]}}
onboarding: {steps: [{name: invite, event: invitation_sent}]}
activation: {user: {any: [task_created, {event: a, at_least: 2}]}}
value_moments: {shipped: {event: project_completed}}
references: {stickiness: {low: 0.4, source: a study}}
"""
    plan = Plan(
        product=Product(usage_interval_days=30),
        start=Start(user=(StartPoint(kind="event", selector=selector("signup")),)),
        active=(selector("task_created"),),
        features={"boards": Feature(name="boards", events=(selector("board_created"),))},
        onboarding=Onboarding(steps=(Step(name="invite", criteria=criteria("invitation_sent")),)),
        activation=Activation(
            user=UserActivation(criteria=criteria({"any": ["task_created", {"event": "a", "at_least": 2}]}))
        ),
        value_moments={"shipped": ValueMoment(name="shipped", criteria=criteria("project_completed"))},
        references={"stickiness": Reference(name="stickiness", low=0.4, source="a study")},
    )
    assert plan.features["boards"].cadence_days == 30
    assert plan.features["boards"].adopted == Adopted(days=2, within_days=60)
    assert plan.version == parse({"a.yml": text}).version


def test_every_selector_is_listed_with_its_line() -> None:
    plan = parse({"plan/planboard.yml": PLANBOARD})
    lines = PLANBOARD.splitlines()
    found = {location: (chosen, plan.place(location)) for location, chosen in plan.selectors()}
    assert len(found) == 13
    for location, word in [
        (("start", "account", 0), "contract_signed"),
        (("active", 1), "task_created"),
        (("features", "boards", "events", 1), "board_viewed"),
        (("onboarding", "steps", 1), "invitation_sent"),
        (("activation", "user", "all", 0), "task_created"),
        (("activation", "user", "all", 1, "any", 0), "invitation_sent"),
        (("milestones", "first_report"), "report_exported"),
    ]:
        chosen, place = found[location]
        assert chosen.events == (word,)
        assert word in lines[int(place.rpartition(":")[2]) - 1]


def test_a_place_is_that_of_the_nearest_thing_around() -> None:
    plan = parse({"plan/planboard.yml": PLANBOARD})
    eligible = 1 + PLANBOARD.splitlines().index("    eligible: {account.plan: [Pro, Enterprise]}")
    assert plan.place(("features", "boards", "eligible", "account.plan")) == f"plan/planboard.yml:{eligible}"
    assert plan.place(("features", "boards", "eligible", "gone", "gone")) == f"plan/planboard.yml:{eligible}"
    assert plan.place(("gone",)) == ""
    assert Plan().place(("active", 0)) == ""
    assert str(Place("plan/a.yml", 3)) == "plan/a.yml:3"


def test_a_plan_is_not_changed_after_it_was_read() -> None:
    from pydantic import ValidationError

    plan = parse({"plan/planboard.yml": PLANBOARD})
    with pytest.raises(ValidationError, match="frozen"):
        plan.active = ()  # type: ignore[misc] # the point of the test
    with pytest.raises(ValidationError, match="frozen"):
        plan.features["boards"].tag = "core"  # type: ignore[misc] # the point of the test
