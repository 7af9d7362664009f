"""A real server, and the command line working through it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import httpx
import pytest
from cli_world import COMMAND, Server, empty_workspace, filled_workspace, run, served

METRICS = ("active_users", "retention", "stickiness")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return empty_workspace(tmp_path)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    return filled_workspace(tmp_path)


@pytest.fixture
def server(filled: Path) -> Iterator[Server]:
    with served(filled) as running:
        yield running


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Server]]:
    """A server for tests that change nothing."""
    home = filled_workspace(tmp_path_factory.mktemp("watched"))
    with served(home) as running:
        yield home, running


def rows(home: Path, metric: str = "retention") -> object:
    return json.loads(run("metric", metric, "--home", home, "--format", "json").out)


def token(home: Path) -> str:
    return str(json.loads((home / "lock").read_text())["token"])


def test_a_question_has_the_same_answer_with_and_without_a_server(filled: Path) -> None:
    questions = [("metric", name, "--home", filled, *more) for name in METRICS for more in ((), ("--format", "json"))]
    alone = [run(*question).out for question in questions]
    assert all(alone)
    with served(filled):
        assert [run(*question).out for question in questions] == alone


def test_importing_while_serving_simply_works(filled: Path, tmp_path: Path, server: Server) -> None:
    more = tmp_path / "more.csv"
    more.write_text("user_id,event,time\nu4,task_created,2026-01-26T11:00:00Z\n,x,2026-01-26T11:00:00Z\n")
    ran = run("import", os.path.relpath(more), "--kind", "events", "--home", filled)
    assert "2 rows read: 1 stored, 0 known already, 1 in quarantine." in ran.out
    assert ["user_id", "user_id", "id"] in [line.split() for line in ran.out.splitlines()]
    assert run("metric", "active_users", "--home", filled).out.startswith("Active users: 4")
    assert "1 stored" in run("quarantine", "retry", "--set", "user_id=u5", "--home", filled).out
    assert run("metric", "active_users", "--home", filled).out.startswith("Active users: 5")
    assert server.process.poll() is None


def test_every_command_works_through_the_server(filled: Path, server: Server) -> None:
    before = rows(filled)
    assert run("rebuild", "--home", filled).code == 0
    assert rows(filled) == before
    assert "Notes (" in run("check", "--home", filled).out
    assert run("quarantine", "list", "--home", filled).out == "The quarantine is empty.\n"
    assert run("quarantine", "export", "--home", filled).code == 0
    assert run("init", "--from-data", "--home", filled).code == 0
    assert "task_created" in (filled / "plan" / "features.yml").read_text(encoding="utf-8")


def test_the_server_uses_a_changed_plan_from_the_next_command_on(filled: Path, server: Server) -> None:
    text = "active: [board_created]\nfeatures:\n  boards: {title: Boards, events: [board_created]}\n"
    (filled / "plan" / "features.yml").write_text(text, encoding="utf-8")
    ran = run("metric", "active_users", "--home", filled)
    assert ran.out.startswith("Active users: 0")
    assert ran.errors == ""
    assert run("check", "--home", filled).code == 1


def test_a_server_warns_of_a_plan_with_errors_and_answers_by_the_one_before(filled: Path, server: Server) -> None:
    question = ("metric", "active_users", "--home", filled)
    before = run(*question)
    file = filled / "plan" / "features.yml"
    kept = file.read_text(encoding="utf-8")
    file.write_text("# mine\nactive: 7\nstart: 8\n", encoding="utf-8")
    ran = run(*question)
    assert (ran.code, ran.out) == (before.code, before.out)
    assert ran.errors.startswith("Warning: The changed plan is not in use; this is by the plan before.")
    assert "plan/features.yml:2: active is 7" in ran.errors
    assert "features.yml:3" not in ran.errors
    assert "And 2 more: uptake check lists all." in ran.errors
    checked = run("check", "--home", filled)
    assert checked.code == 1
    assert checked.errors.startswith("Error: plan/features.yml:2: active is 7")
    assert "plan/features.yml:2: active is 7" in httpx.get(server.url).text
    file.write_text(kept, encoding="utf-8")
    assert run(*question) == before


def test_errors_come_through_the_server_as_they_are(filled: Path, server: Server) -> None:
    with_server = run("metric", "retentoin", "--home", filled)
    missing = run("import", "/nowhere.csv", "--kind", "events", "--home", filled)
    server.process.terminate()
    server.process.wait()
    assert with_server == run("metric", "retentoin", "--home", filled)
    assert missing == run("import", "/nowhere.csv", "--kind", "events", "--home", filled)


def test_a_second_server_is_told_where_the_first_is(watched: tuple[Path, Server]) -> None:
    home, server = watched
    port = server.url.rpartition(":")[2]
    for other in (port, 0):
        ran = run("serve", "--home", home, "--port", other)
        assert ran.code == 1
        assert server.url in ran.errors
        assert str(server.process.pid) in ran.errors


def test_a_taken_port_names_one_that_is_free(home: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        ran = run("serve", "--home", home, "--port", port)
    assert ran.code == 1
    assert f"Port {port} is taken" in ran.errors
    assert "uptake serve --port" in ran.errors


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])  # noqa: S104 - to be refused
def test_other_machines_are_not_served(home: Path, host: str) -> None:
    ran = run("serve", "--home", home, "--host", host, "--port", "0")
    assert ran.code == 1
    assert "no sign-in yet" in ran.errors


@pytest.mark.slow
def test_a_killed_server_leaves_nothing_locked(filled: Path, tmp_path: Path) -> None:
    before = rows(filled)
    with served(filled) as server:
        more = tmp_path / "more.csv"
        more.write_text("user_id,event,time\nu4,task_created,2026-01-26T11:00:00Z\n")
        run("import", more, "--kind", "events", "--home", filled)
        after = rows(filled)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        assert after != before
        assert rows(filled) == after
        with served(filled):
            assert rows(filled) == after


def test_a_server_that_does_not_answer_is_named(filled: Path) -> None:
    """A process that holds the lock, names an address, and does not listen there."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    code = (
        f"import sys, uptake; w = uptake.open({str(filled)!r}, url='http://127.0.0.1:{port}', token='t')\n"
        "print('open', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        other.stdout.readline()
        ran = run("metric", "active_users", "--home", filled)
        other.communicate("")
    assert ran.code == 1
    assert f"http://127.0.0.1:{port} does not answer" in ran.errors


