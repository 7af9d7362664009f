"""Scores of everyone on every day of a year, made by a process of its own: `python -m bench.scores HOME THREADS`.

Works on a copy of a workspace, so that the import of a new day leaves the original as it is.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

import pyarrow as pa

import uptake
from bench import child
from bench.report import Table
from bench.workspace import HOME, use_threads

NEW_EVENTS = 50_000
"""Events of a day more: a 400th of all."""
ROUNDS = 5


def numbers(folder: Path, threads: int) -> Table:
    """Measures a workspace in a child.

    Args:
        folder: Where `bench.workspace` made it.
        threads: Threads of the engine.
    """
    ran = child.run(["-m", "bench.scores", folder / HOME, str(threads)])
    found = json.loads(ran.output)
    rows = [
        (f"every score of {found['users']:,} users and {found['accounts']:,} accounts, {found['days']} days", "<= 60 s",
         f"{found['history_s']:.0f} s", f"{found['history_cpu_s']:.0f} s"),
        ("  spans that this is kept as", "", f"{found['spans']:,}", ""),
        (f"again, after {NEW_EVENTS:,} events of a new day", "<= 2 s", f"{found['refresh_s']:.1f} s",
         f"{found['refresh_cpu_s']:.1f} s"),
        ("why an account's score is what it is, and what it was", "<= 300 ms", f"{found['first_explain_ms']:.0f} ms", ""),
        ("  of the next accounts", "<= 300 ms", f"{found['explain_ms']:.0f} ms", ""),
        ("every account against the benchmark of its type, with the way there", "", f"{found['benchmark_s']:.1f} s",
         f"{found['benchmark_cpu_s']:.1f} s"),
        ("scores: most memory", "", f"{ran.peak_mb:,.0f} MB", ""),
    ]  # fmt: skip
    columns = ("what", "target", "measured", "processor time")
    note = f"The first explanation reads where everybody stands; of the next {ROUNDS}, the median."
    return Table("Scores", columns, rows, frozenset({1, 2, 3}), [note])


def main() -> None:
    """Measures and prints JSON."""
    home = Path(sys.argv[1])
    use_threads(int(sys.argv[2]))
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        copy = Path(folder) / HOME
        shutil.copytree(home, copy)
        with uptake.open(copy) as workspace:
            print(json.dumps(_measured(workspace)))


def _measured(workspace: uptake.Workspace) -> dict[str, float]:
    counts = (
        "SELECT (SELECT count(*) FROM user_start), (SELECT count(*) FROM account_start), (SELECT max(day) FROM event)"
    )
    users, accounts, last = workspace.read(lambda cursor: cursor.execute(counts).fetchall()[0])
    found = {"users": users, "accounts": accounts}
    found["history_s"], found["history_cpu_s"] = _timed(workspace.bring_history_up)
    spans = "SELECT count(*), max(valid_from) - min(valid_from) + 1 FROM history"
    found["spans"], found["days"] = workspace.read(lambda cursor: cursor.execute(spans).fetchall()[0])
    workspace.import_rows(_day(last + timedelta(days=1), users), "events")
    found["refresh_s"], found["refresh_cpu_s"] = _timed(workspace.bring_history_up)
    first, *others = [
        _timed(partial(_explained, workspace, f"a{number:05d}"))[0] * 1000 for number in range(ROUNDS + 1)
    ]
    found["first_explain_ms"], found["explain_ms"] = first, median(others)
    found["benchmark_s"], found["benchmark_cpu_s"] = _timed(workspace.benchmark)
    return found


def _explained(workspace: uptake.Workspace, account: str) -> None:
    workspace.explain("adoption", account, entity="account")
    workspace.score_history("adoption", account)


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def _day(day: date, users: int) -> pa.Table:
    """Events of known users on one day."""
    chance = random.Random(1)  # noqa: S311 - no secret
    begin = datetime(day.year, day.month, day.day)
    rows = range(NEW_EVENTS)
    return pa.table(
        {
            "event": [f"event_{chance.randrange(30):02d}" for _ in rows],
            "user_id": [f"u{chance.randrange(users):06d}" for _ in rows],
            "timestamp": [begin + timedelta(seconds=chance.randrange(86_400)) for _ in rows],
        }
    )


if __name__ == "__main__":
    main()
