"""Segments that are saved from chosen ids: files of the plan, and the plan in use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import uptake
from uptake.errors import PlanError
from uptake.plan import delete_segment, load, parse, save_segment

COMMENTED = """# Ours.
product: {timezone: Europe/Berlin}   # the office
active:
    -   task     # oddly indented
segments:   # named sets
    # the ones that pay
    paying:
        entity: account
        where: {plan: Pro}

    # kept by hand
    beta: {entity: account, ids: [acme]}
# the end
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plan").mkdir()
    return tmp_path / "plan"


def test_a_saved_segment_is_in_use_at_once(new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home()) as workspace:
        rows = [{"event": "task", "user_id": user, "timestamp": "2025-03-03"} for user in ("a", "b,1", '"c"\n')]
        workspace.import_events(rows)
        saved = workspace.save_segment("mine", "user", ["b,1", "a", "b,1"], title="Mine: #1")
        assert (saved.title, saved.members) == ("Mine: #1", ("a", "b,1"))
        assert workspace.metric("active_users", segment="mine").rows[0]["estimate"] == 2
        assert not workspace.has_new_plan
        assert workspace.metric("active_users", segment="mine").plan_version == load(workspace.home.plan).version
        with pytest.raises(PlanError, match="There is a segment 'mine' already"):
            workspace.save_segment("mine", "user", ["a"])
        workspace.save_segment("mine", "user", ['"c"'], replace=True)
        assert workspace.metric("active_users", segment="mine").rows[0]["estimate"] == 1
        workspace.delete_segment("mine")
        assert not workspace.plan.segments
        assert not list((workspace.home.plan / "lists").iterdir())


def test_a_list_that_changes_on_disk_is_followed(new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home()) as workspace:
        workspace.import_events([{"event": "task", "user_id": user, "timestamp": "2025-03-03"} for user in "abc"])
        workspace.save_segment("mine", "user", ["a"])
        (workspace.home.plan / "lists" / "mine.csv").write_text("user_id\na\nb\nc\n")
        assert workspace.has_new_plan
        workspace.follow_plan()
        assert workspace.metric("active_users", segment="mine").rows[0]["estimate"] == 3


def test_every_other_line_stays_as_it_was_written(folder: Path) -> None:
    (folder / "plan.yml").write_text(COMMENTED)
    save_segment(folder, "pilot", "user", ["u1"], title="Pilot")
    entry = "    pilot: {entity: user, title: Pilot, list: lists/pilot.csv}\n"
    assert (folder / "plan.yml").read_text() == COMMENTED.replace("# named sets\n", f"# named sets\n{entry}")
    assert (folder / "lists" / "pilot.csv").read_text() == "user_id\nu1\n"
    delete_segment(folder, "pilot")
    assert (folder / "plan.yml").read_text() == COMMENTED
    delete_segment(folder, "paying")
    without = COMMENTED.replace("    paying:\n        entity: account\n        where: {plan: Pro}\n", "")
    assert (folder / "plan.yml").read_text() == without
    save_segment(folder, "beta", "account", ["b"], replace=True)
    line = "    beta: {entity: account, list: lists/beta.csv}\n"
    assert line in (folder / "plan.yml").read_text()
    assert not [path.name for path in folder.rglob("*") if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "segments:\n  s: {entity: user, list: lists/s.csv}\n"),
        ("segments:", "segments:\n  s: {entity: user, list: lists/s.csv}\n"),
        ("segments: {}\n", "segments:\n  s: {entity: user, list: lists/s.csv}\n"),
        ("segments: ~  # none\n", "segments:  # none\n  s: {entity: user, list: lists/s.csv}\n"),
        ("segments:\n  # none\nactive: [a]", "segments:\n  s: {entity: user, list: lists/s.csv}\n  # none\nactive: [a]"),
        ("segments:\r\n  x: {entity: user, ids: [a]}", "segments:\r\n  s: {entity: user, list: lists/s.csv}\r\n  x: {entity: user, ids: [a]}"),
        ('"segments":\n x:\n  entity: user\n  title: >\n   Long\n  ids:\n  - a\n', '"segments":\n s: {entity: user, list: lists/s.csv}\n x:\n  entity: user\n  title: >\n   Long\n  ids:\n  - a\n'),
    ],
)  # fmt: skip
def test_the_section_is_found_however_it_is_written(folder: Path, text: str, expected: str) -> None:
    (folder / "segments.yml").write_bytes(text.encode())
    save_segment(folder, "s", "user", ["u"])
    assert (folder / "segments.yml").read_bytes().decode() == expected
    delete_segment(folder, "s")
    assert "s" not in load(folder).segments


