"""The rules that are said to be those of ClickHouse against ClickHouse itself."""

from __future__ import annotations

import numpy as np
import pytest

from uptake.sequences.events import Events
from uptake.sequences.funnel import funnel
from uptake.sequences.rules import Order, Rules

chdb = pytest.importorskip("chdb", reason="ClickHouse is installed by `make bench` only")

ENTITIES = 2_000


@pytest.mark.parametrize(("order", "mode"), [("ordered", ""), ("strict", ", 'strict_order'")])
@pytest.mark.parametrize("window", [3, 6, 100])
def test_depths_are_those_of_window_funnel(order: Order, mode: str, window: int) -> None:
    """No two events of an entity at one instant: ClickHouse has an order of its own for those."""
    generator = np.random.default_rng(window)
    entity = np.repeat(np.arange(ENTITIES), generator.integers(1, 10, ENTITIES))
    at, kind = np.cumsum(generator.integers(1, 4, len(entity))), generator.integers(0, 4, len(entity))
    rows = ", ".join(map(str, zip(entity.tolist(), at.tolist(), kind.tolist(), strict=True)))
    asked = f"""
        SELECT entity, windowFunnel({window}{mode})(at, kind = 0, kind = 1, kind = 2) AS depth
        FROM values('entity Int64, at UInt64, kind Int64', {rows}) GROUP BY entity HAVING depth > 0 ORDER BY entity
    """
    expected = [tuple(map(int, line.split(","))) for line in str(chdb.query(asked, "CSV")).splitlines()]
    rules = Rules(order=order, window=window, between="halt", entry="closest")
    outcome = funnel(Events(entity, at, [kind == step for step in range(3)]), rules)
    assert list(zip(outcome.entity.tolist(), outcome.depth.tolist(), strict=True)) == expected
