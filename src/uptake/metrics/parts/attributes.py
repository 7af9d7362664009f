"""Which attributes there are, those that subscriptions tell among them, and the bands of those that have some, as SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from uptake.metrics.core.columnar import Columnar
from uptake.metrics.core.dimensions import MISSING, Attribute, Dimension
from uptake.metrics.core.metric import Row
from uptake.plan import Bands, Condition, Plan
from uptake.plan.bands import PAID
from uptake.store.projection import Cursor
from uptake.store.sql import literal


def known(cursor: Cursor, plan: Plan) -> list[Attribute]:
    """Every attribute that was ever said of a user or an account, by entity and name, with the plan's bands.

    What accounts pay is an attribute where the plan has bands for it: of subscriptions, where there are any.
    """
    rows = cursor.execute(
        """SELECT 'user', name FROM user_attribute GROUP BY name UNION ALL
        SELECT 'account', name FROM account_attribute GROUP BY name"""
    ).fetchall()
    found = {one.label: replace(one, bands=plan.bands.get(one.label)) for one in (Attribute(*row) for row in rows)}
    paid = [label for label in PAID if label in plan.bands]
    currency = plan.product.currency or ""  # a plan with bands of amounts has one
    if paid and (about := _paid_about(cursor, currency)):
        found |= {label: _paid(label, plan.bands[label], currency, about) for label in paid}
    by_name = sorted(found.values(), key=lambda one: (one.entity, one.name))
    return [Attribute("account", "id"), Attribute("user", "id"), *by_name]


def _paid(label: str, bands: Bands, currency: str, about: str) -> Attribute:
    """What accounts pay, in one currency; a subscription of nothing is no contract, as in every amount."""
    times, name = PAID[label], label.partition(".")[2]
    amount = "mrr" if times == 1 else f"{times} * mrr"
    told_by = f"""(SELECT account_key, {literal(name)} AS name, ({amount})::VARCHAR AS text, ({amount})::DOUBLE AS number,
        valid_from, valid_to FROM contract WHERE mrr > 0 AND coalesce(currency, {literal(currency)}) = {literal(currency)})"""
    what = "the MRR in force" if times == 1 else f"{times} times the MRR in force"
    return Attribute("account", name, bands=bands, told_by=told_by, about=f"{label} is {what}, in {currency}. {about}")


def _paid_about(cursor: Cursor, currency: str) -> str:
    """What to know of amounts; empty where nobody ever paid any."""
    ((everyone, others),) = cursor.execute(
        """SELECT count(DISTINCT account_key), count(DISTINCT account_key) FILTER (coalesce(currency, $own) <> $own)
        FROM contract WHERE mrr > 0""",
        {"own": currency},
    ).fetchall()
    if not everyone:
        return ""
    accounts = "1 account has" if others == 1 else f"{others:,} accounts have"
    also = f" {accounts} paid in other currencies, which are not added." if others else ""
    return f"Who pays nothing is {MISSING}.{also}"


def in_bands(bands: Bands, text: str, number: str) -> str:
    """SQL for the band of a value; what is no number stays as it was said.

    Args:
        bands: They.
        text: SQL for the value's text.
        number: SQL for its number.
    """
    ends = " ".join(
        f"WHEN {number} < {literal(edge)} THEN {literal(label)}"
        for edge, label in zip(bands.edges, bands.labels, strict=False)
    )
    return f"CASE WHEN coalesce(NOT isfinite({number}), true) THEN {text} {ends} ELSE {literal(bands.labels[-1])} END"


def names_bands(bands: Bands | None, condition: Condition) -> bool:
    """Whether a condition is held against bands, not against numbers."""
    return bands is not None and condition.test in ("is", "is_not") and {*condition.values} <= {*bands.labels}


def in_order(rows: list[Row] | Columnar, labels: Sequence[str], by: Sequence[Dimension]) -> list[Row] | Columnar:
    """Rows with bands in the order of their edges, not of their names; all else stays as it is.

    Args:
        rows: The rows, in the order of their labels.
        labels: The columns that they are in the order of.
        by: What they are broken down by.
    """
    bands = {one.label: one.bands.labels for one in by if isinstance(one, Attribute) and one.bands}
    if not bands:
        return rows
    rows = rows.rows if isinstance(rows, Columnar) else rows
    last = max(place for place, label in enumerate(labels) if label in bands)
    places = {
        label: {value: place for place, value in enumerate(dict.fromkeys([*bands.get(label, ()), *found]))}
        for label, found in ((label, [row.get(label) for row in rows]) for label in labels[: last + 1])
    }

    def place(row: Row) -> list[tuple[bool, int]]:
        return [(label in bands and row.get(label) == MISSING, places[label][row.get(label)]) for label in places]

    return sorted(rows, key=place)
