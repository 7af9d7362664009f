"""Makes an Uptake workspace of the Open University Learning Analytics Dataset.

    python examples/oulad/build.py DATA_FOLDER WORKSPACE_FOLDER

Run again with the same workspace, it finds that every row is known and changes nothing.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from convert import convert

import uptake
from uptake.errors import UptakeError
from uptake.workspace import Progress, Summary

PLAN = Path(__file__).parent / "plan"
EVERY_ROWS = 1_000_000
"""Rows between two lines about the reading."""


class Log:
    """Writes on standard error what is being done, and when it began."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self._last: tuple[str, int] = ("", 0)

    def say(self, what: str) -> None:
        """Writes a line."""
        print(f"{time.monotonic() - self.began:7.1f} s  {what}", file=sys.stderr, flush=True)

    def progress(self, kind: str, progress: Progress) -> None:
        """Writes a line where a kind begins, for events where a stage begins, and now and then while rows are read."""
        now = (f"{kind}: {progress.stage}" if kind == "events" else kind, progress.rows // EVERY_ROWS)
        if now != self._last:
            self._last = now
            self.say(now[0] + (f", {progress.rows:,} rows" if progress.rows else ""))


def main() -> None:
    """Converts, makes the workspace, imports, and prints what was done."""
    options = _options()
    log = Log()
    with tempfile.TemporaryDirectory(prefix="oulad-") as scratch:
        folder = options.files or Path(scratch)
        try:
            files = convert(options.data, folder, options.runs)
        except (FileNotFoundError, ValueError) as error:
            sys.exit(str(error))
        converted_s = time.monotonic() - log.began
        log.say("converted")
        try:
            uptake.init(options.workspace, {path.name: path.read_text("utf-8") for path in sorted(PLAN.glob("*.yml"))})
            with uptake.open(options.workspace) as workspace:
                done = [
                    workspace.import_rows(paths, kind, report=partial(log.progress, kind))
                    for kind, paths in files.items()
                ]
        except UptakeError as error:
            sys.exit(str(error))
    _print(done, converted_s, time.monotonic() - log.began - converted_s)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make an Uptake workspace of the Open University data.")
    parser.add_argument("data", type=Path, metavar="DATA_FOLDER", help="the tables as Parquet files")
    parser.add_argument("workspace", type=Path, metavar="WORKSPACE_FOLDER", help="made if it is not there")
    parser.add_argument("--runs", type=lambda text: text.split(","), help="only these, such as AAA-2013J,GGG-2014B")
    parser.add_argument("--files", type=Path, help="keep the converted files in this folder")
    return parser.parse_args()


def _print(done: list[Summary], converted_s: float, imported_s: float) -> None:
    print(f"{'kind':<12}{'read':>12}{'stored':>12}{'known':>12}{'rejected':>12}")
    for one in done:
        print(f"{one.kind:<12}{one.read:>12,}{one.stored:>12,}{one.known:>12,}{one.rejected:>12,}")
    read = sum(one.read for one in done)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Converted in {converted_s:.1f} s, imported in {imported_s:.1f} s: {read / imported_s:,.0f} rows/s.")
    print(f"Most memory used: {peak:,.0f} MB.")


if __name__ == "__main__":
    main()