def test_ctrl_c_ends_the_server_quietly(filled: Path) -> None:
    with served(filled) as server:
        server.process.send_signal(signal.SIGINT)
        out, errors = server.process.communicate(timeout=30)
    assert server.process.returncode == 0
    assert "Start it again" in out
    assert errors == ""


@pytest.mark.slow
@pytest.mark.parametrize("is_served", [False, True])
def test_ctrl_c_while_reading_stores_nothing(filled: Path, tmp_path: Path, is_served: bool) -> None:
    """The file is read in several blocks, and the signal comes before the first is."""
    before = rows(filled)
    big = tmp_path / "big.csv"
    big.write_text("user_id,event,time\n" + "u1,task_created,2026-01-26T11:00:00Z\n" * 600_000, encoding="utf-8")
    with served(filled) if is_served else nullcontext():
        arguments = ("import", str(big), "--kind", "events", "--home", str(filled))
        with subprocess.Popen(
            (*COMMAND, *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("Reading ")
            process.send_signal(signal.SIGINT)
            errors = process.communicate(timeout=60)[1]
        assert "The import was stopped. Nothing was stored." in errors
        assert process.returncode == 130
        assert rows(filled) == before


@pytest.mark.parametrize(
    ("headers", "is_allowed"),
    [
        ({}, False),
        ({"Authorization": "Bearer wrong"}, False),
        ({"Authorization": "{token}"}, False),
        ({"Authorization": "Bearer {token}"}, True),
        ({"Authorization": "Bearer {token}", "Host": "localhost:8000"}, True),
        ({"Authorization": "Bearer {token}", "Host": "[::1]:8000"}, True),
        ({"Authorization": "Bearer {token}", "Host": "evil.example"}, False),
        ({"Authorization": "Bearer {token}", "Host": "127.0.0.1.evil.example"}, False),
        ({"Authorization": "Bearer {token}", "X-Forwarded-For": "192.0.2.1"}, True),
    ],
)
def test_control_needs_the_token_and_a_local_name(
    watched: tuple[Path, Server], headers: dict[str, str], is_allowed: bool
) -> None:
    home, server = watched
    known = {name: value.replace("{token}", token(home)) for name, value in headers.items()}
    answer = httpx.get(f"{server.url}/control/quarantine/reasons", headers=known, trust_env=False)
    assert answer.status_code == (200 if is_allowed else 403)
    assert "access-control-allow-origin" not in answer.headers


def test_changes_are_post_only(watched: tuple[Path, Server]) -> None:
    home, server = watched
    headers = {"Authorization": f"Bearer {token(home)}"}
    for path in ("import", "rebuild", "retry", "check", "plan/reload"):
        answer = httpx.get(f"{server.url}/control/{path}", headers=headers, trust_env=False)
        assert answer.status_code == 405


def test_pages_refuse_names_of_other_hosts_too(watched: tuple[Path, Server]) -> None:
    url = f"{watched[1].url}/health"
    assert httpx.get(url, trust_env=False).status_code == 200
    assert httpx.get(url, headers={"Host": "rebound.example:80"}, trust_env=False).status_code == 403


def test_the_token_is_for_the_owner_only(watched: tuple[Path, Server]) -> None:
    assert (watched[0] / "lock").stat().st_mode & 0o077 == 0
