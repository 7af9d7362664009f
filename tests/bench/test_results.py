"""What the bench prints is Markdown, and says where it did not measure."""

from __future__ import annotations

import pytest

from bench.child import ChildFailed, run
from bench.report import Table


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
    small = run(["-c", "import time; time.sleep(0.2); print('done')"])
    large = run(["-c", "import time; print(len(bytearray(10**8))); time.sleep(0.2)"])

    assert small.output == "done\n"
    assert large.peak_mb > small.peak_mb + 80


def test_a_child_that_fails_says_why() -> None:
    with pytest.raises(ChildFailed, match="ValueError: no"):
        run(["-c", "raise ValueError('no')"])
