"""Churn signals.

What those who later left did in their first days, compared with those who stayed.

Formula: of everybody alive after the first `first_days` days: has_left is told much later, on day `outcome_days` after
    the start; signals are told from the first days alone. For every event (or feature): the share of those who left
    that did it in their first days, less the share of those who stayed. Left, by inactivity: not active in the
    `inactive_days` days up to the day of judgement; by contract: paying after the first days, and not on that day; or
    did the `marker` in between. Days are local days from the day of the start on
Unit: share (difference, -1 to 1)
Grain: user or account
Population: started in the range, alive after the first days (active in the last `inactive_days` of them, or paying, or
    without the marker), and watched up to the day of judgement
Empty: no row for what nobody did; no difference where all or none left
Interval: Newcombe for the difference, 95 %; adjusted_pvalue after Benjamini and Hochberg over all signals
Pitfall: observational: what goes with leaving need not cause it. Nothing from after the first days is looked at, and
    the marker itself is no signal; who left within the first days is not in it (that is activation)
Source: definitions, golden case 17; Retentioneering (silence of d days, first w days, drop the marker); fight-churn
"""

from uptake.errors import QuestionError
from uptake.facts.selection import events_sql, meant_keys
from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.core.query import kept
from uptake.metrics.kinds.signals import SIGNALS
from uptake.metrics.parts.early_signals import gave
from uptake.plan import selector
from uptake.store.sql import name

OBSERVATIONAL = "Observational: what goes with leaving need not cause it. An experiment tells."


def rows(asked: Asked) -> Sql:
    """Everyone who is judged once, and once for each signal they gave in their first days."""
    first, silent, judged = (asked.param(word) for word in ("first_days", "inactive_days", "outcome_days"))
    if judged < first + silent:
        raise QuestionError(
            f"outcome_days is {judged}: the silence that is leaving would begin within the first days.",
            allowed=[f"at least {first + silent}, first_days and inactive_days together"],
        )
    relations = {
        "started": f"""SELECT entity_key, started_at, started_on FROM {asked.grain.start}
        WHERE started_on + $outcome_days::INTEGER - 1 <= $last_day AND started_on <= $date_to
          AND ($date_from IS NULL OR started_on >= $date_from)""",
        **_judged(asked),
        "signal(signal_key, signal)": _signals(asked),
        "early": (early := _early(asked, first)),
    }
    values = {"first_days": first, "outcome_days": judged}
    if _uses_silence(asked):
        values["inactive_days"] = silent
    return Sql(
        """
    SELECT j.entity_key, j.started_at AS anchor_at, j.has_left, NULL AS signal_key, 0 AS value FROM judged j
    UNION ALL
    SELECT j.entity_key, j.started_at, j.has_left, e.signal_key, e.times
    FROM judged j JOIN early e USING (entity_key)""",
        values,
        relations,
        (OBSERVATIONAL,),
        tables={"early": lambda: kept(asked, early)},
    )


def totals(asked: Asked) -> Sql | None:
    """The same counts without a row for each signal that somebody gave."""
    if not _is_of_days(asked):
        return None
    marked = _marked(asked) if asked.param("marker") is not None else ""
    early = _early(asked, asked.param("first_days"))
    labels = "".join(f"{name(label)}, " for label in asked.split.labels) if asked.split else ""
    means = ", ".join(f"times_{side} / nullif(n_{side}, 0) AS mean_{side}" for side in ("left", "stayed"))
    return Sql(
        f"""SELECT {labels}signal, n_left, n_stayed, did_left, did_stayed, {means},
            did_left / nullif(n_left, 0) - did_stayed / nullif(n_stayed, 0) AS estimate
        FROM gave JOIN signal USING (signal_key) ORDER BY {labels}abs(estimate) DESC NULLS LAST, signal""",
        relations={"signal(signal_key, signal)": _signals(asked)},
        tables={"gave": lambda: gave(asked, early, marked)},
    )


def _uses_silence(asked: Asked) -> bool:
    return asked.param("churned") == "inactivity" and asked.param("marker") is None


def _is_of_days(asked: Asked) -> bool:
    """Whether days tell who has left."""
    return asked.param("churned") == "inactivity" or asked.param("marker") is not None


