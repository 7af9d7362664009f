"""The version follows what a plan says, the version of the facts what facts depend on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from uptake.plan import Plan, parse

PLANBOARD = Path(__file__).with_name("planboard.yml").read_text()


def version(text: str) -> str:
    return parse({"plan/a.yml": text}).version


def facts_version(text: str) -> str:
    return parse({"plan/a.yml": text}).facts_version


def test_versions_are_12_hex_digits_and_the_same_every_time() -> None:
    for plan in (Plan(), parse({"a.yml": PLANBOARD})):
        assert re.fullmatch(r"[0-9a-f]{12}", plan.version)
        assert re.fullmatch(r"[0-9a-f]{12}", plan.facts_version)
    assert version(PLANBOARD) == version(PLANBOARD)


def test_comments_blanks_and_quotes_do_not_change_the_version() -> None:
    text = "# A comment\n" + PLANBOARD.replace("[created_at", "[ created_at").replace("\n\n", "\n\n\n# more\n")
    text = text.replace("title: The boards", 'title: "The boards"  # called so').replace(": Shipped", ": 'Shipped'")
    assert text != PLANBOARD
    assert version(text) == version(PLANBOARD)
    assert facts_version(text) == facts_version(PLANBOARD)


def test_files_and_the_order_of_keys_do_not_change_the_version() -> None:
    sections = [part + "\n" for part in re.split(r"\n(?=[a-z])", PLANBOARD)]
    assert len(sections) == 9
    split = {f"plan/{9 - number}.yml": section for number, section in enumerate(sections)}
    assert parse(split).version == version(PLANBOARD)
    assert parse(split).facts_version == facts_version(PLANBOARD)
    assert version("".join(reversed(sections))) == version(PLANBOARD)


def test_defaults_written_out_do_not_change_the_version() -> None:
    short = "features: {boards: {events: [a]}}"
    long = """\
product: {timezone: UTC, usage_interval_days: 7, name: Your product}
active: []
features:
  boards: {title: Boards, events: [{event: [a]}], tag: core, cadence_days: 7, adopted: {days: 2, within_days: 14}}
"""
    assert version(long) == version(short)
    assert Plan().version == version("product: {}") == version("start: {user: [created_at, first_event]}")


def test_conditions_in_another_order_are_the_same_conditions() -> None:
    one = "active: [{event: a, where: {x: {lt: 5.0, gte: 1}, y: z}}]"
    other = "active: [{event: a, where: {y: z, x: {gte: 1.0, lt: 5}}}]"
    assert version(one) == version(other)


CHANGES = [
    # what is replaced, by what, and whether facts have to be made again
    ("Europe/Berlin", "Europe/Paris", True),
    ("session_gap_minutes: 20", "session_gap_minutes: 21", True),
    ("  - task_created\n", "  - task_made\n", True),
    ("[board_created,", "[board_made,", True),
    ("view: kanban", "view: list", True),
    ("quantity: clicks", "quantity: taps", True),
    ("  time_sheets:", "  sheets:", True),
    ("[{attribute: invited_at}, created_at]", "[created_at, {attribute: invited_at}]", True),
    ("event: project_created", "event: project_made", True),
    ("at_least: 3", "at_least: 4", True),
    ("    all:\n", "    any:\n", True),
    ("members: 2", "members: 3", True),
    ("event: project_completed", "event: project_done", True),
    ("first_report:", "report:", True),
    ("name: Planboard", "name: Board", False),
    ("week_start: sunday", "week_start: monday", False),
    ("currency: EUR", "currency: USD", False),
    ("usage_interval_days: 14", "usage_interval_days: 7", True),
    ("title: The boards", "title: Boards", False),
    ("tag: advanced", "tag: core", False),
    ("module: planning", "module: work", False),
    ("[Pro, Enterprise]", "[Pro]", False),
    ("2025-06-01", "2025-06-02", False),
    ("cadence_days: 3", "cadence_days: 4", True),
    ("adopted: {days: 3}", "adopted: {days: 2}", True),
    ("title: Ask a colleague in", "title: Invite", False),
    ("title: Shipped", "title: Sent", False),
    ("low: 0.6", "low: 0.5", False),
    ("source: another", "source: a third", False),
]


@pytest.mark.parametrize(("old", "new", "of_facts"), CHANGES, ids=[change[0].strip() for change in CHANGES])
def test_every_change_has_a_version_and_only_some_need_new_facts(old: str, new: str, of_facts: bool) -> None:
    assert PLANBOARD.count(old) == 1
    changed = PLANBOARD.replace(old, new)
    assert version(changed) != version(PLANBOARD)
    assert (facts_version(changed) != facts_version(PLANBOARD)) is of_facts


def test_numbers_and_texts_are_different_conditions() -> None:
    texts = ["10", '"10"', "true", '"true"', "1", "[10]", "[10, 11]"]
    versions = {text: version(f"active: [{{event: a, where: {{x: {text}}}}}]") for text in texts}
    assert versions.pop("[10]") == versions["10"]
    assert len(set(versions.values())) == len(versions)
