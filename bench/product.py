"""What else was promised: imports, the demo, the server and its pages. Measured beside target, never asserted."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from bench import child
from bench.pages import Shown, Visit, visit
from bench.report import Table

OULAD = child.ROOT.parent / "shared" / "data" / "oulad"
STARTS = 3
"""Times the server is started, each with no answer in its memory."""

Row = tuple[str, str, str]


def numbers(work: Path, data: Path = OULAD) -> list[Table]:
    """The tables of everything that is promised beside the questions.

    Args:
        work: A folder for workspaces, which are made again.
        data: The folder of the Open University data; what needs it is left out, with the reason, where it is not there.
    """
    rows = _demo(work / "demo-workspace")
    if not data.is_dir():
        rows.append(("import of OULAD, server, pages", "", f"not measured: there is no folder {data.name}"))
        return [_table(rows, [])]
    home = work / "oulad-workspace"
    rows += _oulad(data, home)
    visits = [visit(home) for _ in range(STARTS)]
    return [_table(rows + _server(visits), [f"The server was started {STARTS} times: medians."]), _pages(visits)]


def _demo(home: Path) -> list[Row]:
    shutil.rmtree(home, ignore_errors=True)
    began = time.perf_counter()
    ran = child.run([*child.UPTAKE, "demo", "--home", home])
    seconds = time.perf_counter() - began
    return [
        ("demo: simulation and import", "<= 20 s", f"{seconds:.1f} s"),
        ("demo: most memory", "", f"{ran.peak_mb:,.0f} MB"),
    ]


def _oulad(data: Path, home: Path) -> list[Row]:
    shutil.rmtree(home, ignore_errors=True)
    ran = child.run([child.ROOT / "examples" / "oulad" / "build.py", data, home])
    found = re.search(r"imported in ([\d.]+) s: ([\d,]+) rows/s", ran.output)
    said = f"{found[2]} rows/s ({found[1]} s)" if found else ran.output.strip().splitlines()[-1]
    return [
        ("import of OULAD, to the last fact", ">= 400,000 rows/s", said),
        ("import of OULAD: most memory", "<= 4,000 MB", f"{ran.peak_mb:,.0f} MB"),
    ]


def _server(visits: Sequence[Visit]) -> list[Row]:
    others = [path for path in visits[0].first if path != "/"]
    slowest = max(others, key=lambda path: _median(visits, lambda one: one.first[path].whole_ms))
    return [
        ("server, from start to first answer", "<= 1.5 s", f"{median(one.start_s for one in visits):.2f} s"),
        ("server: memory at the first answer", "<= 200 MB", f"{median(one.start_mb for one in visits):,.0f} MB"),
        ("server: memory after all pages", "", f"{median(one.end_mb for one in visits):,.0f} MB"),
        ("overview, first time, document", "<= 300 ms", _ms(visits, lambda one: one.first["/"].document_ms)),
        ("overview, first time, last part", "", _ms(visits, lambda one: one.first["/"].whole_ms)),
        ("overview, again, last part", "<= 300 ms", _ms(visits, lambda one: _again(one, "/").whole_ms)),
        (
            f"slowest other page, first time, last part: {slowest}", "<= 500 ms",
            _ms(visits, lambda one: one.first[slowest].whole_ms),
        ),
        (
            f"slowest other page, first time, document: {slowest}", "<= 500 ms",
            _ms(visits, lambda one: one.first[slowest].document_ms),
        ),
    ]  # fmt: skip


def _pages(visits: Sequence[Visit]) -> Table:
    rows = []
    for path in visits[0].first:
        document, whole = (
            median(getattr(one.first[path], name) for one in visits) for name in ("document_ms", "whole_ms")
        )
        again = median(_again(one, path).whole_ms for one in visits)
        rows.append((path, *(f"{number:,.0f} ms" for number in (document, whole, again))))
    return Table(
        "Pages on OULAD", ("page", "first: document", "first: last part", "again: last part"), rows,
        frozenset({1, 2, 3}), ["Medians. The document is what can be read at once; parts follow where answers take longer."],
    )  # fmt: skip


def _again(visit: Visit, path: str) -> Shown:
    showings = visit.again[path]
    return Shown(median(one.document_ms for one in showings), median(one.whole_ms for one in showings))


def _median(visits: Sequence[Visit], number: Callable[[Visit], float]) -> float:
    return median(number(one) for one in visits)


def _ms(visits: Sequence[Visit], number: Callable[[Visit], float]) -> str:
    return f"{_median(visits, number):,.0f} ms"


def _table(rows: Sequence[Row], notes: Sequence[str]) -> Table:
    return Table("What else was promised", ("what", "target", "measured"), rows, frozenset({1, 2}), notes)
