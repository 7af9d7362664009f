"""`python -m bench`: asks, times and prints; a whole run writes `bench/results/latest.md` too."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import uptake
from bench import child, contest, events, every, product, scores, tables, workspace
from bench.contest import Outcome
from bench.questions import QUESTIONS, Question
from bench.report import Table

RESULTS = Path(__file__).parent / "results" / "latest.md"
PRODUCT = "product"
EVERY = "every"
THREADS = 2


def main() -> int:
    """Runs what was asked for.

    Returns:
        0; 1 if the two engines disagreed on anything.
    """
    options = _options()
    names = options.only.split(",") if options.only else [question.name for question in QUESTIONS] + [EVERY, PRODUCT]
    questions = [question for question in QUESTIONS if question.name in names]
    begun, outcomes, report = _machine(), list[Outcome](), list[Table]()
    promised = list[Table]()
    if PRODUCT in names:  # first: the peer's background threads stay alive in this process
        _say("imports, the demo, the server and its pages")
        promised = product.numbers(events.WORK, options.oulad)
    if questions:
        outcomes, report = _questions(questions, options.events, keep=options.keep)
    if EVERY in names:
        report.append(_every(options.events, keep=options.keep))
    report += promised
    text = (
        "\n\n".join(["# Measured", f"{begun} Load at the end {_load()}.", *(table.text() for table in report)]) + "\n"
    )
    print(text)
    if not options.only and options.events == events.EVENTS:
        RESULTS.write_text(text, encoding="utf-8")
    return int(any(outcome.difference for outcome in outcomes))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--events", type=int, default=events.EVENTS, metavar="N", help="default: %(default)s")
    allowed = ", ".join([*(question.name for question in QUESTIONS), EVERY, PRODUCT])
    parser.add_argument("--only", metavar="NAMES", help=f"some of: {allowed}")
    parser.add_argument("--keep", action="store_true", help="take the workspace and the tables an earlier run made")
    parser.add_argument("--oulad", type=Path, default=product.OULAD, metavar="FOLDER", help="the Open University data")
    return parser.parse_args()


def _questions(questions: Sequence[Question], count: int, *, keep: bool) -> tuple[list[Outcome], list[Table]]:
    _say(f"{count:,} events")
    log = events.written(count)
    folders = [events.WORK / f"uptake-{count}", events.WORK / f"clickhouse-{count}"]
    _say("the workspace")
    ours = child.build("bench.workspace", folders[0], log, THREADS, keep=keep)
    _say("the tables of ClickHouse")
    theirs = child.build("bench.tables", folders[1], log, THREADS, keep=keep)
    workspace.use_threads(THREADS)
    outcomes = []
    with uptake.open(folders[0] / workspace.HOME) as home, closing(tables.Tables(folders[1], THREADS)) as peer:
        for question in questions:
            _say(question.title)
            outcomes.append(contest.race(home, peer, question))
    _say("scores of every day")
    history = scores.numbers(folders[0], THREADS)
    return outcomes, [_outcomes(outcomes, count), _built(ours, theirs, log.stat().st_size), history]


def _every(count: int, *, keep: bool) -> Table:
    _say("a workspace with contracts, tasks and tickets")
    folder = events.WORK / f"customers-{count}"
    child.build("bench.customers", folder, events.written(count), THREADS, keep=keep)
    workspace.use_threads(THREADS)
    with uptake.open(folder / workspace.HOME) as home:
        _say("every question")
        return every.numbers(home, list(every.questions()))


def _outcomes(outcomes: Sequence[Outcome], count: int) -> Table:
    columns = (
        "question",
        "Uptake ms",
        "ClickHouse ms",
        "ratio",
        "ratio of processor time",
        "equal",
        "ClickHouse's table",
    )
    rows = []
    for outcome in outcomes:
        name = f"{outcome.question.title}"
        if outcome.uptake is None or outcome.clickhouse is None:
            rows.append((name, "", "", "", "", "NO: " + outcome.difference, ""))
            continue
        ours, theirs = outcome.uptake, outcome.clickhouse
        rows.append((
            name, f"{ours.wall_ms:,.0f}", f"{theirs.wall_ms:,.0f}", f"{theirs.wall_ms / ours.wall_ms:.1f}",
            f"{theirs.cpu_ms / ours.cpu_ms:.1f}", f"{outcome.rows:,} rows", outcome.layout,
        ))  # fmt: skip
    title = f"The same questions of {count:,} events, {THREADS} threads each"
    note = f"Medians of {contest.ROUNDS}, in turns, after a warm-up. Equal: integers the same, floats to {contest.PRECISION:g}."
    return Table(title, columns, rows, frozenset({1, 2, 3, 4}), [note])


def _built(ours: child.Built, theirs: child.Built, file_bytes: int) -> Table:
    stages = ", ".join(f"{stage} {seconds:.0f} s" for stage, seconds in ours.seconds.items() if seconds >= 1)
    rows = [
        ("events as a Parquet file", f"{file_bytes / 1e6:,.0f}", "", ""),
        ("Uptake: archive, projection with facts, ledger", f"{sum(ours.sizes.values()) / 1e6:,.0f}",
         f"{sum(ours.seconds.values()):,.0f}", f"{ours.peak_mb:,.0f}"),
        *((f"Uptake: {part}", f"{size / 1e6:,.0f}", "", "") for part, size in ours.sizes.items()),
        *((f"ClickHouse: {layout}", f"{size / 1e6:,.0f}", f"{theirs.seconds[layout]:,.0f}", f"{theirs.peak_mb:,.0f}")
          for layout, size in theirs.sizes.items()),
    ]  # fmt: skip
    return Table("Made before the first question", ("what", "MB on disk", "s to make", "MB of memory at most"), rows,
                 frozenset({1, 2, 3}), [f"Stages of Uptake's import: {stages}."])  # fmt: skip


def _machine() -> str:
    engines = ", ".join(f"{name} {version(name)}" for name in ("uptake", "duckdb", "chdb"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} processors ({_processor()}), Python"
        f" {platform.python_version()}, {engines}. Load at the beginning {_load()}."
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _say(what: str) -> None:
    print(f"... {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
