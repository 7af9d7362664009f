"""The metric, through the real import, against the plain model that reads one user's events after another."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from math import log, sqrt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from naive_funnel import Line, NaiveFunnel, Row
from scipy.special import expit
from scipy.stats import t
from statsmodels.stats.proportion import proportion_confint

import uptake
from uptake.sequences.rules import Rules

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = 60_000_000
DAYS = 4
NAMES = "ABCX"


def history(user: int) -> list[tuple[str, int]]:
    """Twelve events within four days, in order of arrival: names and minutes, often on the same minute."""
    chance = random.Random(user)  # noqa: S311 - a test's data, the same every time
    days = [chance.randrange(DAYS) * 1440 for _ in range(12)]
    return [(chance.choice(NAMES), day + 600 + chance.randrange(6)) for day in days]


USERS = [history(user) for user in range(30)]


@pytest.fixture(scope="module")
def imported(new_home: Callable[..., Path], one_thread: None) -> Iterator[uptake.Workspace]:
    rows = [
        {"event": name, "user_id": f"u{user}", "timestamp": BEGIN + timedelta(minutes=minute)}
        for user, events in enumerate(USERS)
        for name, minute in events
    ]
    with uptake.open(new_home()) as workspace:
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        yield workspace


def model(steps: str, rules: Rules, exclude: bool, first_day: int, last_day: int) -> list[Line]:
    """What became of everyone, told one event at a time."""
    lines = []
    naive = NaiveFunnel(
        len(steps), rules, [(0, len(steps) - 1)] if exclude else [], trades=False,
        rounds=(first_day * 1440 * MINUTE, (last_day + 1) * 1440 * MINUTE),
    )  # fmt: skip
    for user, events in enumerate(USERS):
        rows = [
            Row(user, minute * MINUTE, frozenset(place for place, step in enumerate(steps) if step == name),
                frozenset([0] if exclude and name == "X" else []))
            for name, minute in sorted(events, key=lambda event: event[1])
            if rules.order == "strict" or name in steps or name == "X"
        ]  # fmt: skip
        lines += [line for line in naive.lines(rows) if line.depth]
    return lines


def counted(lines: list[Line], steps: int) -> list[int]:
    """How many did each step."""
    return [sum(line.instants[step] is not None for line in lines) for step in range(steps)] if lines else []


def interval(lines: list[Line], step: int, base: int | None = None) -> tuple[float, float] | None:
    """Of the share that did a step, of all lines or of those that did the step `base`, one entity at a time; None: has none."""
    lines = [line for line in lines if base is None or line.instants[base] is not None]
    own: dict[int, list[int]] = {}
    for line in lines:
        own.setdefault(line.entity, []).append(int(line.instants[step] is not None))
    share, n = sum(map(sum, own.values())) / len(lines), len(own)
    if share in (0, 1):
        lower, upper = proportion_confint(share * n, n, method="wilson")
        return float(lower), float(upper)
    if n == 1:
        return None
    adds = [(sum(done) - share * len(done)) / len(lines) for done in own.values()]
    deviation = sqrt(sum(one * one for one in adds) * n / (n - 1))
    away = t.ppf(0.975, n - 1) * deviation / (share * (1 - share))
    lower, upper = (float(expit(log(share / (1 - share)) + sign * away)) for sign in (-1, 1))
    return lower, upper


@settings(max_examples=80)
@given(st.data())
def test_the_metric_counts_what_the_model_counts(imported: uptake.Workspace, data: st.DataObject) -> None:
    steps = "".join(data.draw(st.lists(st.sampled_from("ABC"), min_size=2, max_size=3)))
    order: Any = data.draw(st.sampled_from(["ordered", "strict", "unordered"]))
    tolerance = None if order == "strict" else data.draw(st.sampled_from([None, 0, 60]))
    window = data.draw(st.sampled_from([2, 5, 1500, None]))
    exclude = data.draw(st.booleans())
    first_day, last_day = sorted(data.draw(st.lists(st.integers(0, DAYS - 1), min_size=2, max_size=2)))
    rules = Rules(
        order=order,
        window=None if window is None else window * MINUTE,
        entry=data.draw(st.sampled_from(["earliest", "latest", "closest", "first", "each"])),
        exclusion=data.draw(st.sampled_from(["stop", "undo", "remove"])),
        tolerance=None if tolerance is None else tolerance * 1_000_000,
        between=data.draw(st.sampled_from(["nothing", "repeats", "halt"])),
    )
    assume(rules.entry != "each" or order != "strict" or rules.between != "halt")
    asked: dict[str, Any] = {
        "steps": list(steps),
        "order": order,
        "count": "totals" if rules.entry == "each" else "entities",
        "window_days": "none" if window is None else f"{window}m",
        "entry": None if rules.entry == "each" else rules.entry,
        "exclude": ["X"] if exclude else None,
        "exclusion": rules.exclusion,
        "tolerance_seconds": tolerance,
        "between": rules.between,
        "date_from": (BEGIN + timedelta(days=first_day)).date(),
        "date_to": (BEGIN + timedelta(days=last_day)).date(),
        "as_of": "2026-06-30",
    }
    rows = imported.metric("funnel", **asked).rows
    lines = model(steps, rules, exclude, first_day, last_day)
    assert [row["count"] for row in rows] == counted(lines, len(steps))
    if rules.entry != "each":
        return
    assert imported.metric("funnel", **asked, where="user.id!=nobody").rows == rows  # the long way gives the same
    for step, row in enumerate(rows[1:], 1):
        ends = interval(lines, step)
        assert (row["ci_lower"], row["ci_upper"]) == (pytest.approx(ends, abs=1e-9) if ends else (None, None))
        if row["step_conversion_rate"] is not None:
            ends = interval(lines, step, step - 1)
            assert (row["step_ci_lower"], row["step_ci_upper"]) == (
                pytest.approx(ends, abs=1e-9) if ends else (None, None)
            )


@settings(max_examples=25)
@given(st.permutations("ABC"), st.sampled_from(["3m", "1d", "none"]))
def test_the_less_order_is_asked_for_the_more_go_on(imported: uptake.Workspace, steps: list[str], window: str) -> None:
    asked: dict[str, Any] = {"steps": steps, "window_days": window, "as_of": "2026-06-30"}
    strict, ordered, unordered = (
        [row["count"] for row in imported.metric("funnel", order=order, **asked).rows]
        for order in ("strict", "ordered", "unordered")
    )
    assert all(one <= other <= any_order for one, other, any_order in zip(strict, ordered, unordered, strict=True))
    parts = [0, 0, 0]
    for row in imported.metric("funnel", by="user.id", **asked).rows:
        parts[row["step"] - 1] += row["count"]
    assert parts == ordered
