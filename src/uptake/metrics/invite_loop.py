"""Invite loop.

How invites bring in users: of those sent, how many are accepted; of those who came so, how many are activated; and
what share of new seats came by invite.

Formula: per account, then added up: accepted: invites of the period accepted within the plan's days / invites sent;
    activated: users whose first acceptance lies in the period and who were activated within the days of activation
    after it / those users; seats: new seats of the period whose user accepted an invite there / new seats. Invites
    lead to their acceptance by the invited user's id, where the plan names the property that holds it; else the
    acceptances of the period are held against the invites of the period
Unit: share; without ids above 1 where more was accepted than sent
Grain: account
Population: invites, acceptances and new seats of the period; those that still have time are left out
Empty: no row where nothing happened; no value where nothing was sent
Interval: delta method with the account as the unit, on logarithms, 95 %: colleagues invite each other
Pitfall: a user who was invited twice counts as two invites sent. Without activation in the plan there is no second step
Source: requirements D14; S0 (viral loops)
"""

from functools import partial

from uptake.errors import DefinitionMissing
from uptake.facts.selection import events_sql, property_text
from uptake.metrics.core.metric import Asked, Metric, Sql
from uptake.metrics.core.query import kept
from uptake.metrics.kinds.sums import Sums
from uptake.metrics.parts.population import AT
from uptake.plan import Invites
from uptake.store.sql import literal

PARTS = ("accepted", "activated", "seats")
ORDER = f"ENUM({', '.join(literal(part) for part in PARTS)})"
UNLINKED = "The plan names no property with the invited user's id: what was accepted is held against what was sent."


def rows(asked: Asked) -> Sql:
    """Every account with what was sent, accepted and came of it in a period, a row a part."""
    invites = asked.plan.invites
    if invites is None:
        raise DefinitionMissing(
            "The plan does not say which events are invites.", do="Describe it under invites: sent and accepted."
        )
    parts = {"accepted": _accepted(invites), "activated": _activated(asked), "seats": _SEATS}
    union = " UNION ALL ".join(
        f"SELECT entity_key, period_on, on_at, {literal(part)}::{ORDER} AS part, value, base FROM ({sql})"
        for part, sql in parts.items()
        if sql
    )
    relations = _relations(asked, invites)
    needed = {"sent", "first_accepted", "new_seat", *(() if invites.invitee else ("accepted",))}
    # of all periods, whatever is asked for
    alone = "WITH " + ", ".join(f"{name} AS ({sql})" for name, sql in relations.items())
    return Sql(
        f"""SELECT entity_key, {AT} AS anchor_at, period_on, part, value, base FROM ({union}) p
    WHERE value > 0 OR base > 0""",
        relations=relations,
        notes=() if invites.invitee else (UNLINKED,),
        tables={name: partial(kept, asked, f"{alone} FROM {name}") for name in relations if name in needed},
    )


def _relations(asked: Asked, invites: Invites) -> dict[str, str]:
    """What was accepted, by whom first, what was sent and, where ids say so, whether that was accepted; and new seats."""
    chosen = {name: events_sql(asked.cursor, asked.plan, [getattr(invites, name)]) for name in ("sent", "accepted")}
    needs = "account_key IS NOT NULL AND user_key IS NOT NULL"
    sent = f"SELECT account_key, event_at AS sent_at FROM event WHERE {chosen['sent']} AND {needs}"
    if invites.invitee:
        sent = f"""SELECT account_key, sent_at, EXISTS (
            FROM accepted a WHERE a.account_key = s.account_key AND a.user_key = s.invitee_key
            AND a.accepted_at >= s.sent_at AND a.accepted_at < s.sent_at + to_days({invites.within_days})
        ) AS is_accepted
        FROM (
            SELECT e.account_key, e.event_at AS sent_at, coalesce(w.user_key, u.user_key) AS invitee_key
            FROM (SELECT *, {property_text(invites.invitee)} AS invitee FROM event WHERE {chosen["sent"]} AND {needs}) e
            LEFT JOIN users u ON u.user_id = e.invitee AND NOT u.is_anonymous
            LEFT JOIN person w ON w.actor_key = u.user_key
        ) s"""
    return {
        "accepted": f"SELECT account_key, user_key, event_at AS accepted_at FROM event"
        f" WHERE {chosen['accepted']} AND {needs}",
        "first_accepted": "SELECT account_key, user_key, min(accepted_at) AS accepted_at FROM accepted GROUP BY ALL",
        "sent": sent,
        "new_seat": """SELECT s.*, a.accepted_at FROM (
            SELECT account_key, user_key, min(valid_from) AS given_at FROM seat GROUP BY ALL
        ) s LEFT JOIN first_accepted a USING (account_key, user_key)""",
    }


def _accepted(invites: Invites) -> str:
    """SQL for the invites of accounts and those that were accepted."""
    if invites.invitee is None:
        return """SELECT account_key AS entity_key, period_on, on_at, sum(is_accepted) AS value, sum(1 - is_accepted) AS base
            FROM period p JOIN (
                SELECT account_key, sent_at AS at, 0 AS is_accepted FROM sent
                UNION ALL SELECT account_key, accepted_at, 1 FROM accepted
            ) e ON e.at >= p.begins_at AND e.at < p.on_at GROUP BY ALL"""
    return f"""SELECT account_key AS entity_key, period_on, on_at, count(*) FILTER (is_accepted) AS value, count(*) AS base
            FROM period p JOIN sent s ON s.sent_at >= p.begins_at AND s.sent_at < p.on_at
            WHERE s.sent_at + to_days({invites.within_days}) <= $as_of GROUP BY ALL"""


def _activated(asked: Asked) -> str:
    """SQL for the users that accepted and those that were activated; empty where the plan has no activation."""
    if asked.plan.activation is None:
        return ""
    days = literal(asked.plan.activation.user.within_days)
    return f"""SELECT account_key AS entity_key, period_on, on_at, count(m.reached_at) AS value, count(*) AS base
            FROM first_accepted a JOIN period p ON a.accepted_at >= p.begins_at AND a.accepted_at < p.on_at
            LEFT JOIN user_milestone m ON m.user_key = a.user_key AND m.milestone = 'activated'
                AND m.reached_at < a.accepted_at + to_days({days})
            WHERE a.accepted_at + to_days({days}) <= $as_of GROUP BY ALL"""


_SEATS = """SELECT account_key AS entity_key, period_on, on_at, count(*) FILTER (accepted_at < p.on_at) AS value,
                count(*) AS base
            FROM new_seat s JOIN period p ON s.given_at >= p.begins_at AND s.given_at < p.on_at GROUP BY ALL"""


METRIC = Metric(
    kind=Sums(("came", "count"), ("of", "count")),
    unit="share",
    rows=rows,
    labels=("part",),
    entities=("account",),
    default_period="month",
)
