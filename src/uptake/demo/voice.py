"""What customers say: tickets with their rating, answers to surveys, reviews.

Who says it is drawn from the active days, so only those who use the product speak. Labouring users ask for help ten
times as often and are unhappy; so are people in accounts that decay.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from uptake.demo import columns
from uptake.demo.accounts import Accounts
from uptake.demo.people import LABOURING, People, numbered
from uptake.demo.period import FAR, Period
from uptake.demo.quota import Flags, Floats
from uptake.demo.sessions import DAY_MS, HOUR_MS
from uptake.demo.usage import Usage, decay

SUBJECTS = (
    ("tasks", "Task does not show up on the board"),
    ("files", "Cannot open an attached file"),
    ("reports", "Numbers in the report look wrong"),
    ("automations", "Automation ran twice"),
    ("imports", "Import stops half-way"),
    ("imports", "Import says the dates are invalid"),
    ("timeline", "Bars overlap on the timeline"),
    ("", "Question about our invoice"),
)
"""Feature and subject of tickets; those of labouring users are about imports."""
PRIORITIES = ("low", "normal", "high")
COMMENTS = (
    ("I spend more time fixing imports than planning.", "It fails and does not say why.", "We may look elsewhere."),
    ("It does the job.", "Good, but the reports need work.", "Fine once you know it."),
    ("The whole team lives in it.", "We ship on time since we have it.", "Clear and quick."),
)
"""Comments by mood: unhappy, content, happy."""


def tickets(rng: np.random.Generator, accounts: Accounts, people: People, usage: Usage, period: Period) -> pa.Table:
    """Support tickets; nine of ten are solved, six of ten of those are rated from 1 to 5."""
    labouring = people.style[usage.user] == LABOURING
    row = _speakers(rng, people, usage, np.where(labouring, 0.06, 0.006))
    n = len(row)
    hard = labouring[row]
    about = np.where(hard, rng.integers(4, 6, n), rng.integers(0, len(SUBJECTS), n))
    opened = _at(rng, usage, row)
    hours = rng.gamma(2.0, 10.0, n) * np.where(hard, 3.0, 1.0)
    solved = opened + (hours * HOUR_MS).astype(np.int64)
    is_solved = (rng.random(n) < 0.9) & (solved < period.days * DAY_MS)
    stars = np.where(hard, 1.7, 4.2) - 1.2 * (1 - _left(accounts, usage, row)) + rng.normal(0.0, 0.7, n)
    is_rated = is_solved & (rng.random(n) < 0.6)
    priority = np.where(hard, rng.integers(1, 3, n), rng.integers(0, 3, n))
    features = tuple(dict.fromkeys(feature for feature, _ in SUBJECTS if feature))
    feature = np.array([features.index(name) if name else -1 for name, _ in SUBJECTS])
    return pa.table(
        {
            "ticket_id": pa.array(numbered("t", 0, n)),
            "account_id": columns.labels(usage.account[row], tuple(accounts.ids)),
            "user_id": pa.array(people.ids[usage.user[row]]),
            "subject": columns.labels(about, tuple(subject for _, subject in SUBJECTS)),
            "feature": columns.labels(feature[about], features),
            "priority": columns.labels(priority, PRIORITIES),
            "status": columns.labels(is_solved.astype(np.int8), ("open", "solved")),
            "satisfaction": pa.array(np.clip(np.round(stars), 1, 5), mask=~is_rated),
            "opened_at": columns.instants(period, opened),
            "solved_at": columns.instants(period, np.where(is_solved, solved, FAR * DAY_MS)),
        }
    )


def feedback(rng: np.random.Generator, accounts: Accounts, people: People, usage: Usage, period: Period) -> pa.Table:
    """NPS (0-10, once a quarter at most), CSAT and CES on features (1-5), reviews (1-5)."""
    parts = [
        _answers(rng, accounts, people, usage, period, "nps", 0.009, (0, 10)),
        _answers(rng, accounts, people, usage, period, "csat", 0.004, (1, 5)),
        _answers(rng, accounts, people, usage, period, "ces", 0.002, (1, 5)),
        _answers(rng, accounts, people, usage, period, "review", 0.0004, (1, 5)),
    ]
    return pa.concat_tables(parts, promote_options="none").sort_by("feedback_at")


def _answers(
    rng: np.random.Generator,
    accounts: Accounts,
    people: People,
    usage: Usage,
    period: Period,
    survey: str,
    chance: float,
    scale: tuple[int, int],
) -> pa.Table:
    row = _speakers(rng, people, usage, np.full(len(usage.user), chance))
    if survey == "nps":
        quarter = usage.user[row].astype(np.int64) * 1000 + period.month(usage.day[row]) // 3
        row = row[np.unique(quarter, return_index=True)[1]]
    n = len(row)
    hard = people.style[usage.user[row]] == LABOURING
    # On 0 to 1: what holds people also makes them kind, trouble and decay make them unkind.
    mood = 0.76 + 0.09 * people.stickiness[usage.user[row]] - 0.55 * hard
    mood = mood - 0.30 * (1 - _left(accounts, usage, row)) + rng.normal(0.0, 0.13, n)
    low, high = scale
    score = np.clip(np.round(low + mood * (high - low)), low, high)
    tone = np.digitize((score - low) / (high - low), (0.5, 0.85))
    words = tone * 3 + rng.integers(0, 3, n)
    says = rng.random(n) < (0.9 if survey == "review" else 0.25)
    about = ("imports", "boards", "tasks", "reports", "timeline")
    feature = np.where(hard, 0, rng.integers(1, len(about), n)) if survey in ("csat", "ces") else np.full(n, -1)
    return pa.table(
        {
            "account_id": pa.array(np.array(accounts.ids)[usage.account[row]]),
            "user_id": pa.array(people.ids[usage.user[row]]),
            "survey": pa.array([survey] * n, pa.string()),
            "score": pa.array(score),
            "comment": columns.labels(
                np.where(says, words, -1), tuple(comment for mood_ in COMMENTS for comment in mood_)
            ).cast(pa.string()),
            "feature": columns.labels(feature, about).cast(pa.string()),
            "feedback_at": columns.instants(period, _at(rng, usage, row)),
        }
    )


def _speakers(
    rng: np.random.Generator, people: People, usage: Usage, chance: npt.NDArray[np.floating]
) -> npt.NDArray[np.intp]:
    """Active days, never the day of signup, on which somebody says something."""
    speaks: Flags = (rng.random(len(usage.user)) < chance) & (usage.day != people.signup[usage.user])
    row = np.flatnonzero(speaks)
    return row[np.argsort(usage.day[row], kind="stable")]


def _at(rng: np.random.Generator, usage: Usage, row: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    hours = (8 + 8 * rng.random(len(row))) * HOUR_MS
    return usage.day[row].astype(np.int64) * DAY_MS + hours.astype(np.int64)


def _left(accounts: Accounts, usage: Usage, row: npt.NDArray[np.intp]) -> Floats:
    return decay(accounts, usage.account[row], usage.day[row]).astype(np.float64)
