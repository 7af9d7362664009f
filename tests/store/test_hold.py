"""One process holds a workspace; any other is told which."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import uptake
from uptake.errors import WorkspaceBusy, WorkspaceMissing
from uptake.store.home import Home, holder_of

CHILD = """
import sys
import uptake
with uptake.open(sys.argv[1], url="http://127.0.0.1:1234", token="secret"):
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(new_home: Callable[..., Path]) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """A workspace that a child process holds."""
    home = new_home()
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == "open\n"
    yield home, child
    child.kill()
    child.wait()
    child.stdout.close()
    child.stdin.close()


def test_the_second_process_is_told_who_holds_the_workspace_and_a_killed_one_holds_nothing(
    holder: tuple[Path, subprocess.Popen[str]],
) -> None:
    home, child = holder
    with pytest.raises(WorkspaceBusy, match=rf"process {child.pid}\) at http://127\.0\.0\.1:1234") as raised:
        uptake.open(home)
    assert "secret" not in str(raised.value)
    held_by = holder_of(Home(home))
    assert held_by is not None
    assert (held_by.pid, held_by.url, held_by.token) == (child.pid, "http://127.0.0.1:1234", "secret")
    child.kill()
    child.wait()
    assert holder_of(Home(home)) is None
    uptake.open(home).close()
    assert holder_of(Home(home)) is None


def test_looking_who_holds_a_workspace_does_not_keep_it_from_being_opened(new_home: Callable[..., Path]) -> None:
    home = new_home()
    has_ended = threading.Event()

    def look() -> None:
        while not has_ended.is_set():
            holder_of(Home(home))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        for _ in range(10):
            uptake.open(home).close()
    finally:
        has_ended.set()
        looking.join()


def test_a_folder_that_is_no_workspace_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceMissing, match="uptake init"):
        uptake.open(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["with blank", "br[ack]et*", "quo\"te's", "emoji 🙂", "100%"])
def test_a_workspace_may_lie_in_any_folder(new_home: Callable[..., Path], tmp_path: Path, name: str) -> None:
    import pyarrow as pa

    home = new_home(folder=tmp_path / name / "home")
    with uptake.open(home) as workspace:
        workspace.import_rows(pa.table({"event": ["a"], "user_id": ["u"], "timestamp": ["2025-03-01"]}), "events")
        workspace.rebuild()
        assert workspace.rows_of("SELECT count(*) AS n FROM event") == [{"n": 1}]


def test_a_folder_the_engine_cannot_use_is_told(tmp_path: Path) -> None:
    home = uptake.init(tmp_path / "what?")
    with pytest.raises(WorkspaceMissing, match="question mark"):
        uptake.open(home.folder)
