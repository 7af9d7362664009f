"""A fall that lasts: by hand where windows meet, and against a loop over days on a world of chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from math import ceil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import uptake
from uptake.metrics.core.grain import GRAINS
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.question import Question, begin_of
from uptake.plan import Score, read_rule
from uptake.scores.decline import decline, least
from uptake.scores.rules import holds
from uptake.scores.scored import scored
from uptake.signals.looking_back import tenure
from uptake.signals.panel import Panel
from uptake.signals.signal import read
from uptake.signals.windows import Floats
from uptake.store.projection import Cursor

pytestmark = pytest.mark.usefixtures("one_thread")

LAST = date(2025, 9, 30)
PLAN = """
product: {usage_interval_days: 7}
features: {tasks: {events: [task]}, boards: {events: [board]}}
scores: {use: {components: {active_days: {weight: 1, best: 20}, breadth: 1}, shrink: false}}
"""


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Nine accounts that come every 1 to 28 days and with some chance; a third of them fade, one is new."""
    chance = random.Random(3)  # noqa: S311 - no secret
    rows = []
    for number in range(9):
        every, since = (1, 3, 7, 10, 28)[number % 5], 100 if number == 8 else 260
        for back in range(since):
            fades = number % 3 == 0 and back < 70
            if back % every == 0 and chance.random() < (0.15 if fades else 0.9):
                noon = datetime(LAST.year, LAST.month, LAST.day, 12) - timedelta(days=back)
                event = chance.choice(["task", "board"])
                rows.append({"event": event, "user_id": f"u{number}", "account_id": f"a{number}", "timestamp": noon})
    with uptake.open(new_home(PLAN)) as made:
        made.import_rows(rows, "events")
        yield made


def panels(workspace: uptake.Workspace, entity: str, first: date, asked: Callable[[Panel], Floats]) -> Floats:
    def found(cursor: Cursor) -> Floats:
        question = Question("", entity, {}, None, LAST, None, begin_of(LAST, "UTC"), LAST, "UTC", "monday")
        return asked(Panel(Asked(question, workspace.plan, GRAINS[entity], cursor, ""), first, LAST))

    return workspace.read(found)


def as_written(panel: Panel, score: Score) -> Floats:
    """Of accounts to the hundredth of a point, of users to the point."""
    return np.round(scored(panel, score).points, 0 if panel.grain.name == "user" else 2)


@pytest.mark.parametrize("entity", ["user", "account"])
def test_it_is_the_least_fall_of_two_rhythms(workspace: uptake.Workspace, entity: str) -> None:
    days, before = 30, 120
    score = workspace.plan.all_scores["use"]
    long = panels(workspace, entity, LAST - timedelta(days=days + before - 1), lambda panel: as_written(panel, score))
    found = panels(workspace, entity, LAST - timedelta(days=days - 1), lambda panel: decline(panel, score))
    rhythm, lived = (
        panels(workspace, entity, LAST - timedelta(days=days - 1), asked)
        for asked in (lambda panel: read(panel, "rhythm"), tenure)
    )
    expected = np.full(found.shape, np.nan)
    for row in range(len(found)):
        for day in range(days):
            usual = rhythm[row, day]
            lasting = min(56, ceil(2 * (7 if np.isnan(usual) else max(7, usual))))
            shares = [
                1 - long[row, at] / long[row, at - 56] if long[row, at - 56] else np.nan
                for at in range(before + day - lasting + 1, before + day + 1)
            ]
            if lived[row, day] >= 56 + 90:
                expected[row, day] = np.min(shares)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert (found[:, -1] > 0.3).any()
    assert np.isnan(found[-1, -1]), "the new one has not settled"


def test_a_day_says_the_same_alone_and_in_rules(workspace: uptake.Workspace) -> None:
    score = workspace.plan.all_scores["use"]
    whole = panels(workspace, "account", LAST - timedelta(days=20), lambda panel: decline(panel, score))
    alone = panels(workspace, "account", LAST, lambda panel: decline(panel, score))
    np.testing.assert_allclose(alone[:, 0], whole[:, -1], atol=1e-12)
    rule = read_rule(
        {"decline.use": {"gte": 0.3}, "any": [{"fall.use": {"exists": True}}, {"decline.use": {"gte": 0.9}}]}
    )
    met = panels(workspace, "account", LAST, lambda panel: holds(panel, rule).astype(np.float64))
    with np.errstate(invalid="ignore"):
        assert (met == (alone >= 0.3)).all()


@given(
    st.lists(st.one_of(st.integers(0, 9), st.none()), min_size=9, max_size=9),
    st.lists(st.integers(1, 6), min_size=4, max_size=4),
)
def test_the_least_of_windows_of_any_length(numbers: list[int | None], windows: list[int]) -> None:
    values = np.array([[np.nan if one is None else float(one) for one in numbers]])
    found = least(values, np.array([windows]))[0]
    for day, window in enumerate(windows):
        np.testing.assert_equal(found[day], values[0, 5 + day - window + 1 : 5 + day + 1].min())
