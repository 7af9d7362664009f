"""The workspace of the events, made by a process of its own; see `bench.child.build`."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import uptake
from bench.questions import PLAN
from uptake.workspace import Progress

HOME = "workspace"
"""Folder of the workspace within the folder of the build."""


def main() -> None:
    """Imports the events and prints how long each stage took and what is on disk now."""
    folder, events = Path(sys.argv[1]), Path(sys.argv[2])
    use_threads(int(sys.argv[3]))
    home = uptake.init(folder / HOME, {PLAN.name: PLAN.read_text("utf-8")})
    seconds: dict[str, float] = {}
    stage, since = "opening", time.perf_counter()

    def report(progress: Progress) -> None:
        nonlocal stage, since
        if progress.stage != stage:
            now = time.perf_counter()
            seconds[stage] = seconds.get(stage, 0.0) + now - since
            stage, since = progress.stage, now

    with uptake.open(home.folder) as workspace:
        workspace.import_rows(events, "events", report=report)
        report(Progress("done"))
    archive = sum(file.stat().st_size for file in home.archive.rglob("*") if file.is_file())
    sizes = {"archive": archive} | {path.stem: path.stat().st_size for path in (home.projection, home.ledger)}
    print(json.dumps({"seconds": seconds, "sizes": sizes}))


def use_threads(threads: int) -> None:
    """Sets how many threads the engine of this process may use; before a workspace is opened."""
    os.environ["UPTAKE_THREADS"] = str(threads)


if __name__ == "__main__":
    main()
