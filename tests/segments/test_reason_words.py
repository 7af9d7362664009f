"""Reasons and first days as people read them."""

from datetime import date

import pytest

from uptake.plan import Plan
from uptake.segments.why import Reason
from uptake.segments.words import says, since

PLAN = Plan()


@pytest.mark.parametrize(
    ("reason", "entity", "said"),
    [
        (Reason("activated", "is", (0,), 0.0, holds=True), "account", "Not activated"),
        (
            Reason("activated", "is", (1,), 1.0, holds=True, before=0.0, held=False),
            "user",
            "Activated, before not activated",
        ),
        (Reason("value_reached", "gte", (0.5,), 0.4, holds=False), "account", "Value reached 40 % (at least 50 %)"),
        (
            Reason("fall.adoption", "gte", (0.2,), 0.26, holds=True),
            "account",
            "Adoption score 26 % below its mean of four weeks (at least 20 %)",
        ),
        (
            Reason("fall.adoption", "gte", (0.2,), -0.085, holds=False, before=0.53, held=True),
            "account",
            "Adoption score 8.5 % above its mean of four weeks, before 53 % below (no longer at least 20 %)",
        ),
        (
            Reason("adopters.breadth", "lt", (0.5,), 0.46, holds=True, before=0.54, held=False),
            "account",
            "Breadth 46 % of what is usual, before 54 % (now below 50 %)",
        ),
    ],
)
def test_a_reason_is_said_as_people_would(reason: Reason, entity: str, said: str) -> None:
    assert says(reason, PLAN, entity).replace("\u202f", " ") == said


def test_a_stay_that_may_have_begun_before_history_says_so() -> None:
    assert since(date(2026, 7, 2), is_longer=False) == "2 July 2026"
    assert since(date(2025, 9, 30), is_longer=True) == "30 September 2025 or before"
    assert since(None, is_longer=False) == ""
