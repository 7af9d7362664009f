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


def test_every_test_it_names_exists_and_every_line_is_held_by_those_of_its_number() -> None:
    known = {
        name
        for path in TESTS.rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert named <= known
    for number in range(1, 18):
        own = {name for name in known if name.startswith(f"test_line_{number}_")}
        assert number in (7, 16) or own & named, number
