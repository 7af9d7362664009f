"""Running a part of the bench in a process of its own, so that its memory is its own too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
UPTAKE = ("-c", "from uptake.cli import main; main()")
"""Arguments that make Python the `uptake` command."""
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Of every child: what is installed was compiled once, so a start that compiles everything anew tells of nobody's."""
NOTE = "built.json"
LOOK_S = 0.02
"""Time between two looks at a child's memory."""


class ChildFailed(Exception):
    """A child ended with an error; the message is what it said last."""


@dataclass(frozen=True)
class Ran:
    """What a child did.

    Args:
        output: What it printed.
        seconds: From its start to its end.
        processor_s: Processor time of all its threads; other people's work does not count.
        peak_mb: The most memory it held, in megabytes of 10^6 bytes.
    """

    output: str
    seconds: float
    processor_s: float
    peak_mb: float


@dataclass(frozen=True)
class Built:
    """One engine's data on disk.

    Args:
        seconds: What was done -> how long it took.
        sizes: What is there now -> bytes.
        peak_mb: The most memory the process held.
    """

    seconds: dict[str, float]
    sizes: dict[str, int]
    peak_mb: float


def run(arguments: Sequence[str | Path]) -> Ran:
    """Runs Python with these arguments in the project's folder until it ends.

    Raises:
        ChildFailed: It ended with an error.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, *map(str, arguments)], cwd=ROOT, env=ENVIRONMENT, stdout=output, stderr=errors
        )
        processor_s, peak = _watch(child)
        seconds = time.perf_counter() - began
        output.seek(0)
        errors.seek(0)
        if child.returncode:
            raise ChildFailed((errors.read().strip() or f"exit code {child.returncode}").splitlines()[-1])
        return Ran(output.read(), seconds, processor_s, peak / 1e6)


def _watch(child: subprocess.Popen[bytes]) -> tuple[float, int]:
    """Waits for the end of a child; gives its processor time and the most memory it was seen with, in bytes.

    What the system itself keeps as the peak begins with the memory of the parent, from which the child was forked.
    """
    process, processor_s, peak = psutil.Process(child.pid), 0.0, 0
    while child.poll() is None:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            processor_s = times.user + times.system
            peak = max(peak, process.memory_info().rss)
        time.sleep(LOOK_S)
    return processor_s, peak


def build(module: str, folder: Path, events: Path, threads: int, *, keep: bool = False) -> Built:
    """Lets a module make its data in a folder: `python -m MODULE FOLDER EVENTS THREADS` prints seconds and sizes as JSON.

    Args:
        module: `bench.workspace` or `bench.tables`.
        folder: Made again.
        events: The Parquet file.
        threads: Threads of the engine.
        keep: Take what an earlier run left in the folder, if it is there.

    Raises:
        ChildFailed: It ended with an error.
    """
    note = folder / NOTE
    if not (keep and note.exists()):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        ran = run(["-m", module, folder, events.resolve(), str(threads)])
        built = Built(**json.loads(ran.output), peak_mb=ran.peak_mb)
        note.write_text(json.dumps(asdict(built)), encoding="utf-8")
    return Built(**json.loads(note.read_text("utf-8")))
