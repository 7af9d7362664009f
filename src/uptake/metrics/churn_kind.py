"""Early and slow churn.

Of those who left: who never adopted the product, and who had adopted it and let it go, with the day it began.

Formula: left: as in account churn, by contract (accounts) or by inactivity: no activity for `window_days` days, counted
    on the last of them. early: never adopted before leaving; slow: adopted. Adopted: reached a value moment, and active
    in 2 of 4 usage intervals in a row, counted from the first active day. The decay of a slow one began when the last
    usage interval ended in which use was at least `decay` of its usual level: the upper quartile of the intervals, at
    most 52, up to the day of leaving. Use is active users for an account, active days for a user
Unit: count
Grain: account (by contract unless something else is asked for), user (by inactivity)
Population: everyone who left in the period
Empty: 0 where those who left are of the other kind; no row where nobody left; no decay for early ones
Interval: Wilson on the share of those who left, scaled back to a count, 95 %
Pitfall: without value moments in the plan adopted means used in 2 of 4 intervals, whatever was done. The decay is told
    when it has taken a fifth of use, so it began somewhat earlier. Inactive is not gone: a user may come back
Source: requirements D15; definitions 5.25 (adopted)
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from uptake.errors import QuestionError
from uptake.facts.day_order import DayOrder
from uptake.facts.entity_days import EntityDays
from uptake.metrics.adoption_rate import NO_VALUE
from uptake.metrics.core.metric import Asked, Kind, Metric, Param, Source, Sql
from uptake.metrics.kinds.churned import CHURNED, churned_list
from uptake.metrics.parts import contracts
from uptake.metrics.parts.activity import ACTIVE
from uptake.metrics.parts.adopted import adopted_source
from uptake.metrics.parts.contracts import BEGIN
from uptake.metrics.parts.declines import declines
from uptake.metrics.parts.departures import counted, departures
from uptake.metrics.parts.tallies import is_of_everybody
from uptake.metrics.parts.windows import read, worked_out
from uptake.store.sql import literal

KINDS = ("early", "slow")
ORDER = f"ENUM({', '.join(literal(name) for name in KINDS)})"
MOST_INTERVALS = 52
USUAL = 0.75
"""The quantile of use that is called usual: more than half of a short life may be decay."""


def rows(asked: Asked) -> Sql:
    """Everyone who left, once for each kind; in the list once."""
    zone = literal(asked.plan.product.timezone)
    adopted = adopted_source(asked, "gone")
    decayed = _decayed(asked)
    relations = {
        "compared": contracts.compared_sql(asked, "period"),
        "paid": contracts.paid_sql(asked, "begins_at"),
        "gone": _by_inactivity(asked) if _is_inactivity(asked) else _by_contract(zone),
        **adopted.relations,
        # only of them it is told when use began to fall
        "slow": """SELECT DISTINCT g.entity_key, g.churned_on FROM gone g JOIN adopted a USING (entity_key)
        WHERE a.adopted_on < g.churned_on""",
        "used": _used(asked),
        **decayed.relations,
    }
    told = f"""SELECT g.entity_key, {BEGIN} AS anchor_at, g.period_on, g.churned_on, m.mrr, NOT p.is_closed AS is_open,
            CASE WHEN a.adopted_on < g.churned_on THEN a.adopted_on END AS adopted_on,
            CASE WHEN a.adopted_on < g.churned_on THEN greatest(d.decay_on, a.adopted_on) END AS decay_on,
            (CASE WHEN a.adopted_on < g.churned_on THEN 'slow' ELSE 'early' END)::{ORDER} AS own_kind
        FROM gone g JOIN compared p USING (period_on) LEFT JOIN adopted a USING (entity_key)
        LEFT JOIN {decayed.sql} d ON d.entity_key = g.entity_key AND d.churned_on = g.churned_on
        LEFT JOIN paid m ON {_pays(asked)} AND m.period_on = g.period_on"""
    if asked.param("output") == "list":
        select = f"SELECT *, own_kind AS kind FROM ({told})"
    else:
        select = f"""SELECT t.*, w.kind, (t.own_kind = w.kind)::INT AS value
        FROM ({told}) t CROSS JOIN (SELECT unnest({literal(list(KINDS))})::{ORDER} AS kind) w"""
    values = {"interval_days": asked.plan.product.usage_interval_days, "decay": asked.param("decay")}
    if _is_inactivity(asked):
        values["window_days"] = asked.param("window_days")
    notes = contracts.money_notes(asked) if asked.question.entity == "account" else ()
    notes = (*notes, *(() if asked.plan.value_moments else (NO_VALUE,)))
    return Sql(select, values, relations, notes, {**adopted.tables, **decayed.tables})


def _is_inactivity(asked: Asked) -> bool:
    """How leaving is told, by default from the grain.

    Raises:
        QuestionError: Users were asked for by contract: they have none.
    """
    churned, is_user = asked.param("churned"), asked.question.entity == "user"
    if churned == "contract" and is_user:
        raise QuestionError("Users have no contract.", do="Ask with churned=inactivity, or with entity=account.")
    return bool(churned == "inactivity" or is_user)


def _pays(asked: Asked) -> str:
    return "m.entity_key = g.entity_key" if asked.question.entity == "account" else "false"


def _by_contract(zone: str) -> str:
    """SQL for everyone who paid at the beginning and does not at the end, with the day the last contract ended."""
    held = "(SELECT * FROM contract WHERE mrr > 0)"
    return f"""SELECT b.account_key AS entity_key, b.period_on,
            timezone({zone}, timezone('UTC', max(e.valid_to)))::DATE AS churned_on
        FROM (
            SELECT DISTINCT k.account_key, p.period_on, p.on_at FROM compared p JOIN {held} k
            ON k.valid_from < p.begins_at AND k.valid_to >= p.begins_at
        ) b ANTI JOIN (
            SELECT k.account_key, p.period_on FROM compared p JOIN {held} k
            ON k.valid_from < p.on_at AND k.valid_to >= p.on_at
        ) n ON n.account_key = b.account_key AND n.period_on = b.period_on
        JOIN {held} e ON e.account_key = b.account_key AND e.valid_from < b.on_at GROUP BY ALL"""


def _by_inactivity(asked: Asked) -> str:
    """SQL for everyone who was silent for so many days, in the period of the last of them."""
    return f"""SELECT d.entity_key, p.period_on, d.day + $window_days::INTEGER AS churned_on
        FROM {asked.grain.day} d JOIN compared p
            ON d.day + $window_days::INTEGER BETWEEN p.begin_day AND p.on_day
        WHERE d.next_day - d.day > $window_days::INTEGER"""


def _decayed(asked: Asked) -> Source:
    """Rows (entity_key, churned_on, decay_on): when use began to fall; others than those in `slow` may be there too."""
    sql = f"""SELECT entity_key, churned_on,
            churned_on - min(k) FILTER (uses >= $decay * usual)::INTEGER * $interval_days::INTEGER AS decay_on
        FROM (SELECT *, quantile_cont(uses, {USUAL}) OVER (PARTITION BY entity_key, churned_on) AS usual FROM used)
        WHERE usual > 0 GROUP BY entity_key, churned_on"""

    def table(days: EntityDays) -> pa.Table:
        # of all days there are, whatever period is asked for
        return asked.kept.get(asked.cursor, ("declines", *_chosen(asked)), lambda: _declines(asked, days))

    return worked_out(asked, asked.grain, ACTIVE, "decayed", sql, table if _is_of_days(asked) else None)


def _is_of_days(asked: Asked) -> bool:
    """Whether days of activity tell all there is to tell, of who left and of how much they used."""
    return _is_inactivity(asked) and asked.question.entity == "user"


def _chosen(asked: Asked) -> tuple[Any, ...]:
    """What of a question bears on who left."""
    days = asked.param("window_days"), asked.plan.product.usage_interval_days
    return asked.grain.name, *days, asked.param("decay"), asked.question.timezone


def _declines(asked: Asked, days: EntityDays) -> pa.Table:
    interval_days, decay = asked.plan.product.usage_interval_days, asked.param("decay")
    return declines(days, asked.param("window_days"), interval_days, MOST_INTERVALS, USUAL, decay)


def totals(asked: Asked) -> Sql | None:
    """The counts of who fell silent, without a row for each of them."""
    if asked.param("output") == "list" or not _is_of_days(asked):
        return None

    def everybody() -> DayOrder:
        return departures(asked, _declines(asked, read(asked, f"SELECT entity_key, day FROM {asked.grain.day}")))

    key = ("departures", *_chosen(asked), bool(asked.plan.value_moments))
    return Sql(counted=lambda: counted(asked, asked.kept.get(asked.cursor, key, everybody), KINDS))


def _used(asked: Asked) -> str:
    """SQL for (entity_key, churned_on, k, uses): use in every usage interval before leaving slowly, k counted backwards.

    Intervals without use are there too, from the first active day on.
    """
    is_account = asked.question.entity == "account"
    uses = "count(DISTINCT d.user_key)" if is_account else "count(*)"
    days = "(SELECT account_key AS entity_key, * FROM active_day)" if is_account else asked.grain.day
    return f"""SELECT i.entity_key, i.churned_on, i.k, coalesce(u.uses, 0) AS uses
        FROM (
            SELECT entity_key, churned_on, unnest(range(
                least((churned_on - first_on) // $interval_days::INTEGER, {MOST_INTERVALS})::BIGINT)) AS k
            FROM slow JOIN (SELECT entity_key, min(day) AS first_on FROM {asked.grain.day} GROUP BY ALL) USING (entity_key)
        ) i
        LEFT JOIN (
            SELECT g.entity_key, g.churned_on, (g.churned_on - 1 - d.day) // $interval_days::INTEGER AS k, {uses} AS uses
            FROM slow g JOIN {days} d ON d.entity_key = g.entity_key WHERE d.day < g.churned_on GROUP BY ALL
        ) u ON u.entity_key = i.entity_key AND u.churned_on = i.churned_on AND u.k = i.k"""


def kind(params: Mapping[str, Any]) -> Kind:
    """Counts, or who they are."""
    return churned_list(params["entity"]) if params["output"] == "list" else CHURNED


def labels(params: Mapping[str, Any]) -> tuple[str, ...]:
    """The kind splits the counts; in the list it is a column."""
    return () if params["output"] == "list" else ("kind",)


METRIC = Metric(
    kind=kind,
    unit="count",
    rows=rows,
    totals=totals,
    splits_totals=is_of_everybody,
    params=(
        Param(
            "churned", "choice", "What leaving is: the end of the contract, or silence; auto: by contract for accounts.",
            default="auto", choices=("auto", "contract", "inactivity"),
        ),
        Param("output", "choice", "The counts, or who left.", default="counts", choices=("counts", "list")),
        Param("window_days", "integer", "Days without activity that count as gone.", default=30, least=1, most=366),
        Param("decay", "number", "Share of usual use below which it decays.", default=0.8, least=0.05, most=1),
        contracts.CURRENCY,
    ),
    labels=labels,
    entities=("account", "user"),
    default_period="month",
)  # fmt: skip
