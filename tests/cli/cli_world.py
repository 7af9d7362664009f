"""A small workspace, the command line in process, and a real server in a process of its own."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from typer.testing import CliRunner

from uptake.charts.words import SPACE
from uptake.cli.app import app

EVENTS = """\
user_id,event,time
u1,task_created,2026-01-05T10:00:00Z
u2,task_created,2026-01-06T10:00:00Z
u1,task_created,2026-01-12T10:00:00Z
u3,task_created,2026-01-13T10:00:00Z
u1,task_created,2026-01-26T10:00:00Z
"""
"""Weeks begin on Mondays: 5, 12, 19, 26 January. The last day with data is 26 January, so that week is open."""
COMMAND = (sys.executable, "-c", "from uptake.cli import main; main()")
"""`uptake` as a process of its own."""


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    errors: str


def run(*arguments: object, typed: str = "") -> Ran:
    """Runs a command in this process, as `uptake ARGUMENTS`."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ran(done.exit_code, done.stdout, done.stderr)


def empty_workspace(folder: Path) -> Path:
    """A new workspace."""
    home = folder / "acme"
    assert run("init", "--home", home).code == 0
    return home


def events_file(folder: Path) -> Path:
    """A small file of events."""
    path = folder / "events.csv"
    path.write_text(EVENTS, encoding="utf-8")
    return path


def filled_workspace(folder: Path) -> Path:
    """A workspace that holds those events."""
    events_file(folder)
    return Path(shutil.copytree(_filled_once(), folder / "acme"))


@cache
def _filled_once() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="uptake-"))
    atexit.register(shutil.rmtree, folder)
    home = empty_workspace(folder)
    assert run("import", events_file(folder), "--kind", "events", "--home", home).code == 0
    return home


def cells(text: str) -> list[list[str]]:
    """The lines of a table as cells, narrow spaces as blanks."""
    lines = text.replace(SPACE, " ").splitlines()
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines]


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    url: str
    process: subprocess.Popen[str]


@contextmanager
def served(home: Path) -> Iterator[Server]:
    """A server of a workspace, on a port that is free."""
    arguments = ("serve", "--home", str(home), "--port", "0")
    with subprocess.Popen((*COMMAND, *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert " at http://" in said, said + process.communicate()[1]
            yield Server(said.partition(" at ")[2].split()[0], process)
        finally:
            process.terminate()
            process.communicate(timeout=30)
