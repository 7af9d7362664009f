"""What is said of each metric, with a place for its number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uptake.charts import dates, words
from uptake.charts.power_curve import counted
from uptake.metrics.core.result import Result
from uptake.metrics.stickiness import CALENDAR
from uptake.reports.headline import Headline
from uptake.web.words.sentence_words import SEATS, in_period, that_of, there_of, who_of

NEWCOMERS: dict[str, str] = {
    "activation_rate": "{value} of {who} {that} started {when} were activated",
    "onboarding_completion": "{value} of {who} {that} started {when} finished setting up",
    "time_to_first_value": "Half of the {who} {that} started {when} reached {there} within {value}",
    "adoption_velocity": "Half of the {who} {that} were activated {when} were proficient within {value}",
    "funnel": "{value} of {who} {that} entered {when} went all the way",
    "paid_conversion": "{value} of {who} {that} started {when} began to pay",
    "time_to_value": "Half of the {who} {that} signed {when} reached {there} within {value}",
}
"""Metrics of those who started within some days."""
EVERYBODY: dict[str, str] = {
    "active_users": "{value} {who} were active {when}",
    "stickiness": "Of the {who} active within {long_days} days, {value} were active within {short}, {averaged}",
    "features_used": "Active {who} used {value} core features on average {when}",
    "breadth": "Active {who} used {value} of the core features open to them {when}",
    "sessions_per_week": "Active {who} came for {value} sessions a week {when}",
    "value_realisation": "{value} of active {who} reached a moment of value {when}",
    "adoption_rate": "{value} of {seats} have adopted {product}",
    "lifecycle": "{value} {who} came for each one who went {when}",
    "active_days_per_week": "Active {who} came on {value} days a week {when}",
    "session_duration": "Sessions of {who} lasted {value} on average {when}",
    "frequency": "Active {who} came {value} as often as the usage interval expects {when}",
    "consistency": "Active {who} came in {value} of the usage intervals behind them, up to {last}",
    "account_churn": "{value} of customers left {compared}",
    "mrr_churn": "{value} of monthly revenue was lost {compared}",
    "net_revenue_retention": "Customers paid {value} of what they had paid before, {compared}",
    "gross_revenue_retention": "{value} of monthly revenue was kept {compared}, growth left out",
    "lifetime_value": "A customer is worth {value}, at the rate at which customers left {compared}",
    "labouring": "{value} of active {who} were busy without getting anywhere, or unhappy, {when}",
    "product_engagement_score": "The product engagement score of {who} is {value} {when}",
    "tickets_per_100_users": "{value} tickets were opened for every 100 active users {when}",
    "spread": "An account was live in {value} {parts} on average on {last}",
    "usage_interval": "Most {who} who come again are back within {value}, {when}",
}
"""Metrics of everybody at one moment, with the days looked back on."""
BELOW_HALF = {
    "adoption_velocity": ("were activated", "are proficient"),
    "time_to_value": ("signed", "have reached {there}"),
}
"""Durations without a median yet: how they begin and end, where that is not said of a start and a milestone."""


def when(result: Result, found: Headline) -> str:
    """The days a headline is about, in words: "in August 2026", "in the 28 days to 30 September 2026"."""
    params = result.params
    if result.name in NEWCOMERS or result.kind in ("retention", "duration"):
        if found.period and found.first_on:
            return in_period(found.first_on, found.period)
        last = dates.day(found.last_on)
        return f"between {dates.day(params['date_from'])} and {last}" if params.get("date_from") else f"up to {last}"
    if params.get("window") == "usage_interval":
        return f"within the usage interval up to {dates.day(found.last_on)}"
    looked_back = str(params.get("window_days") or params.get("window"))
    if looked_back.isdecimal() and looked_back != "1":
        return f"in the {looked_back} days to {dates.day(found.last_on)}"
    if found.period and found.first_on and looked_back != "1":
        return in_period(found.first_on, found.period)
    return f"on {dates.day(found.last_on)}"


def form_of(result: Result, found: Headline, row: Mapping[str, Any], product: str) -> str:
    """The sentence with a place for the number."""
    params, who = result.params, who_of(result)
    if result.kind == "retention":
        units = words.in_units(row["first_unit"], row["last_unit"], params["unit"])
        if params.get("reference") == "previous":
            return f"In {units} after their start came back {{value}} as many {who} as in the {params['unit']}s before"
        return f"{{value}} of {who} came back in {units} after their start"
    if result.kind == "paths":
        if row["position"] < 0:
            return f"Before {row['to_node']} most often comes {row['from_node']}: in {{value}} of paths"
        return f"After {row['from_node']} most often comes {row['to_node']}: in {{value}} of paths"
    if result.kind == "sequences":
        return f"{{value}} of paths are {row['sequence']}, the most frequent"
    if result.kind == "power":
        column = counted([row])
        of = params["window_days"] if column == "days" else params["intervals"]
        on = "on" if column == "days" else "in"
        if column == "days" and of == CALENDAR:
            return f"{{value}} of active {who} were active on at least {row[column]} days of the {params['period']}"
        return f"{{value}} of active {who} were active {on} at least {row[column]} of {of} {column}"
    form = {**NEWCOMERS, **EVERYBODY}.get(result.name, f"{result.title} was {{value}} {{when}}")
    if params.get("output") == "progress":
        form = "{who} {that} started {when} did {value} of their required steps on average"
        form = form.replace("{who}", who.capitalize(), 1)
    short = params.get("short_days", 1)
    return form.format(
        value="{value}",
        who=who,
        that=that_of(result),
        there=there_of(result),
        when=when(result, found),
        compared=_compared(result, found),
        seats=SEATS[params["entity"]],
        product=product,
        long_days=params.get("long_days"),
        short="one day" if short == 1 else f"{short} days",
        last=dates.day(found.last_on),
        parts=_parts(params),
        averaged=f"on average over {words.days(row.get('days'))} up to {dates.day(found.last_on)}",
    )


def _compared(result: Result, found: Headline) -> str:
    """The time between two moments that money is compared over."""
    over = result.params.get("over", "period")
    if over != "period":
        return f"in the {over} to {dates.day(found.last_on)}"
    return in_period(found.first_on, found.period) if found.first_on and found.period else when(result, found)


def _parts(params: Mapping[str, Any]) -> str:
    """What an account is live in: "new values of user.team"."""
    of = str(params.get("of", ""))
    return (
        f"{'new ' if params.get('output') == 'new' else ''}{of if of in ('features', 'modules') else f'values of {of}'}"
    )
