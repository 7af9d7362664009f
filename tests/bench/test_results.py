"""What the bench prints is Markdown, and says where it did not measure."""

from __future__ import annotations

from pathlib import Path

import pytest

import uptake
from bench import events, pages
from bench.child import ChildFailed, run
from bench.questions import PLAN
from bench.report import Table
from uptake.metrics.catalogue import catalogue


def test_a_table_is_markdown_whose_columns_line_up() -> None:
    text = Table("Times", ("question", "ms"), [("a|b", "1"), ("longer", "1,000")], frozenset({1}), ["A note."]).text()

    assert text.splitlines() == [
        "## Times",
        "",
        "| question |    ms |",
        "|----------|------:|",
        r"| a\|b     |     1 |",
        "| longer   | 1,000 |",
        "",
        "A note.",
    ]


def test_a_child_says_what_it_printed_and_how_much_memory_it_held() -> None:
    small = run(["-c", "import time; time.sleep(0.5); print('done')"])
    large = run(["-c", "import time; held = b'x' * 10**8; time.sleep(0.5)"])

    assert small.output == "done\n"
    assert large.peak_mb > small.peak_mb + 80


def test_a_child_that_fails_says_why() -> None:
    with pytest.raises(ChildFailed, match="ValueError: no"):
        run(["-c", "raise ValueError('no')"])


@pytest.mark.slow
def test_a_visit_looks_at_every_kind_of_page(tmp_path: Path) -> None:
    log = events.written(3_000, folder=tmp_path)
    uptake.init(tmp_path / "workspace", {PLAN.name: PLAN.read_text("utf-8")})
    with uptake.open(tmp_path / "workspace") as workspace:
        workspace.import_rows(log, "events")

    visit = pages.visit(tmp_path / "workspace", again=1)

    kinds = {"/" + path.split("/")[1] for path in visit.first}
    assert kinds >= {"/", "/metrics", "/features", "/accounts", "/users", "/data"}
    assert set(catalogue()) <= {path.removeprefix("/metrics/") for path in visit.first}
    assert all(0 < one.document_ms <= one.whole_ms for one in visit.first.values())
    assert {len(shown) for shown in visit.again.values()} == {1}
    assert visit.start_s > 0
    assert visit.start_mb > 10
