"""The page on conformance names every line and every case, and tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "conformance.md").read_text(encoding="utf-8")


def numbers(part: str) -> list[int]:
    return [int(number) for number in re.findall(r"^\| (\d+) ", part, flags=re.MULTILINE)]


def test_every_line_and_every_case_is_there() -> None:
    lines, _, cases = PAGE.partition("## Golden cases")
    assert numbers(lines) == list(range(1, 18))
    assert numbers(cases) == list(range(1, 21))


def test_every_test_it_names_exists() -> None:
    known = {
        name
        for path in TESTS.rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    }
    named = re.findall(r"`(test_\w+\*?)`", PAGE)
    assert len(named) > 100
    for name in named:
        if name.endswith("*"):
            assert any(one.startswith(name[:-1]) for one in known), name
        else:
            assert name in known, name
    for number in range(1, 18):
        assert f"`test_line_{number}_*`" in PAGE
