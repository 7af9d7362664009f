"""Parameters that every metric takes, beside its own."""

from __future__ import annotations

from uptake.metrics.core.dimensions import AT_EVENT, MODES
from uptake.metrics.core.grain import GRAINS
from uptake.metrics.core.metric import Param
from uptake.metrics.core.question import COMPARISONS, NONE, PERIODS
from uptake.plan import WEEK_STARTS

UNIVERSAL_PARAMS = (
    Param("entity", "choice", "Who is counted: users, accounts, or users once in each account.", choices=tuple(GRAINS)),
    Param(
        "period", "choice", "A number for each; without it one over the range, or cohorts of the unit.", choices=PERIODS
    ),
    Param("date_from", "date", "First day; periods are whole, also the first."),
    Param("date_to", "date", "Last day, inclusive; the last that was over at `as_of` if not given."),
    Param(
        "as_of",
        "instant",
        "What happened at or after it is not known; of a date, its end. The end of the data if not given, never the clock.",
    ),
    Param(
        "by",
        "texts",
        "Attributes, segments (`segment` for all of them) or properties of events to break the answer down by.",
    ),
    Param(
        "top", "integer", "Groups of the breakdown that stay apart, the largest; the others become `(other)`.", least=1
    ),
    Param("where", "conditions", "Conditions that all must hold: `plan=Pro`, or `{'seats': {'gte': 10}}`."),
    Param("segment", "texts", "Segments of the plan, all of which somebody has to be in."),
    Param("properties", "choice", "When attributes count, where `by` and `where` do not say.", AT_EVENT, MODES),
    Param("compare", "choice", "Which earlier window stands beside every number.", NONE, COMPARISONS),
    Param("timezone", "text", "IANA zone in which days begin.", lambda plan: plan.product.timezone),
    Param("week_start", "choice", "First day of a week.", lambda plan: plan.product.week_start, WEEK_STARTS),
)
UNIVERSAL = tuple(param.name for param in UNIVERSAL_PARAMS)