def test_a_plan_without_segments_gets_a_file_for_them(folder: Path) -> None:
    (folder / "plan.yml").write_text('{"product": {"name": "X"}}')
    save_segment(folder, "s", "account", ["u"])
    assert (folder / "segments.yml").read_text() == "segments:\n  s: {entity: account, list: lists/s.csv}\n"
    assert load(folder).product.name == "X"


def test_what_cannot_be_saved_is_said_and_nothing_is_written(folder: Path) -> None:
    (folder / "plan.yml").write_text(COMMENTED)
    (folder / "lists").mkdir()
    (folder / "lists" / "kept.csv").write_text("anything")

    def refused(*given: object, **further: object) -> str:
        with pytest.raises(PlanError) as caught:
            save_segment(folder, *given, **further)  # type: ignore[arg-type]  # wrong on purpose
        return str(caught.value)

    assert "The name is '../x'. Allowed: lower case letters" in refused("../x", "user", ["a"])
    assert refused("x", "users", ["a"]) == "entity is 'users'. Allowed: user, account."
    assert refused("x", "user", []) == "There are no ids. A segment with a list has at least one."
    assert refused("x", "user", [" a"]) == "No user can have the id ' a'."
    assert refused("x", "user", ["a\0"]) == "No user can have the id 'a\\x00'."
    assert "title has 0 characters" in refused("x", "user", ["a"], title="")
    assert "There is a file plan/lists/kept.csv already." in refused("kept", "user", ["a"])
    assert "There is a segment 'beta' already. Choose another name, or replace it." in refused("beta", "user", ["a"])
    with pytest.raises(PlanError, match=r"no segment 'x'. Allowed: paying, beta"):
        delete_segment(folder, "x")
    (folder / "plan.yml").write_text("segments: {a: {entity: user, ids: [x]}}")
    assert refused("x", "user", ["a"]) == (
        "plan/plan.yml:1: segments stands in braces. Write each segment in a line of its own."
    )
    (folder / "plan.yml").write_text("product: {timezone: Nowhere}")
    assert "product.timezone is 'Nowhere'" in refused("x", "user", ["a"])
    assert sorted(path.name for path in folder.rglob("*")) == ["kept.csv", "lists", "plan.yml"]


def test_a_list_that_another_segment_has_too_is_left_to_it(folder: Path) -> None:
    save_segment(folder, "a", "user", ["u"])
    with (folder / "segments.yml").open("a") as stream:
        stream.write("  b: {entity: user, list: lists/a.csv}\n")
    with pytest.raises(PlanError, match=r"There is a file plan/lists/a\.csv already"):
        save_segment(folder, "a", "user", ["v"], replace=True)
    delete_segment(folder, "a")
    assert load(folder).segments["b"].members == ("u",)


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


@settings(max_examples=30)
@given(ids=st.sets(texts.filter(lambda text: text == text.strip()), min_size=1), title=texts)
def test_any_ids_and_any_title_come_back(tmp_path_factory: pytest.TempPathFactory, ids: set[str], title: str) -> None:
    folder = tmp_path_factory.mktemp("plan")
    save_segment(folder, "s", "user", ids, title=title)
    segment = load(folder).segments["s"]
    assert (segment.title, set(segment.members)) == (title, ids)
    assert parse({"plan.yml": "segments:\n  s: {entity: user, ids: [a]}"}).version != load(folder).version
