"""An explanation in words: the three largest lines, with the numbers they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.charts.words import SPACE
from uptake.scores.ask import Explained
from uptake.scores.phrases import PHRASES
from uptake.signals.signal import catalogue

pytestmark = pytest.mark.usefixtures("one_thread")

LAST = date(2025, 3, 30)
PLAN = """
product: {usage_interval_days: 7}
features: {tasks: {events: [task]}, boards: {events: [board]}}
scores:
  use:
    components: {breadth: 1, core_uses: 1, frequency: 2, value_reached: 4}
    shrink: false
  strict: {model: strict, components: {breadth: 1, frequency: 1}}
"""


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """In a, `often` came in each of the last four weeks with both features, `seldom` in one; in b, `gone` 40 days ago."""
    noon = datetime(LAST.year, LAST.month, LAST.day, 12)
    came = [
        *(("often", "a", "task", back) for back in (1, 8, 15, 22, 200)), ("often", "a", "board", 1),
        ("seldom", "a", "task", 3), ("seldom", "a", "task", 200), ("gone", "b", "task", 40), ("gone", "b", "task", 200),
    ]  # fmt: skip
    rows: list[dict[str, Any]] = [
        {"event": event, "user_id": user, "account_id": account, "timestamp": noon - timedelta(days=back)}
        for user, account, event, back in came
    ]
    with uptake.open(new_home(PLAN)) as made:
        made.import_rows(pa.Table.from_pylist(rows), "events")
        yield made


def plain(texts: tuple[str, ...]) -> list[str]:
    return [text.replace(SPACE, " ") for text in texts]


def explained(workspace: uptake.Workspace, name: str, id_: str, **given: Any) -> Explained:
    return workspace.explain(name, id_, as_of=LAST, since="2025-03-01", **given)


def test_a_level_in_words(workspace: uptake.Workspace) -> None:
    """Account a: breadth (2/2 + 1/2) / 2, uses 5 and 1, ranks 3/4 and 1/4, frequency (4/4 + 1/4) / 2; b has nothing.

    With the declared weights 1/8, 1/8 and 1/4 that is 31.25, and half of it for the peers' mean; value moments, with 1/2,
    are not known: what they leave doubles 31.25.
    """
    level = explained(workspace, "use", "a").level
    assert level is not None
    assert plain(level.words) == [
        "Weight of what is missing adds 31.2 points: Value reached is not known, the others carry the 50 %.",
        "Frequency adds 7.8 points: 2 users came on 62 % of the days expected, peers 31 %.",
        "Breadth adds 4.7 points: 2 users use 1.5 of 2 core features, peers 0.75.",
    ]
    said = {line.component: line.says.replace(SPACE, " ") for line in level.lines}
    assert said["core_uses"] == (
        "Core uses adds 3.1 points: 2 users used core features 3 times each in 28 days (rank 50 of 100), "
        "peers 1.5 (rank 25)."
    )
    assert said["value_reached"] == "Value reached is not known: the other components carry its weight of 50 %."
    assert explained(workspace, "use", "a").peers == "all 2 accounts"


def test_a_change_in_words(workspace: uptake.Workspace) -> None:
    """On the first of March nobody of a had come for five months, and `gone` had: b then held rank 1/2 of one."""
    change = explained(workspace, "use", "a").change
    assert change is not None
    assert "Frequency adds 15.6 points: 2 users came on 62 % of the days expected, 0 % before." in plain(change.words)
    assert change.difference == pytest.approx(0, abs=1e-9)


def test_a_strict_score_names_what_decides(workspace: uptake.Workspace) -> None:
    level = explained(workspace, "strict", "seldom", entity="user").level
    assert level is not None
    assert plain(level.words) == [
        "Frequency decides, the worst of 2 components: came on 25 % of the days expected, peers 42 %."
    ]


def test_every_signal_can_be_said() -> None:
    """An account's mean of its users says of how many."""
    for name, signal in catalogue().items():
        phrase = PHRASES[name]
        assert "{value}" in phrase.own
        assert ("{users}" in phrase.users) == signal.is_of_members
