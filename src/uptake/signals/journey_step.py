"""Journey step.

How far a customer stands on the way from awareness to adoption: what the CRM says until somebody comes, then what use says.

Formula: the higher of two steps. Of the CRM: 1 awareness, 2 interest, 3 evaluation, by the latest stage of each deal (or of the
    attribute) that means a step and was said before the first contract; the furthest of several deals. Of use: 4 test
    once its milestone, or the first active day, was reached; where the plan names a milestone that is adoption, 5 once it
    was reached and as long as somebody comes within four usage intervals, then test again. Where it names none, the
    placement `journey` asks the signal `adopted` whether the account went on from 4
Account: its own. The metric `journey` says the furthest step that was ever entered
Missing: the CRM says no stage that means a step, and nobody has come; or the plan has no journey
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.facts.membership import NEVER
from uptake.metrics.journey import adoption_sql, crm_stages, test_sql
from uptake.metrics.parts.adopted import INTERVALS
from uptake.plan import CRM_STEPS, Journey
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal, read
from uptake.signals.windows import Flags, Floats
from uptake.store.sql import literal

TEST, ADOPTION = len(CRM_STEPS) + 1, len(CRM_STEPS) + 2


def read_step(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """The number of the step, as of the end of each day."""
    del params
    plan = panel.asked.plan.journey
    if plan is None:
        return panel.filled(np.nan)
    is_testing = _entered(panel, test_sql(panel.asked, plan))
    use = np.where(is_testing, float(TEST), np.nan)
    if adopted := adoption_sql(panel.asked, plan):
        has_adopted = _entered(panel, adopted)
        with np.errstate(invalid="ignore"):
            comes = read(panel, "days_since_active") < INTERVALS * panel.asked.plan.product.usage_interval_days
        use[has_adopted] = np.where(comes, float(ADOPTION), TEST)[has_adopted]
    return np.fmax(use, _by_crm(panel, plan))


def _entered(panel: Panel, sql: str) -> Flags:
    """Whether a step of use was entered by the end of each day."""
    return panel.spans(f"SELECT entity_key, entered_at AS valid_from, {NEVER} AS valid_to FROM ({sql})")


def _by_crm(panel: Panel, plan: Journey) -> Floats:
    """The furthest step of the stages that hold; a stage that means no step leaves the one before."""
    meant = " ".join(
        f"WHEN list_contains({literal(list(stages))}, text) THEN {number}"
        for number, step in enumerate(CRM_STEPS, 1)
        if (stages := getattr(plan, step))
    )
    if not meant:
        return panel.filled(np.nan)
    spans = f"""SELECT entity_key, step, valid_from, coalesce(lead(valid_from) OVER (
            PARTITION BY entity_key, deal ORDER BY valid_from, said), {NEVER}) AS valid_to
        FROM (SELECT *, CASE {meant} END AS step FROM ({crm_stages(plan)})) WHERE step IS NOT NULL"""
    return -panel.held(panel.by_day(spans), "-step")  # of several the smallest is held


SIGNAL = Signal(unit="count", of_account=read_step, best=float(ADOPTION))
