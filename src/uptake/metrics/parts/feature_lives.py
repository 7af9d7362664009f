"""Lives of features in memory: when everybody first used each, when they had adopted it, and when they left it alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from uptake.facts.day_order import DayOrder, Numbered, Rows
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.side_by_side import side_by_side
from uptake.plan import Feature

NEVER = 2**16 - 1
"""A day that never comes."""
ADOPTED, TRIED, LAST, NEXT = "adopted_on", "first_on", "last_on", "next_on"


class Rule(NamedTuple):
    """When a feature counts as adopted, and as left alone.

    Args:
        days: Different days of use that make adoption.
        within_days: Days from the first use in which they lie.
        quiet_days: Days without use that make a silence.
    """

    days: int
    within_days: int
    quiet_days: int


Rules = Callable[[Feature], Rule]


@dataclass(frozen=True, eq=False)
class Lives:
    """What became of features, in days since 1970.

    Args:
        lives: Feature -> rows of those who used it, with the day of the first use, `first_on`, and that of adoption,
            `adopted_on`, `NEVER` if it did not come to that.
        silences: Feature -> rows of those who had adopted it, for each long time without use: the last use before it,
            `last_on`, and the next one, `next_on`.
    """

    lives: Mapping[int, Rows]
    silences: Mapping[int, Rows]

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return sum(rows.nbytes for rows in (*self.lives.values(), *self.silences.values()))


def by_plan(asked: Asked, facts: Numbered) -> Lives:
    """The lives by the rules of the plan, as the facts have them; silences are those of a cadence or more."""
    lives = f"""SELECT entity_key, feature_key AS part, {_day(TRIED)} AS {TRIED}, {_day(ADOPTED)} AS {ADOPTED}
            FROM {asked.grain.life}"""
    silences = f"""SELECT entity_key, feature_key AS part, {_day(LAST)} AS {LAST}, {_day(NEXT)} AS {NEXT}
            FROM {asked.grain.silence}"""
    return Lives(facts.parts(lives), facts.parts(silences))


def under_rules(asked: Asked, facts: Numbered, features: Mapping[int, Feature], rules: Rules) -> Lives:
    """The lives by other rules, from the days on which features were used.

    Args:
        asked: The question.
        facts: Whose lives they are.
        features: Key -> feature.
        rules: The rules of each feature.
    """
    by_key = {key: rules(feature) for key, feature in features.items()}
    sql = f"SELECT entity_key, day, feature_key AS part FROM {asked.grain.of('feature_day')}"

    def worked_out() -> Lives:
        parts = facts.day_parts(sql)
        used = [key for key in by_key if key in parts]
        found = dict(zip(used, side_by_side(lambda key: life(parts[key], by_key[key]), used), strict=True))
        return Lives({key: one for key, (one, _) in found.items()}, {key: one for key, (_, one) in found.items()})

    key = ("lives", sql, asked.question.timezone, *by_key.items())
    return asked.kept.get(asked.cursor, key, worked_out)


def life(used: DayOrder, rule: Rule) -> tuple[Rows, Rows]:
    """What became of one feature: rows as of `Lives`.

    Args:
        used: The days on which each used it; one may be there several times.
        rule: When it is adopted, and left alone.
    """
    # entity and day as one number are put in order in a fraction of the time of two
    both = np.sort((used.number.astype(np.int64) << 16) | used.day)
    both = both[np.append(True, both[1:] != both[:-1])[: len(both)]]
    number, day = (both >> 16).astype(np.int32), (both & NEVER).astype(np.int32)
    begins = np.flatnonzero(np.diff(number, prepend=-1))
    ends = np.append(begins, len(number))[1:]
    nth = begins + rule.days - 1
    on = day.take(nth, mode="clip")
    has_adopted = (nth < ends) & (on < day[begins] + rule.within_days)
    lives = Rows(number[begins], {TRIED: _small(day[begins]), ADOPTED: _small(np.where(has_adopted, on, NEVER))})
    following = np.append(day, NEVER)[1:]
    following[ends - 1] = NEVER
    is_quiet = following - day > rule.quiet_days
    is_quiet &= np.arange(len(day)) >= np.repeat(np.where(has_adopted, nth, len(day)), ends - begins)
    return lives, Rows(number[is_quiet], {LAST: _small(day[is_quiet]), NEXT: _small(following[is_quiet])})


def _small(days: np.ndarray[tuple[int], np.dtype[np.integer]]) -> np.ndarray[tuple[int], np.dtype[np.uint16]]:
    return days.astype(np.uint16)


def _day(column: str) -> str:
    """SQL for a day since 1970 in 16 bits; `NEVER` for none and for one too far away."""
    return f"least(coalesce({column} - DATE '1970-01-01', {NEVER}), {NEVER})::USMALLINT"
