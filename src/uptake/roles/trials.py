"""Trials: which accounts are trying the product, what of their criteria is done since when, and how long they have left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from uptake.errors import DefinitionMissing, QuestionError
from uptake.facts.criteria import reached_sql
from uptake.metrics.asking.listed import Listed
from uptake.metrics.core.grain import ACCOUNT
from uptake.metrics.core.metric import Asked, Sql, as_rows
from uptake.metrics.core.names import names_of
from uptake.metrics.core.query import executed
from uptake.metrics.core.question import Question
from uptake.metrics.core.reading import after_the_last_import
from uptake.metrics.core.result import Column
from uptake.metrics.parts.moments import moment_sql
from uptake.metrics.parts.population import open_from_sql
from uptake.plan import Plan, Trial
from uptake.roles.moment import moment
from uptake.store.projection import Cursor

OPEN, CONVERTED, ENDED, EVERY = "open", "converted", "ended", "all"
STATES = (OPEN, CONVERTED, ENDED)
GIVEN = ("state", "as_of")


def trials(cursor: Cursor, plan: Plan, given: Mapping[str, Any]) -> Listed:
    """Trials of accounts with each criterion, those with the fewest days left first.

    An account is on trial from the day on which the trial begins for it. It has converted once it did what `converts`
    says, whenever that was; else its trial is over after `within_days` x 24 h. Who converts as they begin, or before,
    had none. A criterion is done from the instant at which the account's users first met it, also where that was late.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        given: `state` (open, converted, ended or all; open if not given), `as_of`.

    Raises:
        DefinitionMissing: The plan does not describe the trial.
        QuestionError: There is no such state.
    """
    if plan.trial is None:
        raise DefinitionMissing(
            "The plan does not say what a trial is.", do="Describe it under trial: how long it is, and its criteria."
        )
    as_of, last = moment(cursor, plan, "Trials", given, GIVEN)
    state = str(given.get("state") or OPEN)
    if state not in (*STATES, EVERY):
        raise QuestionError(f"state is '{state}'.", allowed=(*STATES, EVERY))
    found = _found(cursor, plan, plan.trial, as_of, last)
    names = names_of(cursor, "account", as_of, [row["entity_key"] for row in found])
    rows = [_told(row, plan.trial, names[row["entity_key"]]) for row in found]
    rows = [row for row in rows if state in (EVERY, row["state"])]
    rows.sort(key=lambda row: (row["ends_on"], row["met"], row["name"], row["id"]), reverse=state != OPEN)
    count = f"{len(rows):,} {'' if state == EVERY else f'{state} '}trial{'' if len(rows) == 1 else 's'}"
    params, unknown = {"state": state, "as_of": last}, after_the_last_import(cursor, as_of)
    return Listed("trials", count, params, columns(plan.trial), rows, as_of, plan.version, unknown)


def columns(trial: Trial) -> tuple[Column, ...]:
    """The account, its trial, and of each criterion the day since when it is done."""
    return (
        Column("id", "text"),
        Column("name", "text"),
        Column("state", "text"),
        Column("began_on", "date"),
        Column("ends_on", "date"),
        Column("days_left", "integer", "days"),
        Column("met", "integer", "count"),
        Column("criteria", "integer", "count"),
        *(Column(name, "date") for name in trial.criteria),
        Column("converted_on", "date"),
    )


def _found(cursor: Cursor, plan: Plan, trial: Trial, as_of: datetime, last: date) -> list[dict[str, Any]]:
    """Everyone who has begun, with the local days of all that happened to them."""
    zone = plan.product.timezone
    question = Question("trials", ACCOUNT.name, {}, None, last, None, as_of, last, zone, plan.product.week_start)
    asked = Asked(question, plan, ACCOUNT, cursor, "")
    key = f"{ACCOUNT.key} AS entity_key"
    met = {
        f"met_{place}": reached_sql(cursor, plan, one.criteria, key, f"{ACCOUNT.needs} AND event_at < $as_of")
        for place, one in enumerate(trial.criteria.values())
    }
    day = "timezone($zone, timezone('UTC', {}))::DATE"
    days = "".join(f", {day.format(f'{name}.reached_at')} AS {name}" for name in met)
    ends_at = "b.open_at + to_days($within_days::INTEGER)"
    select = f"""SELECT b.entity_key, {day.format("b.open_at")} AS began_on, {day.format(ends_at)} AS ends_on,
        ceil(epoch({ends_at} - $as_of::TIMESTAMP) / 86400)::INTEGER AS days_left,
        {day.format("p.reached_at")} AS converted_on{days}
    FROM began b LEFT JOIN paid p ON p.entity_key = b.entity_key AND p.reached_at < $as_of
    {" ".join(f"LEFT JOIN {name} ON {name}.entity_key = b.entity_key" for name in met)}
    WHERE b.open_at < $as_of AND (p.reached_at > b.open_at) IS NOT FALSE"""
    relations = {
        "began": open_from_sql(asked, trial.accounts, moment_sql(asked, trial.start)),
        "paid": moment_sql(asked, trial.converts),
        **met,
    }
    with executed(asked, Sql(select, {"within_days": trial.within_days, "zone": zone}, relations)) as answer:
        return as_rows(answer)


def _told(row: Mapping[str, Any], trial: Trial, named: tuple[str, str]) -> dict[str, Any]:
    done = [row[f"met_{place}"] for place in range(len(trial.criteria))]
    state = CONVERTED if row["converted_on"] else OPEN if row["days_left"] > 0 else ENDED
    return {
        "id": named[0],
        "name": named[1],
        "state": state,
        "began_on": row["began_on"],
        "ends_on": row["ends_on"],
        "days_left": row["days_left"] if state == OPEN else None,
        "met": sum(one is not None for one in done),
        "criteria": len(done),
        **dict(zip(trial.criteria, done, strict=True)),
        "converted_on": row["converted_on"],
    }