def _marked(asked: Asked) -> str:
    """SQL for (entity_key, day): when the marker said first that somebody has left."""
    chosen = events_sql(asked.cursor, asked.plan, [selector(asked.param("marker"))])
    return f"SELECT entity_key, min(day) AS day FROM {asked.grain.of('event')} WHERE {chosen} GROUP BY ALL"


def _judged(asked: Asked) -> dict[str, str]:
    """Relations up to `judged` (entity_key, started_at, started_on, has_left): who was alive, and who has left since."""
    begin, end = "s.started_on + $first_days::INTEGER", "s.started_on + $outcome_days::INTEGER"
    if asked.param("marker") is not None:
        return {
            "marked": _marked(asked),
            "judged": f"""SELECT s.*, m.day IS NOT NULL AND m.day < {end} AS has_left
        FROM started s LEFT JOIN marked m USING (entity_key) WHERE m.day IS NULL OR m.day >= {begin}""",
        }
    if asked.param("churned") == "contract":
        if asked.question.entity != "account":
            raise QuestionError("Users have no contract.", do="Ask with churned=inactivity, or with entity=account.")
        paying = """SELECT s.entity_key FROM started s JOIN calendar c ON c.day = {day}
            JOIN contract k ON k.account_key = s.entity_key AND k.mrr > 0
                AND k.valid_from < c.begins_at AND k.valid_to >= c.begins_at"""
        return {
            "alive": paying.format(day=begin),
            "kept": paying.format(day=end),
            "judged": """SELECT s.*, s.entity_key NOT IN (SELECT entity_key FROM kept) AS has_left
        FROM started s WHERE s.entity_key IN (SELECT entity_key FROM alive)""",
        }
    silence = "$inactive_days::INTEGER"
    return {
        "seen": f"""SELECT s.entity_key, s.started_at, s.started_on,
            bool_or(d.day >= greatest({begin} - {silence}, s.started_on) AND d.day < {begin}) AS is_alive,
            bool_or(d.day >= {end} - {silence} AND d.day < {end}) AS is_there
        FROM started s JOIN {asked.grain.day} d ON d.entity_key = s.entity_key GROUP BY ALL""",
        "judged": "SELECT entity_key, started_at, started_on, NOT is_there AS has_left FROM seen WHERE is_alive",
    }


def _signals(asked: Asked) -> str:
    """SQL for the signals there can be; the marker is left out."""
    if asked.param("signals") == "features":
        return "SELECT feature_key, feature FROM features"
    marker = asked.param("marker")
    keys = meant_keys(asked.cursor, selector(marker).events) if marker is not None else []
    left_out = f" WHERE name_key NOT IN ({', '.join(map(str, keys))})" if keys else ""
    return f"SELECT name_key, event_name FROM event_names{left_out}"


def _early(asked: Asked, first_days: int) -> str:
    """SQL for (entity_key, signal_key, times): what everybody did in their first days."""
    within = f"d.entity_key = s.entity_key AND d.day >= s.started_on AND d.day < s.started_on + {first_days}"
    if asked.param("signals") == "features":
        return f"""SELECT s.entity_key, d.feature_key AS signal_key, sum(d.uses)::BIGINT AS times
        FROM {asked.grain.start} s JOIN {asked.grain.of("feature_day")} d ON {within} GROUP BY ALL"""
    return f"""SELECT s.entity_key, d.name_key AS signal_key, count(*) AS times
        FROM {asked.grain.start} s JOIN {asked.grain.of("event")} d ON {within} GROUP BY ALL"""


METRIC = Metric(
    kind=SIGNALS,
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=_is_of_days,
    params=(
        Param("first_days", "integer", "Days from the start that are looked at.", default=7, least=1, most=366),
        Param("inactive_days", "integer", "Days without activity that are leaving.", default=14, least=1, most=366),
        Param("outcome_days", "integer", "Days after the start on which it is judged.", default=60, least=2, most=3660),
        Param(
            "churned", "choice", "What leaving is.", default="inactivity", choices=("inactivity", "contract"),
        ),
        Param("marker", "selector", "An event that says that somebody has left; then nothing else does."),
        Param("signals", "choice", "What is compared.", default="events", choices=("events", "features")),
    ),
    entities=("user", "account"),
    is_snapshot=False,
)  # fmt: skip
