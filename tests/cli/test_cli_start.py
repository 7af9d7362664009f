"""What `uptake` says of itself, and what it does not load for that."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from cli_world import COMMAND, empty_workspace, filled_workspace, run

from uptake import __version__

COMMANDS = (
    "demo",
    "init",
    "import",
    "check",
    "metrics",
    "metric",
    "people",
    "benchmark",
    "alerts",
    "champions",
    "qualified",
    "trials",
    "signals",
    "serve",
    "rebuild",
    "quarantine",
)


def test_alone_it_shows_what_to_do_first() -> None:
    ran = run()
    assert ran.code == 0
    assert all(f"uptake {command}" in ran.out for command in COMMANDS)


def test_it_tells_its_version() -> None:
    assert run("--version").out == f"uptake {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    subcommands = ("list", "export", "retry") if command == "quarantine" else ("",)
    for name in subcommands:
        ran = run(*filter(None, (command, name)), "--help")
        assert ran.code == 0
        assert f"Examples:\n    uptake {command}" in ran.out
        assert "<class" not in ran.out


def test_help_loads_no_engine() -> None:
    heavy = ("duckdb", "httpx", "numpy", "pyarrow", "pydantic", "scipy", "starlette", "uvicorn")
    code = f"import sys, uptake.cli; print([name for name in {heavy!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_server_is_loaded_without_what_its_first_page_does_not_need() -> None:
    heavy = ("altair", "httpx", "pandas", "rich.console", "scipy", "vl_convert")
    code = (
        f"import sys, uptake.cli.progress, uptake.web.serve; print([name for name in {heavy!r} if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_command_answers_without_pandas_though_it_is_installed(tmp_path: Path) -> None:
    """DuckDB would import it at the first bound parameter, pyarrow at the first list."""
    assert find_spec("pandas") is not None
    code = (
        "import sys; from uptake.cli import main\n"
        f"sys.argv = ['uptake', 'metric', 'active_users', '--home', {str(filled_workspace(tmp_path))!r}]\n"
        "try: main()\nexcept SystemExit as end: print(end.code, 'pandas' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("Active users: 3")
    assert ran.stdout.endswith("\n0 False\n")


def test_an_unknown_command_is_a_usage_error() -> None:
    ran = run("metrik")
    assert ran.code == 2
    assert "metrik" in ran.errors


def test_an_unexpected_error_is_one_line_unless_debug_is_asked_for(tmp_path: Path) -> None:
    """The lock is a folder, for which nobody has prepared a sentence."""
    (tmp_path / "plan").mkdir()
    (tmp_path / "lock").mkdir()
    command = (*COMMAND, "metric", "retention", "--home", str(tmp_path))
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.startswith("Unexpected error: IsADirectoryError: ")
    assert "Traceback" not in ran.stderr
    debugged = (*COMMAND, "--debug", *command[len(COMMAND) :])
    ran = subprocess.run(debugged, capture_output=True, text=True, check=False)
    assert "Traceback" in ran.stderr
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"UPTAKE_DEBUG": "1"})
    assert "Traceback" in ran.stderr


def test_a_setting_that_cannot_be_read_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = empty_workspace(tmp_path)
    monkeypatch.setenv("UPTAKE_THREADS", "many")
    ran = run("metric", "retention", "--home", home)
    assert ran.code == 1
    assert "UPTAKE_THREADS is 'many'" in ran.errors


def test_the_workspace_may_be_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPTAKE_HOME", str(empty_workspace(tmp_path)))
    assert run("quarantine", "list").out == "The quarantine is empty.\n"
