"""`uptake init`, `check`, `rebuild` and `demo`: workspaces are made, looked at, and never lost by accident."""

import fcntl
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli_world import empty_workspace, events_file, filled_workspace, run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return empty_workspace(tmp_path)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    return filled_workspace(tmp_path)


@pytest.fixture
def events(tmp_path: Path) -> Path:
    return events_file(tmp_path)


PLAN_ERROR = "product: {name: Acme, timezone: Europe/Berlim}\n"


def answer(home: Path) -> object:
    return json.loads(run("metric", "retention", "--home", home, "--format", "json").out)["rows"]


def test_init_makes_a_plan_and_says_what_is_next(tmp_path: Path) -> None:
    home = tmp_path / "acme corp"
    ran = run("init", "--home", home)
    assert ran.code == 0
    assert f"uptake import events.csv --kind events --home '{home}'" in ran.out
    assert sorted(path.name for path in (home / "plan").iterdir())


def test_init_again_changes_nothing(home: Path) -> None:
    plan = next((home / "plan").glob("product*"))
    plan.write_text("product: {name: Mine}\n", encoding="utf-8")
    ran = run("init", "--home", home)
    assert ran.code == 0
    assert "its plan is as it was" in ran.out
    assert plan.read_text(encoding="utf-8") == "product: {name: Mine}\n"


def test_init_where_a_file_is_fails_in_one_sentence(events: Path) -> None:
    ran = run("init", "--home", events)
    assert ran.code == 1
    assert "cannot be made a workspace" in ran.errors


def test_a_proposal_replaces_an_untouched_plan_and_stands_beside_any_other(filled: Path) -> None:
    ran = run("init", "--from-data", "--home", filled)
    assert ran.code == 0
    features = (filled / "plan" / "features.yml").read_text(encoding="utf-8")
    assert "task_created" in features
    (filled / "plan" / "features.yml").write_text(features + "\n# mine\n", encoding="utf-8")
    ran = run("init", "--from-data", "--home", filled)
    assert str(filled / "plan" / "proposed") in ran.out
    assert (filled / "plan" / "features.yml").read_text(encoding="utf-8").endswith("# mine\n")
    assert (filled / "plan" / "proposed" / "features.yml").exists()
    assert run("metric", "active_users", "--home", filled).code == 0


def test_a_proposal_says_why_there_is_no_hypothesis_and_does_not_speak_of_any(filled: Path) -> None:
    ran = run("init", "--from-data", "--home", filled)
    assert "Note: No early action could be tested: that needs at least 40 users" in ran.out
    assert "hypotheses" not in ran.out


def test_without_events_nothing_is_proposed_and_the_plan_stays(home: Path) -> None:
    before = {path.name: path.read_bytes() for path in (home / "plan").iterdir()}
    ran = run("init", "--from-data", "--home", home)
    assert (ran.code, ran.out) == (1, "")
    assert "holds no events yet. Its plan is as it was." in ran.errors
    assert before == {path.name: path.read_bytes() for path in (home / "plan").iterdir()}


def test_check_is_calm_about_notes_and_fails_on_errors(filled: Path) -> None:
    calm = run("check", "--home", filled)
    assert calm.code == 0
    assert "Notes (" in calm.out
    text = "features:\n  boards: {title: Boards, events: [board_created]}\n"
    (filled / "plan" / "features.yml").write_text(text, encoding="utf-8")
    ran = run("check", "--home", filled)
    assert ran.code == 1
    assert "Errors (" in ran.out
    assert "board_created" in ran.out
    found = json.loads(run("check", "--format", "json", "--home", filled).out)
    assert {"level", "where", "what", "do"} == set(found[0])
    assert any(finding["level"] == "error" for finding in found)


def test_a_plan_that_cannot_be_read_names_file_and_line(filled: Path) -> None:
    (filled / "plan" / "product.yml").write_text(PLAN_ERROR, encoding="utf-8")
    ran = run("check", "--home", filled)
    assert ran.code == 1
    assert "plan/product.yml:1" in ran.errors
    assert "Europe/Berlim" in ran.errors


def test_rebuild_gives_equal_answers(filled: Path) -> None:
    before = answer(filled)
    ran = run("rebuild", "--home", filled)
    assert (ran.code, ran.out) == (0, "The database was made again from the archive.\n")
    assert answer(filled) == before


def test_who_holds_the_workspace_is_named(filled: Path) -> None:
    code = f"import sys, uptake; w = uptake.open({str(filled)!r}); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        ran = run("metric", "active_users", "--home", filled)
        other.communicate("")
    assert ran.code == 1
    assert f"(process {other.pid})" in ran.errors
    assert run("metric", "active_users", "--home", filled).code == 0


def test_a_lock_without_a_name_is_somebody(filled: Path) -> None:
    with (filled / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ran = run("metric", "active_users", "--home", filled)
    assert ran.code == 1
    assert "another process" in ran.errors


@pytest.mark.slow
def test_the_demo_is_a_workspace_like_any_other(tmp_path: Path) -> None:
    home = tmp_path / "small"
    ran = run("demo", "--home", home, "--accounts", "40")
    assert ran.code == 0
    assert f"uptake serve --home {home}" in ran.out
    assert json.loads((home / "simulated" / "truth.json").read_text(encoding="utf-8"))
    assert run("metric", "retention", "--param", "unit=month", "--home", home).code == 0
    again = run("demo", "--home", home, "--accounts", "40")
    assert again.code == 1
    assert "already" in again.errors
    refused = run("demo", "--home", home, "--accounts", "40", "--force", typed="large\n")
    assert refused.code == 1
    assert "Nothing was deleted" in refused.errors
    assert run("quarantine", "list", "--home", home).out == "The quarantine is empty.\n"
    anew = run("demo", "--home", home, "--accounts", "41", "--force", typed="small\n")
    assert anew.code == 0


def test_the_demo_touches_no_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").touch()
    ran = run("demo", "--home", tmp_path / "photos", "--force")
    assert ran.code == 1
    assert "is no workspace" in ran.errors
    assert (tmp_path / "photos" / "cat.png").exists()


def test_a_demo_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    ran = run("demo", "--home", tmp_path / "tiny", "--accounts", "1")
    assert ran.code == 1
    assert not (tmp_path / "tiny").exists()


def test_targets_are_told_with_their_pace(filled: Path) -> None:
    assert "The plan has no targets." in run("targets", "--home", filled).out
    target = (
        "{metric: active_users, params: {window: '28'}, baseline: 1, target: 5, start: 2026-01-01, due: 2026-01-31}"
    )
    (filled / "plan" / "targets.yml").write_text(f"targets: {{more: {target}}}\nowners: {{active_users: Ada}}\n")
    ran = run("targets", "--home", filled)
    assert ran.code == 0, ran.errors
    assert "more" in ran.out
    assert "Ada" in ran.out
    (found,) = json.loads(run("targets", "--home", filled, "--format", "json").out)
    assert (found["value"], found["pace"], found["owner"]) == (3, "behind", "Ada")
    assert found["expected"] == 1 + 4 * 25 / 30
