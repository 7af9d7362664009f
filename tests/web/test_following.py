"""A served workspace follows its plan's files: pages show the new plan, or say why not and keep the one before."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from web_client import Client, serving
from web_html import require_inert

import uptake
from uptake import flow, plan
from uptake.store.projection import Cursor
from uptake.web import following
from uptake.web.app import create_app

PLAN = "product: {name: Before}\nfeatures:\n  tasks: {title: Tasks, events: [task]}\n"
EVENTS = pa.table(
    {
        "event": ["task", "report", "task"],
        "user_id": ["u", "v", "v"],
        "timestamp": [f"2026-01-0{day}" for day in (5, 6, 7)],
    }
)
IN_USE = "is not in use"


@pytest.fixture
def served(new_home: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Client]]:
    """The plan's file and a client; requests wait for changes however long they take."""
    monkeypatch.setattr(following, "WAIT_S", 60.0)
    home = new_home(PLAN)
    with uptake.open(home) as workspace:
        workspace.import_rows(EVENTS, "events")
        with serving(create_app(workspace)) as client:
            yield home / "plan" / "plan.yml", client


def text(client: Client, address: str = "/features") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return require_inert(answer.text).text


def test_the_next_page_shows_a_changed_plan(served: tuple[Path, Client]) -> None:
    file, client = served
    assert "Tasks" in text(client)
    file.write_text(PLAN.replace("Before", "After") + "  reports: {title: Reports, events: [report]}\n")
    found = text(client)
    assert "After" in found
    assert "Reports" in found
    assert IN_USE not in found
    assert "2 eligible users" in text(client, "/features/reports")


def test_a_file_more_or_less_is_a_change_too(served: tuple[Path, Client]) -> None:
    file, client = served
    (file.parent / "more.yml").write_text("active: [report]")
    assert "report" in text(client, "/data")
    file.unlink()
    assert "No features yet" in text(client, "/data")
    (file.parent / ".#hidden.yml").symlink_to("nowhere")
    assert IN_USE not in text(client)


def test_a_plan_put_back_gives_the_answers_of_before(served: tuple[Path, Client]) -> None:
    file, client = served
    before = client.get("/metrics/feature_adoption.json").json()["rows"]
    file.write_text(PLAN.replace("[task]", "[report]"))
    assert client.get("/metrics/feature_adoption.json").json()["rows"] != before
    file.write_text(PLAN)
    assert client.get("/metrics/feature_adoption.json").json()["rows"] == before


@pytest.mark.parametrize("address", ["/", "/metrics/active_users", "/features", "/accounts", "/data", "/nowhere"])
def test_every_page_says_where_a_plan_has_an_error_and_keeps_the_one_before(
    served: tuple[Path, Client], address: str
) -> None:
    file, client = served
    file.write_text(PLAN.replace("Before", "After") + "  <b>x: {events: []}\nactive: 7\n")
    found = require_inert(client.get(address).text).text
    assert "The changed plan is not in use. plan/plan.yml:4: " in found
    assert "There are 2 more errors: uptake check lists all." in found
    assert "Repair the file" in found
    assert "After" not in found
    file.write_text(PLAN.replace("Before", "After"))
    found = require_inert(client.get(address).text).text
    assert IN_USE not in found
    assert "After" in found


def test_a_plan_that_has_gone_is_an_error_and_not_an_empty_plan(served: tuple[Path, Client]) -> None:
    file, client = served
    shutil.move(file.parent, file.parent.with_name("aside"))
    assert "The changed plan is not in use. There is no workspace in" in text(client)
    shutil.move(file.parent.with_name("aside"), file.parent)
    assert IN_USE not in text(client)


def test_files_are_read_again_only_when_they_have_changed(
    served: tuple[Path, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, client = served
    reads: list[Path] = []

    def texts_of(folder: Path, _read: Callable[[Path], dict[str, str]] = plan.texts_of) -> dict[str, str]:
        reads.append(folder)
        return _read(folder)

    monkeypatch.setattr(plan, "texts_of", texts_of)
    file.write_text("broken: true")
    for _ in range(3):
        text(client)
    assert len(reads) == 1
    file.write_text(PLAN)
    os.utime(file, (1, 1))
    for _ in range(3):
        text(client)
    assert len(reads) == 2


def test_while_facts_are_made_again_pages_are_of_the_plan_before(
    served: tuple[Path, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, client = served
    monkeypatch.setattr(following, "WAIT_S", 0)
    begun, free = threading.Event(), threading.Event()
    build = flow.rebuild

    def slowly(cursor: Cursor, *more: Any) -> bool:
        begun.set()
        free.wait()
        return build(cursor, *more)

    monkeypatch.setattr("uptake.flow.rebuild", slowly)
    file.write_text(PLAN.replace("[task]", "[report]").replace("Before", "After"))
    try:
        text(client)
        begun.wait()
        found = text(client)
    finally:
        free.set()
    assert "The plan was changed. The facts are being made again" in found
    assert "Before" in found
    for thread in threading.enumerate():
        if thread.name == "plan":
            thread.join()
    found = text(client)
    assert "After" in found
    assert "The plan was changed" not in found


def test_an_import_under_way_holds_up_nobody_while_the_plan_is_as_it_was(new_home: Callable[..., Path]) -> None:
    begun, free = threading.Event(), threading.Event()

    def hold(*_: object) -> None:
        begun.set()
        free.wait()

    with uptake.open(new_home(PLAN)) as workspace:
        importing = threading.Thread(target=lambda: workspace.import_rows(EVENTS, "events", confirm=hold))
        importing.start()
        begun.wait()
        workspace.follow_plan()
        free.set()
        importing.join()
        assert workspace.plans_read == 1
