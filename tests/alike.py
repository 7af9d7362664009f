"""Rows held equal but for the rounding of sums, whose parts the engine adds in any order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest


def assert_alike(found: list[dict[str, Any]], expected: list[dict[str, Any]], about: str = "") -> None:
    """Holds rows equal, numbers but for rounding."""
    assert len(found) == len(expected), about
    for one, other in zip(found, expected, strict=True):
        assert one.keys() == other.keys(), about
        for name, value in other.items():
            is_number = isinstance(value, float | int | Decimal) and one[name] is not None
            assert one[name] == (pytest.approx(value) if is_number else value), f"{name}: {one} {other} {about}"
