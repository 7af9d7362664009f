"""The sentence a metric's page opens with: what the number says, of whom and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from uptake.charts import dates, words
from uptake.charts.power_curve import counted
from uptake.metrics.dimensions import IN, OUT, SEGMENT
from uptake.metrics.result import Result
from uptake.metrics.stickiness import CALENDAR
from uptake.plan import Plan
from uptake.reports.headline import PICKS, Headline
from uptake.web import formats
from uptake.web.pages.account_sentences import OF_ACCOUNTS
from uptake.web.pages.group_sentences import groups
from uptake.web.pages.part_sentences import OF_PARTS, cohorts, launch
from uptake.web.pages.titles import of_events, with_events, with_titles
from uptake.web.wording import joined

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
NOUNS = {"user": "users", "account": "accounts", "member": "users in accounts"}
SEATS = {"user": "people with a seat", "member": "seats", "account": "an average account's seats"}
NOTHING = "nothing to count yet"


def sentence(result: Result, found: Headline, plan: Plan, than: str = "") -> str:
    """What an answer says first.

    Args:
        result: The answer.
        found: Its most important row.
        plan: The adoption plan, for the names of the product, its features and its tasks.
        than: What the earlier value stands for, where that is not the period before.

    Returns:
        One sentence with the number, its interval and its change; what it lacks in words where there is no number.
    """
    titles = of_events(plan, result.params)
    result = replace(result, rows=with_events(result.rows, titles))
    found = replace(found, row=with_events([found.row], titles)[0] if found.row else None)
    kind = "curve" if result.kind == "duration" and result.params["output"] == "curve" else result.kind
    if result.by and result.rows and kind in OF_GROUPS:
        return groups(result, plan, *OF_GROUPS[kind])
    if result.kind == "launch":
        return launch(result, plan)
    if result.kind == "cohort_comparison":
        return cohorts(result, found)
    if kind in OF_KINDS:
        return OF_KINDS[kind](result, found)
    if result.by == ("state",):
        return _states(result, found)
    if result.by == ("class",):
        return _classes(result, found)
    found = replace(found, highest=_titled(result, found.highest, plan), lowest=_titled(result, found.lowest, plan))
    if (result.name, *result.by) in OF_PARTS and found.highest is not None:
        return OF_PARTS[(result.name, *result.by)](result, found, when(result, found))
    if found.highest is not None:
        return _segments(result, found, found.highest)
    if found.row is None:
        return f"{result.title}: {NOTHING}."
    if _is_below_half(result, found.row):
        who = f"{words.count(found.row['n'])} {_who(result)}"
        began, there = BELOW_HALF.get(result.name, ("started", "have reached {there}"))
        there = there.format(there=_there(result))
        begun = (
            _in(found.row["period_on"], result.params["period"]) if found.row.get("period_on") else when(result, found)
        )
        return f"Fewer than half of the {who} {_that(result)} {began} {begun} {there} so far."
    if result.name == "time_to_value" and found.row["estimate"] == 0:
        return f"Half of the {_who(result)} that signed {when(result, found)} had reached {_there(result)} when they signed."
    before = found.before["estimate"] if found.before else None
    # "3.2 sessions a week" says the unit in the sentence itself.
    unit = "count" if result.unit == "per_week" else result.unit
    said = _form(result, found, found.row, plan.product.name)
    than = than or _than(found)
    first = formats.headline(
        said, found.row, unit, name=result.title, before=before, than=than, currency=result.currency
    )
    return f"{first}{_done(result, found.row)}"


def _done(result: Result, row: Mapping[str, Any]) -> str:
    """What the time came to: the tasks done in it, and who spent long with little done."""
    if row.get("success") is None:
        return ""
    long = (
        f"; {words.count(row['labouring'])} {_who(result)} spent long and got little done" if row["labouring"] else ""
    )
    return f" {words.share(row['success'])} of the tasks begun then were done in time{long}."


def when(result: Result, found: Headline) -> str:
    """The days a headline is about, in words: "in August 2026", "in the 28 days to 30 September 2026"."""
    params = result.params
    if result.name in NEWCOMERS or result.kind in ("retention", "duration"):
        if found.period and found.first_on:
            return _in(found.first_on, found.period)
        last = dates.day(found.last_on)
        return f"between {dates.day(params['date_from'])} and {last}" if params.get("date_from") else f"up to {last}"
    if params.get("window") == "usage_interval":
        return f"within the usage interval up to {dates.day(found.last_on)}"
    looked_back = str(params.get("window_days") or params.get("window"))
    if looked_back.isdecimal() and looked_back != "1":
        return f"in the {looked_back} days to {dates.day(found.last_on)}"
    if found.period and found.first_on and looked_back != "1":
        return _in(found.first_on, found.period)
    return f"on {dates.day(found.last_on)}"


def _form(result: Result, found: Headline, row: Mapping[str, Any], product: str) -> str:
    """The sentence with a place for the number."""
    params, who = result.params, _who(result)
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
        that=_that(result),
        there=_there(result),
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
    return _in(found.first_on, found.period) if found.first_on and found.period else when(result, found)


def _path_difference(result: Result, found: Headline) -> str:
    row = found.row
    if row is None:
        return f"{result.title}: {NOTHING}."
    way = f"from {row['from_node']} to {row['to_node']}"
    more = "more" if row["estimate"] > 0 else "less"
    one, other = (words.share(row[name]) for name in ("share_a", "share_b"))
    first, second = str(result.params["groups"]).split(",")
    is_sure = row.get("adjusted_pvalue") is not None and row["adjusted_pvalue"] < 0.05
    sure = "" if is_sure else ", which may be chance"
    return (
        f"Paths of {first.strip()} go {way} {more} often than those of {second.strip()}: {one} against {other}{sure}."
    )


def _parts(params: Mapping[str, Any]) -> str:
    """What an account is live in: "new values of user.team"."""
    of = str(params.get("of", ""))
    return (
        f"{'new ' if params.get('output') == 'new' else ''}{of if of in ('features', 'modules') else f'values of {of}'}"
    )


def _titled(result: Result, row: Mapping[str, Any] | None, plan: Plan) -> Mapping[str, Any] | None:
    """A row with features and tasks called as people call them."""
    return with_titles([dict(row)], plan, result.params)[0] if row else None


def _who(result: Result) -> str:
    return NOUNS[result.params["entity"]]


def _counted(result: Result) -> str:
    return "attempts" if result.params.get("count") == "totals" else _who(result)


def _that(result: Result) -> str:
    return "that" if result.params["entity"] == "account" or result.params.get("count") == "totals" else "who"


def _there(result: Result) -> str:
    """What a duration waits for, where it has a name."""
    goal = result.params.get("until") or result.params.get("criteria") or result.params.get("milestone")
    return "first value" if goal == "value" else "it"


def _is_below_half(result: Result, row: Mapping[str, Any]) -> bool:
    return result.kind == "duration" and row.get("estimate") is None and row.get("status") == "in_progress"


def _than(found: Headline) -> str:
    return _in(found.before["period_on"], found.period) if found.before and found.period else ""


def _in(first: date, period: str) -> str:
    said = dates.period(first, period)
    if period == "day":
        return f"on {said}"
    return f"in the w{said[1:]}" if period == "week" else f"in {said}"


def _states(result: Result, found: Headline) -> str:
    counts = {row["state"]: row["estimate"] for row in result.rows if row["period_on"] == found.first_on}
    if not counts or found.first_on is None or found.period is None:
        return f"{result.title}: {NOTHING}."
    said = {state: words.count(number) for state, number in counts.items()}
    came = words.count(counts["new"] + counts["resurrected"])
    begin = _in(found.first_on, found.period)
    return (
        f"{begin[0].upper()}{begin[1:]}, {came} {_who(result)} came ({said['new']} new, {said['resurrected']} back again)"
        f" and {said['dormant']} stayed away; {said['current']} went on."
    )


def _points(result: Result, found: Headline) -> str:
    del found
    noun = "accounts" if result.params["entity"] == "account" and "feature" not in result.params else "features"
    sizes: dict[str, int] = {}
    for row in result.rows:
        if row["quadrant"] is not None and row.get("period_on") == result.rows[-1].get("period_on"):
            sizes[row["quadrant"]] = sizes.get(row["quadrant"], 0) + 1
    if not sizes:
        return f"{result.title}: {NOTHING}."
    said = joined(
        [f"{words.count(size)} {name}" for name, size in sorted(sizes.items(), key=lambda one: -one[1])], "and"
    )
    return f"Of {words.count(sum(sizes.values()))} {noun}, {said.replace(' ', ' are ', 1)}."


def _funnel(result: Result, found: Headline) -> str:
    rows = result.rows
    if not rows:
        return f"{result.title}: {NOTHING}."
    last = rows[-1]
    first = next(row for row in reversed(rows) if row["step"] == 1)
    value = words.status(last["status"], last["n"]) if last["estimate"] is None else words.share(last["estimate"])
    when_ = _in(found.first_on, found.period) if found.period and found.first_on else ""
    if last["estimate"] is None:
        return f"{result.title}: {value}."
    interval = words.interval(last["ci_lower"], last["ci_upper"], "share")
    who = f"{words.count(last['n'])} {_counted(result)}{f' {when_}' if when_ else ''}"
    return f'{value} of {who} went from "{first["name"]}" on to "{last["name"]}" (95 % interval {interval}).'


def _drivers(result: Result, found: Headline) -> str:
    del found
    sure = [row for row in result.rows if (row["adjusted_pvalue"] or 1) < 0.05]
    if not result.rows:
        return "Nothing holds for enough to be compared."
    if not sure:
        return f"None of {words.count(len(result.rows))} things compared goes with conversion beyond chance."
    row = sure[0]
    one, other = words.share(row["share_with"]), words.share(row["share_without"])
    return f"{row['driver']} goes with conversion most: {one} with it, {other} without. That need not be why."


def _times(result: Result, found: Headline) -> str:
    del found
    if not result.rows:
        return f"{result.title}: {NOTHING}."
    row = result.rows[-1]
    half, most = words.duration(row["median_s"]), words.duration(row["p90_s"])
    who = f"{words.count(row['n'])} {_counted(result)} {_that(result)}"
    return f"Half of the {who} went on took at most {half}, nine in ten {most}."


def _classes(result: Result, found: Headline) -> str:
    rows = [row for row in result.rows if row.get("period_on") == found.first_on and row["estimate"] is not None]
    if not rows:
        return f"{result.title}: {NOTHING}."
    first, *others = [f"{words.share(row['estimate'])} {row['class']}" for row in rows]
    shares = joined([first.replace(" ", " were ", 1), *others], "and")
    begin = when(result, found)
    return f"{begin[0].upper()}{begin[1:]}, of {words.count(rows[0]['n'])} {_who(result)} {shares}."


def _features(result: Result, found: Headline) -> str:
    if found.highest is None:
        return "No feature could be used by anybody yet."
    most = f"{found.highest['title']} is adopted most, by {words.share(found.highest['estimate'])} of eligible {_who(result)}"
    if found.lowest is None:
        return f"{most}."
    return f"{most}; {found.lowest['title']} least, by {words.share(found.lowest['estimate'])}."


def _curve(result: Result, found: Headline) -> str:
    began, there = BELOW_HALF.get(result.name, ("started", "have reached {there}"))
    whom = f"{_who(result)} {_that(result)} {began} {when(result, found)}"
    there = there.format(there=_there(result))
    half = next((row for row in result.rows if (row["estimate"] or 0) >= 0.5), None)
    if half is not None:
        return f"Of the {whom}, half {there} within {words.duration(half['at_s'])}."
    last = next((row for row in reversed(result.rows) if row["estimate"] is not None), None)
    if last is None:
        return f"{result.title}: {NOTHING}."
    return f"Of the {whom}, {words.share(last['estimate'])} {there} within {words.duration(last['at_s'])}."


def _segments(result: Result, found: Headline, highest: Mapping[str, Any]) -> str:
    labels = [label for label in result.by if label not in PICKS]
    about = f"{result.title} by {joined(labels, 'and')} {when(result, found)}"
    if found.lowest is None:
        return f"{about}: {_segment(result, labels, highest)}."
    most, least = ("longest", "shortest") if result.kind == "duration" else ("highest", "lowest")
    said = (
        f"{about}: {most} in {_segment(result, labels, highest)}, {least} in {_segment(result, labels, found.lowest)}"
    )
    tested = f" (log-rank test: {words.pvalue(highest['pvalue'])})" if highest.get("pvalue") is not None else ""
    return f"{said}{tested}."


def _label(column: str, said: str) -> str:
    """A label for people: who is in a segment is called by its name."""
    prefix, dot, name = column.partition(".")
    return {IN: name, OUT: f"not {name}"}.get(said, said) if dot and prefix == SEGMENT else said


def _segment(result: Result, labels: list[str], row: Mapping[str, Any]) -> str:
    named = [_label(label, str(row[label])) for label in labels]
    return f"{', '.join(named)} ({words.value(row['estimate'], result.unit, 2, result.currency)})"


OF_KINDS: dict[str, Callable[[Result, Headline], str]] = {
    "curve": _curve,
    "features": _features,
    "funnel": _funnel,
    "time_to_convert": _times,
    "drivers": _drivers,
    "points": _points,
    "path_difference": _path_difference,
    **OF_ACCOUNTS,
}
"""Kinds with a sentence of their own."""
OF_GROUPS = {
    "curve": ("estimate", "share", ("in the end most", "least")),
    "funnel": ("estimate", "share", ("all the way most often", "least often")),
    "time_to_convert": ("median_s", "seconds", ("half took longest", "shortest")),
}
"""Kind -> what its groups are told by: column, unit, and what the most and the least of it are called."""
