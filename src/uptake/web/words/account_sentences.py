"""What answers about customers say first: what they pay, who left, how far they are."""

from __future__ import annotations

from collections.abc import Callable

from uptake.charts import dates, words
from uptake.metrics.core.result import Result
from uptake.reports.headline import Headline
from uptake.web.words.plan_words import joined
from uptake.web.words.sentence_words import NOTHING, in_period


def _movements(result: Result, found: Headline) -> str:
    """What came and what went in the last period that is over, and the sum of it."""
    over = [row["period_on"] for row in result.rows if row["status"] == "closed" and row["movement"]]
    if not over or found.period is None:
        return f"{result.title}: {NOTHING}."
    amounts: dict[str, float] = {}
    accounts = 0
    for row in result.rows:
        if row["period_on"] == max(over) and row["movement"]:
            amounts[row["movement"]] = amounts.get(row["movement"], 0.0) + row["estimate"]
            accounts += row.get("n", 1)
    begin, measure = in_period(max(over), found.period), str(result.params["measure"])
    begin = f"{begin[0].upper()}{begin[1:]}"
    if result.kind == "movements" and measure in ("features", "modules"):
        adopted = words.count(amounts["adopted"])
        return f"{begin}, {words.count(accounts)} accounts adopted {adopted} {measure} that were new to them."
    said = {name: words.value(abs(amount), result.unit, 3, result.currency) for name, amount in amounts.items()}
    listed = joined([f"{amount} {name}" for name, amount in said.items()], "and")
    if result.kind == "movements" and measure == "plan":
        return f"{begin}, accounts moved to another plan: {listed}."
    net, what = sum(amounts.values()), "the number of seats paid for" if measure == "seats" else "monthly revenue"
    if not net:
        return f"{begin}, {what} stayed what it was: {listed}."
    size = words.value(abs(net), result.unit, 3, result.currency)
    return f"{begin}, {what} {'grew' if net > 0 else 'shrank'} by {size}: {listed}."


def _churned(result: Result, found: Headline) -> str:
    """How many left in the last period that is over, early and slowly."""
    over = [row["period_on"] for row in result.rows if row["status"] == "closed"]
    if not over or found.period is None:
        return f"{result.title}: {NOTHING}."
    counts = {"early": 0, "slow": 0}
    for row in result.rows:
        if row["period_on"] == max(over):
            counts[row["kind"]] += row.get("estimate", 1)
    begin, who = in_period(max(over), found.period), ("users" if result.params["entity"] == "user" else "accounts")
    left = f"{begin[0].upper()}{begin[1:]}, {words.count(sum(counts.values()))} {who} left"
    return f"{left}: {words.count(counts['early'])} early, without having adopted, and {words.count(counts['slow'])} slowly."


def _journey(result: Result, found: Headline) -> str:
    """Where most accounts are that have not gone all the way, or who has been stuck the longest."""
    last = max((row["period_on"] for row in result.rows if row.get("period_on")), default=None)
    rows = [row for row in result.rows if row.get("period_on") == last]
    if not rows:
        return f"{result.title}: {NOTHING}."
    on = f"on {dates.day(found.last_on)}"
    if result.kind == "stuck":
        first = max(rows, key=lambda row: float(row["days"]))
        stuck = f"{words.count(len(rows))} accounts had not gone on {on}"
        return f"{stuck}; {first['account_id']} is the longest in its step, {words.days(first['days'])} in {first['step']}."
    here: dict[str, int] = {}
    for row in rows:
        here[row["step"]] = here.get(row["step"], 0) + row["here"]
    listed = joined([f"{words.count(count)} in {step}" for step, count in here.items() if count], "and")
    return f"{words.count(sum(here.values()))} accounts were on their way {on}: {listed or 'none'}."


def _signals(result: Result, found: Headline) -> str:
    """How many left, and what they did most differently before."""
    del found
    rows = [row for row in result.rows if row["estimate"] is not None]
    if not rows:
        return f"{result.title}: {NOTHING}."
    most = max(rows, key=lambda row: abs(float(row["estimate"])))
    who = "users" if result.params["entity"] == "user" else "accounts"
    left, days = words.count(most["n_left"]), words.days(result.params["first_days"])
    return (
        f"{left} {who} left and {words.count(most['n_stayed'])} stayed. They differ most in {most['signal']}:"
        f" {words.share(most['share_left'])} of those who left did it in their first {days},"
        f" {words.share(most['share_stayed'])} of those who stayed."
    )


OF_ACCOUNTS: dict[str, Callable[[Result, Headline], str]] = {
    "movements": _movements,
    "ledger": _movements,
    "churned": _churned,
    "churned_list": _churned,
    "journey": _journey,
    "stuck": _journey,
    "signals": _signals,
}
"""Kind -> its sentence."""
