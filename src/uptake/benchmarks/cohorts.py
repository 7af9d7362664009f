"""Cohorts of accounts: by the month in which they signed, or by an attribute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from statistics import fmean

from uptake.benchmarks.answer import Account, Cohort
from uptake.facts.start import said_sql
from uptake.signals.panel import Panel

NOT_KNOWN = "(none)"


def months_of_signing(panel: Panel) -> dict[int, date]:
    """Row -> the first day of the month in which an account signed, by its attribute or its first subscription.

    Where it has not signed yet, or nobody says, the month in which its life began.
    """
    zone = panel.asked.question.timezone
    found = panel.cursor.execute(
        f"""WITH said AS ({said_sql("account", "signed_on", zone)}), paid AS (
            SELECT account_key, min(valid_from) AS started_at FROM contract GROUP BY 1
        ), one AS (
            SELECT s.account_key, coalesce(said.started_at, paid.started_at, s.started_at) AS signed_at
            FROM account_start s LEFT JOIN (FROM said WHERE started_at < $as_of) said USING (account_key)
            LEFT JOIN (FROM paid WHERE started_at < $as_of) paid USING (account_key)
        )
        SELECT account_key, date_trunc('month', timezone($zone, timezone('UTC', signed_at)))::DATE FROM one
        WHERE signed_at < $as_of""",
        {"zone": zone, "as_of": panel.asked.question.as_of},
    ).fetchall()
    keys = {int(key): row for row, key in enumerate(panel.keys)}
    return {keys[key]: month for key, month in found if key in keys}


def cohorts(accounts: Iterable[Account], *, by: str) -> tuple[Cohort, ...]:
    """Cohorts by distance, the furthest first; those of which nothing is known last.

    Args:
        accounts: Everybody.
        by: The attribute that `group` is the value of; empty: by the month of signing.
    """
    groups: dict[str, list[Account]] = {}
    for one in accounts:
        month = one.signed_on.isoformat()[:7] if one.signed_on else NOT_KNOWN
        groups.setdefault(one.group if by else month, []).append(one)
    made = [_cohort(name, group) for name, group in groups.items()]
    return tuple(sorted(made, key=lambda one: (one.attainment is None, one.attainment or 0.0, one.name)))


def _cohort(name: str, group: Sequence[Account]) -> Cohort:
    known = [one.attainment for one in group if one.attainment is not None]
    attained: dict[str, list[float]] = {}
    for one in group:
        for standing in one.standings:
            if standing.attained is not None:
                attained.setdefault(standing.name, []).append(standing.attained)
    return Cohort(
        name, len(group), len(known), fmean(known) if known else None,
        {measure: fmean(values) for measure, values in attained.items()},
        sum(one.way.state == "reached" for one in group), sum(one.way.keep_going for one in group),
        dict(Counter(one.reason for one in group if one.reason)),
    )  # fmt: skip
