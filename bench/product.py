"""What else was promised: imports, the demo, the server and its pages. Measured beside target, never asserted."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench import child
from bench.pages import Visit, visit
from bench.report import Table

OULAD = child.ROOT.parent / "shared" / "data" / "oulad"
STARTS = 3
"""Times the server is started, each with no answer in its memory."""

Row = tuple[str, str, str, str]


def numbers(work: Path, data: Path = OULAD) -> list[Table]:
    """The tables of everything that is promised beside the questions.

    Args:
        work: A folder for workspaces, which are made again.
        data: The folder of the Open University data.

    Returns:
        The numbers, and the pages one by one; without the data the demo alone, and the reason.

    Raises:
        ChildFailed: A part ended with an error.
    """
    rows = _demo(work / "demo-workspace")
    if not data.is_dir():
        return [_table([*rows, ("import of OULAD, server, pages", "", f"not measured: there is no {data}", "")])]
    home = work / "oulad-workspace"
    rows += _oulad(data, home)
    visits = [visit(home) for _ in range(STARTS)]
    return [_table(rows + _server(visits), f"The server was started {STARTS} times: medians."), _pages(visits)]


def _demo(home: Path) -> list[Row]:
    shutil.rmtree(home, ignore_errors=True)
    ran = child.run([*child.UPTAKE, "demo", "--home", home])
    return [
        ("demo: simulation and import", "<= 20 s", f"{ran.seconds:.1f} s", f"{ran.processor_s:.1f} s"),
        ("demo: most memory", "", f"{ran.peak_mb:,.0f} MB", ""),
    ]


def _oulad(data: Path, home: Path) -> list[Row]:
    shutil.rmtree(home, ignore_errors=True)
    ran = child.run([child.ROOT / "examples" / "oulad" / "build.py", data, home])
    found = re.search(r"imported in ([\d.]+) s: ([\d,]+) rows/s", ran.output)
    said = f"{found[2]} rows/s" if found else ran.output.strip().splitlines()[-1]
    return [
        ("import of OULAD, to the last fact", ">= 400,000 rows/s", said, ""),
        ("conversion and import of OULAD", "", f"{ran.seconds:.1f} s", f"{ran.processor_s:.1f} s"),
        ("conversion and import of OULAD: most memory", "<= 4,000 MB", f"{ran.peak_mb:,.0f} MB", ""),
    ]


def _server(visits: Sequence[Visit]) -> list[Row]:
    start_s, processor_s = (median(getattr(one, name) for one in visits) for name in ("start_s", "start_processor_s"))
    document, whole = _slowest(visits, "document_ms"), _slowest(visits, "whole_ms")
    return [
        ("server, from start to first answer", "<= 1.5 s", f"{start_s:.2f} s", f"{processor_s:.2f} s"),
        ("server: memory at the first answer", "<= 200 MB", f"{median(one.start_mb for one in visits):,.0f} MB", ""),
        ("server: memory after all pages", "", f"{median(one.end_mb for one in visits):,.0f} MB", ""),
        ("overview, first time, document", "<= 300 ms", _ms(_first(visits, "/", "document_ms")), ""),
        ("overview, first time, last part", "", _ms(_first(visits, "/", "whole_ms")), ""),
        ("overview, again, last part", "<= 300 ms", _ms(_again(visits, "/")), ""),
        (
            f"slowest other document, first time: {document}",
            "<= 500 ms",
            _ms(_first(visits, document, "document_ms")),
            "",
        ),
        (f"slowest other page, first time, last part: {whole}", "", _ms(_first(visits, whole, "whole_ms")), ""),
    ]


def _pages(visits: Sequence[Visit]) -> Table:
    rows = [
        (
            path,
            _ms(_first(visits, path, "document_ms")),
            _ms(_first(visits, path, "whole_ms")),
            _ms(_again(visits, path)),
        )
        for path in visits[0].first
    ]
    return Table(
        "Pages on OULAD", ("page", "first: document", "first: last part", "again: last part"), rows,
        frozenset({1, 2, 3}), ["Medians. The document is what can be read at once; parts follow where answers take longer."],
    )  # fmt: skip


def _slowest(visits: Sequence[Visit], until: str) -> str:
    return max((path for path in visits[0].first if path != "/"), key=lambda path: _first(visits, path, until))


def _first(visits: Sequence[Visit], path: str, until: str) -> float:
    return float(median(getattr(visit.first[path], until) for visit in visits))


def _again(visits: Sequence[Visit], path: str) -> float:
    return median(shown.whole_ms for visit in visits for shown in visit.again[path])


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:,.0f} ms"


def _table(rows: Sequence[Row], *notes: str) -> Table:
    columns = ("what", "target", "measured", "processor time")
    return Table("What else was promised", columns, rows, frozenset({1, 2, 3}), notes)
