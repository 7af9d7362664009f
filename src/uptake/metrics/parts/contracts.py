"""What accounts pay, as SQL: at the beginning and at the end of what is compared, in one currency.

Money is read at two moments, a period apart or a month, a quarter or a year. What was in force just before a moment
counts, so a contract that begins on the first day of a month is new in that month, and one that ends there is lost in
it: the end of one period is the beginning of the next. A subscription of nothing (a trial, a free plan) is no contract.
"""

from __future__ import annotations

from uptake.errors import QuestionError
from uptake.metrics.core.metric import Asked, Param
from uptake.store.sql import literal

BEGIN = "p.begins_at - INTERVAL 1 MICROSECOND"
"""The last instant before what is compared begins: breakdowns are as of then."""
MONTHS = {"month": 1, "quarter": 3, "year": 12}
NO_CONTRACTS = "No subscriptions have been imported: uptake import FILE --kind subscriptions."


def over(default: str = "period") -> Param:
    """The parameter that says how far apart the two moments are."""
    about = "What is compared: the beginning and the end of the period, or the month, quarter or year up to its end."
    return Param("over", "choice", about, default=default, choices=("period", *MONTHS))


CURRENCY = Param(
    "currency",
    "text",
    "Count subscriptions in this currency, EUR; the plan's if not given.",
    default=lambda plan: plan.product.currency,
)


def compared_sql(asked: Asked, over: str = "") -> str:
    """SQL for the relation `compared`: period_on, begin_day, begins_at, on_day, on_at, is_closed.

    Args:
        asked: The question.
        over: What is compared, if the question does not say.
    """
    months = MONTHS.get(over or asked.param("over"))
    begin = f"(p.last_day + 1 - INTERVAL {months} MONTH)::DATE" if months else "p.first_day"
    return f"""SELECT p.period_on, c.day AS begin_day, c.begins_at, p.on_day, p.on_at, p.is_closed
        FROM period p JOIN calendar c ON c.day = {begin}"""


def paid_sql(asked: Asked, moment: str) -> str:
    """SQL for (entity_key, period_on, mrr, seats, plan): who paid how much at a moment of `compared`.

    Args:
        asked: The question.
        moment: `begins_at` or `on_at`.
    """
    return f"""SELECT k.account_key AS entity_key, p.period_on, k.mrr, k.seats, k.plan
        FROM compared p JOIN ({in_currency(asked)}) k ON k.valid_from < p.{moment} AND k.valid_to >= p.{moment}"""


def in_currency(asked: Asked) -> str:
    """SQL for (account_key, plan, mrr, seats, valid_from, valid_to): the contracts in the currency that is asked for."""
    code = currency(asked)
    chosen = f" AND coalesce(currency, {literal(asked.plan.product.currency or '')}) = {literal(code)}"
    return f"SELECT account_key, plan, mrr, seats, valid_from, valid_to FROM contract WHERE mrr > 0{chosen}"


def currency(asked: Asked) -> str:
    """The currency that amounts are in; an empty text where nothing says which.

    Raises:
        QuestionError: Amounts are in several, and the question does not say which is meant.
    """
    wanted = str(asked.param("currency") or "").upper()
    known = _currencies(asked)
    if wanted and known and wanted not in known and wanted != (asked.plan.product.currency or "").upper():
        raise QuestionError(f"No subscription is in {wanted}.", allowed=[code for code in known if code])
    if wanted or not known:
        return wanted
    if len(known) > 1:
        named = [code or "an unnamed currency" for code in known]
        raise QuestionError(
            f"Subscriptions are in {' and '.join(named)}, which are not added.",
            allowed=[code for code in known if code],
            do="Ask with currency=..., or name the product's currency in the plan.",
        )
    return next(iter(known))


def money_notes(asked: Asked) -> tuple[str, ...]:
    """What a reader of amounts should know: that there are none, or that those of other currencies are left out."""
    known, code = _currencies(asked), currency(asked)
    if not known:
        return (NO_CONTRACTS,)
    others = sum(count for other, count in known.items() if other != code)
    if not others:
        return ()
    listed = ", ".join(other or "an unnamed currency" for other in known if other != code)
    accounts = "1 account is" if others == 1 else f"{others:,} accounts are"
    return (f"Amounts in {code}. What {accounts} paying in {listed} is left out: different currencies are not added.",)


def too_early_notes(asked: Asked) -> tuple[str, ...]:
    """That nobody paid yet at the beginning of what is compared, not even for the last period: there is nothing to keep."""
    (first,) = asked.cursor.execute(f"SELECT min(valid_from)::DATE FROM ({in_currency(asked)})").fetchall()[0]
    over, last_day = asked.param("over"), min(asked.question.date_to, asked.question.last_day)
    if first is None or over not in MONTHS:
        return ()
    (is_too_early,) = asked.cursor.execute(
        "SELECT (?::DATE + 1 - to_months(?))::DATE <= ?::DATE", [last_day, MONTHS[over], first]
    ).fetchall()[0]
    told = f"The first contract is of {first:%Y-%m-%d}: nobody paid yet a {over} before the end of {last_day:%Y-%m-%d}."
    return (f"{told} Ask with a shorter over.",) if is_too_early else ()


def _currencies(asked: Asked) -> dict[str, int]:
    """Currency -> accounts that ever paid in it."""
    rows = asked.cursor.execute(
        """SELECT coalesce(currency, $own) AS code, count(DISTINCT account_key) FROM contract WHERE mrr > 0
        GROUP BY code ORDER BY code""",
        {"own": asked.plan.product.currency or ""},
    ).fetchall()
    return dict(rows)
