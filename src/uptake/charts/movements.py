"""What came and what went of money, seats or plans, period by period: stacked above zero and below it."""

from __future__ import annotations

from collections.abc import Sequence

from uptake.charts import words
from uptake.charts.frame import Row, Spec
from uptake.charts.up_and_down import Amounts, Parts, up_and_down

ABOVE = ("expansion", "reactivation", "new", "upgrade", "other plan", "adopted")
BELOW = ("contraction", "churn", "downgrade")


def movements(
    rows: Sequence[Row],
    *,
    title: str,
    subtitle: str = "",
    by: Sequence[str] = (),
    period: str = "month",
    unit: str = "count",
    currency: str = "",
) -> Spec:
    """Draws a column a period: gains stacked above zero, losses below it.

    Args:
        rows: Rows of a result with `period_on`, `movement`, `estimate` and `status`; those of a ledger are added up.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns beside the movement; their parts are added up.
        period: day, week, month or quarter.
        unit: Unit of the amounts: currency or count.
        currency: Code for the unit currency.

    Returns:
        A Vega-Lite specification; columns of periods that are not over are pale.
    """

    def net(amounts: Amounts) -> str:
        gained, lost = (sum(amounts.get(part, 0) for part in side) for side in (ABOVE, BELOW))
        return words.value(gained - lost, unit, currency=currency)

    rows = [row for row in rows if row["movement"] is not None]  # a ledger has accounts that pay what they paid
    found = {row["movement"] for row in rows}
    above, below = (tuple(part for part in side if part in found) for side in (ABOVE, BELOW))
    noun = "Amount" if unit == "currency" else "Number"
    parts = Parts(above, below, noun, ("tip_net", "All together"), net)
    return up_and_down(
        rows, parts, "movement", title=title, subtitle=subtitle, by=by, period=period, unit=unit, currency=currency
    )
