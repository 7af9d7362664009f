"""Account journey.

How far accounts are on the way from awareness to expansion: how many are in each step, how many went on, and how long
it took them.

Formula: an account enters a step when it first gets there: awareness, interest, evaluation when the CRM says a stage
    that means it, before its first contract; test and adoption when use gets there: the first active day, and
    the first day at whose end at least `adopted_share` (25 %) of the account's people had adopted, as the signal
    `adopted` has it, unless the plan names milestones; renewal when a contract goes on past its first renewal, or
    an outcome `renewed`; expansion when a running contract first grows. It is in the last step it has entered.
    Conversion: of those who entered the step, the share that has entered any later one. Days in the step: from
    entering it to entering a later one, Kaplan-Meier
Unit: share (conversion); beside it how many are there now and the median days
Grain: account
Population: accounts that entered the step up to the end of the period; here: those in it that have not left
Empty: no conversion where nobody entered; no median where fewer than half have gone on
Interval: Wilson for conversion; Brookmeyer and Crowley for the median, 95 %
Pitfall: use never moves the CRM's stage, so an account may test what nobody wrote down: it has not entered the steps
    before. Who is still in a step, or left from it, is censored there
Source: requirements C20; S1 (the steps)
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from uptake.errors import DefinitionMissing
from uptake.facts.membership import NEVER
from uptake.metrics.core.metric import Asked, Kind, Metric, Param, Source, Sql
from uptake.metrics.core.query import executed
from uptake.metrics.kinds.journey import JOURNEY, STEPS, STUCK
from uptake.metrics.parts.adopted_share import share_source
from uptake.metrics.parts.journey_counts import counted
from uptake.metrics.parts.milestones import milestone_sql
from uptake.metrics.parts.population import AT
from uptake.metrics.parts.tallies import is_of_everybody
from uptake.plan import CRM_STEPS, OPPORTUNITIES, Journey
from uptake.store.sql import literal

ORDER = f"ENUM({', '.join(literal(step) for step in STEPS)})"


def rows(asked: Asked) -> Sql:
    """Every account and step it entered; in the list every account with the step it is in."""
    plan = _plan(asked)
    entered = _entered(asked, plan)
    relations = {
        **entered.relations,
        # who has entered no later step is in the last one it has entered
        "way": f"""SELECT e.entity_key, {AT} AS anchor_at, p.period_on, p.on_at, e.step, e.entered_at,
            NOT coalesce(e.later_at < p.on_at, false) AND s.account_key IS NOT NULL AS is_here,
            CASE WHEN e.later_at < p.on_at THEN e.later_at END AS later_at, least(p.on_at, l.left_at) AS until_at
        FROM period p JOIN entered e ON e.entered_at < p.on_at
        LEFT JOIN account_presence s ON s.account_key = e.entity_key AND s.valid_from < p.on_at AND s.valid_to >= p.on_at
        LEFT JOIN (
            SELECT account_key, max(valid_to) AS left_at FROM account_presence GROUP BY ALL
        ) l ON l.account_key = e.entity_key""",
    }
    if asked.param("output") == "stuck":
        owner = literal(plan.owner)
        select = f"""SELECT w.entity_key, w.anchor_at, w.period_on, w.step, w.entered_at, a.text AS owner, c.mrr,
            epoch(w.on_at - w.entered_at) / 86400 AS days
        FROM way w LEFT JOIN account_attribute a ON a.account_key = w.entity_key AND a.name = {owner}
            AND a.valid_from <= w.anchor_at AND a.valid_to > w.anchor_at
        LEFT JOIN (SELECT account_key, valid_from, valid_to, sum(mrr) AS mrr FROM contract GROUP BY ALL) c
            ON c.account_key = w.entity_key AND c.valid_from <= w.anchor_at AND c.valid_to > w.anchor_at
        WHERE w.is_here AND w.step <> {literal(STEPS[-1])}"""
    else:
        select = """SELECT entity_key, anchor_at, period_on, step, is_here, later_at IS NOT NULL AS is_reached,
            epoch(greatest(coalesce(later_at, until_at), entered_at) - entered_at) AS duration_s
        FROM way"""
    return Sql(select, {}, relations, tables=dict(entered.tables))


def _entered(asked: Asked, plan: Journey) -> Source:
    """Rows (entity_key, step, entered_at, later_at): when each account first entered each step, and a later one."""
    share = Source("") if plan.adoption else share_source(asked, plan.adopted_share)
    entries = " UNION ALL ".join(
        f"SELECT entity_key, {literal(step)}::{ORDER} AS step, entered_at FROM ({sql})"
        for step, sql in _entries(asked, plan, share).items()
    )
    sql = f"""SELECT *, min(entered_at) OVER (PARTITION BY entity_key ORDER BY step
                ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS later_at
        FROM (SELECT entity_key, step, min(entered_at) AS entered_at FROM ({entries}) GROUP BY ALL)"""
    return Source("entered", {**share.relations, "entered": sql}, share.tables)


def totals(asked: Asked) -> Sql | None:
    """The counts of each step, without a row for each account and period."""
    if asked.param("output") == "stuck":
        return None
    source = _entered(asked, _plan(asked))
    # as numbers; never lies behind all there is
    select = f"""SELECT entity_key, enum_code(step)::TINYINT AS step, entered_at, coalesce(later_at, {NEVER}) AS later_at,
            coalesce(left_at, {NEVER}) AS left_at
        FROM entered LEFT JOIN (
            SELECT account_key AS entity_key, max(valid_to) AS left_at FROM account_presence GROUP BY ALL
        ) USING (entity_key) WHERE entered_at IS NOT NULL ORDER BY entered_at"""

    def read() -> pa.Table:
        with executed(asked, Sql(select, relations=dict(source.relations), tables=dict(source.tables))) as cursor:
            return cursor.to_arrow_table()

    key = ("journey", asked.question.timezone, select, *source.relations.values())
    return Sql(counted=lambda: counted(asked, asked.kept.get(asked.cursor, key, read), STEPS))


def _plan(asked: Asked) -> Journey:
    if asked.plan.journey is None:
        raise DefinitionMissing(
            "The plan does not say how accounts get from awareness to expansion.",
            do="Describe it in the plan under journey: which stages of the CRM mean which step.",
        )
    return asked.plan.journey


def _entries(asked: Asked, plan: Journey, share: Source) -> dict[str, str]:
    """Step -> SQL for (entity_key, entered_at); steps that the plan gives no stages are left out."""
    found = {step: _by_crm(plan, getattr(plan, step)) for step in CRM_STEPS if getattr(plan, step)}
    found |= {"test": test_sql(asked, plan), "adoption": adoption_sql(asked, plan) or f"FROM {share.sql}"}
    found["renewal"] = """SELECT account_key AS entity_key, min(renewal_on) AS entered_at
            FROM (
                SELECT account_key, min(renewal_on) AS renewal_on FROM raw.subscriptions JOIN accounts USING (account_id)
                WHERE renewal_on > started_on AND mrr > 0 GROUP BY ALL
                UNION ALL SELECT account_key, outcome_at FROM raw.outcomes JOIN accounts USING (account_id)
                WHERE outcome = 'renewed'
            ) r WHERE EXISTS (
                FROM contract c WHERE c.account_key = r.account_key AND c.mrr > 0
                AND c.valid_from <= r.renewal_on AND c.valid_to > r.renewal_on
            ) GROUP BY ALL"""
    found["expansion"] = """SELECT account_key AS entity_key, valid_from AS entered_at FROM (
                SELECT *, lag(mrr) OVER spans AS mrr_before, lag(valid_to) OVER spans AS ended_before FROM contract
                WHERE mrr > 0 WINDOW spans AS (PARTITION BY account_key, currency ORDER BY valid_from)
            ) WHERE mrr > mrr_before AND ended_before = valid_from"""
    return found


def test_sql(asked: Asked, plan: Journey) -> str:
    """SQL for (entity_key, entered_at): when each account began to test."""
    began = "SELECT account_key AS entity_key, min(first_at) AS entered_at FROM account_day GROUP BY ALL"
    return _milestone(asked, plan.test) or began


def adoption_sql(asked: Asked, plan: Journey) -> str:
    """SQL for (entity_key, entered_at) where the plan names a milestone that is adoption; else nothing."""
    return _milestone(asked, plan.adoption)


def _milestone(asked: Asked, name: str | None) -> str:
    return f"SELECT entity_key, reached_at AS entered_at FROM ({milestone_sql(asked, name)})" if name else ""


def crm_stages(plan: Journey) -> str:
    """SQL for (entity_key, deal, text, valid_from, said): what the CRM said before an account's first contract, in order."""
    if plan.crm == OPPORTUNITIES:
        told = """SELECT account_key, opportunity_id AS deal, stage AS text, coalesce(valid_from, received_at) AS valid_from,
                    (import_id, ordinal) AS said FROM raw.opportunities JOIN accounts USING (account_id)"""
    else:
        name = literal(plan.crm.removeprefix("account."))
        told = f"""SELECT account_key, '' AS deal, text, valid_from, (0, 0) AS said FROM account_attribute
                WHERE name = {name}"""
    return f"""SELECT s.account_key AS entity_key, s.deal, s.text, s.valid_from, s.said FROM ({told}) s LEFT JOIN (
                SELECT account_key, min(valid_from) AS signed_at FROM contract WHERE mrr > 0 GROUP BY ALL
            ) c USING (account_key) WHERE c.signed_at IS NULL OR s.valid_from < c.signed_at"""


def _by_crm(plan: Journey, stages: tuple[str, ...]) -> str:
    """SQL for when an account's CRM stage first was one of these."""
    return f"""SELECT entity_key, min(valid_from) AS entered_at FROM ({crm_stages(plan)})
            WHERE list_contains({literal(list(stages))}, text) GROUP BY ALL"""


def kind(params: Mapping[str, Any]) -> Kind:
    """The steps, or the accounts in them."""
    return STUCK if params["output"] == "stuck" else JOURNEY


def labels(params: Mapping[str, Any]) -> tuple[str, ...]:
    """The step splits the counts; in the list it is a column."""
    return () if params["output"] == "stuck" else ("step",)


METRIC = Metric(
    kind=kind,
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=is_of_everybody,
    params=(
        Param(
            "output", "choice", "The steps, or the accounts that have not gone on, the longest first.", default="steps",
            choices=("steps", "stuck"),
        ),
    ),
    labels=labels,
    entities=("account",),
)  # fmt: skip
