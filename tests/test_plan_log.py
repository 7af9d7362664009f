"""Every plan that was in use is kept: with its date, its author and its files, and a rebuild does not touch it."""

from __future__ import annotations

import getpass
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import uptake
from uptake import plan
from uptake.errors import PlanError, QuestionError

pytestmark = pytest.mark.usefixtures("one_thread")

FIRST = "# ours\nproduct: {name: Planboard}\n"
SECOND = FIRST + "features:\n  boards: {events: [board_created]}\n"


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def test_a_plan_is_kept_once_it_is_in_use(new_home: Callable[..., Path]) -> None:
    home = new_home(FIRST)
    began = datetime.now(UTC)
    with uptake.open(home) as workspace:
        (first,) = workspace.plans.log()
        (home / "plan" / "plan.yml").write_text(SECOND + "# a comment\n")
        workspace.follow_plan()
        second, before = workspace.plans.log()
        assert before == first
        assert (first.is_first, first.changes, second.is_first) == (True, (), False)
        assert second.taken_at >= began
        assert [change.told for change in second.changes] == ["Feature Boards is new"]
        assert [change.place for change in second.changes] == ["plan/plan.yml:4"]
        otherwise = "features: {boards: {events: [board_created]}}\nproduct: {name: Planboard}"
        (home / "plan" / "plan.yml").write_text(otherwise)
        workspace.follow_plan()
        assert len(workspace.plans.log()) == 2, "the same plan, written otherwise"
        workspace.rebuild()
        assert workspace.plans.texts(second.version)["plan/plan.yml"] == otherwise
        (home / "plan" / "plan.yml").write_text("features: {boards: {events: board_created}}")
        with pytest.raises(PlanError):
            workspace.reload_plan()
        assert len(workspace.plans.log()) == 2
    (home / "plan" / "plan.yml").write_text(FIRST)
    with uptake.open(home) as workspace:
        assert [one.version for one in workspace.plans.log()] == [first.version, second.version, first.version]
        assert [one.version for one in workspace.plans.log(1)] == [first.version]
        assert workspace.plans.log(1)[0].changes[0].told == "Feature Boards is gone"


def test_the_plan_in_use_stays_where_its_files_are_not_taken(new_home: Callable[..., Path]) -> None:
    home = new_home(FIRST)
    (home / "plan" / "plan.yml").write_text(SECOND)
    with uptake.open(home, takes_plan=False) as workspace:
        assert workspace.plan.version == plan.parse({"plan/plan.yml": FIRST}).version
        assert workspace.plans.read("files").version == plan.parse({"plan/plan.yml": SECOND}).version
        assert workspace.plans.read("in-use") == workspace.plan
        assert workspace.has_new_plan
        assert len(workspace.plans.log()) == 1


def test_what_names_a_plan(new_home: Callable[..., Path], tmp_path: Path) -> None:
    with uptake.open(new_home(FIRST)) as workspace:
        version = workspace.plan.version
        assert workspace.plans.read(version[:6]) == workspace.plan
        (tmp_path / "proposed").mkdir()
        (tmp_path / "proposed" / "a.yml").write_text(SECOND)
        assert "boards" in workspace.plans.read(str(tmp_path / "proposed")).features
        with pytest.raises(QuestionError, match=f"Allowed: files, in-use, {version}"):
            workspace.plans.read("0123456789ab")
        with pytest.raises(QuestionError, match="no plan 'nowhere'"):
            workspace.plans.read("nowhere")


def test_the_author_is_that_of_the_commit_else_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "grace")
    folder = tmp_path / "plan"
    folder.mkdir()
    (folder / "plan.yml").write_text(FIRST)
    assert plan.author(folder) == "grace"
    git(tmp_path, "init")
    assert plan.author(folder) == "grace", "not committed"
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "A plan")
    assert plan.author(folder) == "Ada"
    (folder / "plan.yml").write_text(SECOND)
    assert plan.author(folder) == "grace", "changed since"

    def unknown() -> str:
        raise OSError

    monkeypatch.setattr(getpass, "getuser", unknown)
    monkeypatch.setenv("PATH", "")
    assert plan.author(folder) == ""
