"""What answers say first that come in parts anyway: a row for each feature, task, curve or cohort."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from uptake.charts import words
from uptake.charts.launch import CURVES
from uptake.metrics.cohort_comparison import BEFORE, LATEST, SPAN
from uptake.metrics.core.result import Result
from uptake.metrics.kinds.split_share import APART
from uptake.metrics.paid_conversion import NOT_REACHED, REACHED
from uptake.plan import Plan
from uptake.reports.headline import Headline
from uptake.web.words.plan_words import joined
from uptake.web.words.sentence_words import NOTHING, NOUNS, attribute_of

Row = Mapping[str, Any]
COHORTS = {LATEST: f"the latest {SPAN} days", BEFORE: f"the {SPAN} days before"}


def launch(result: Result, plan: Plan) -> str:
    """How far a launch has got on the last day that is over, or on the day of the target."""
    if result.by:
        return f"{launched(result, plan)} by {joined([attribute_of(label) for label in result.by], 'and')}."
    over = [row for row in result.rows if row["estimate"] is not None]
    aim = next((row for row in result.rows if row["target"] is not None), None)
    if not over:
        return f"{launched(result, plan)}: {NOTHING}."
    days = {row["day"] for row in over}
    day = aim["day"] if aim and aim["day"] in days else max(days)
    shares = {row["curve"]: row for row in over if row["day"] == day}
    n = max(row["n"] for row in shares.values())
    did = joined([f"{words.share(shares[curve]['estimate'])} had {word}" for curve, word in CURVES.items()], "and")
    target = (
        f" {_aimed(aim, aim['day'] == day)} {words.share(aim['target'])} that {CURVES[aim['curve']]} by day {aim['day']}."
        if aim
        else ""
    )
    of = f"of {words.count(n)} {NOUNS[result.params['entity']]} it is for"
    return f"{launched(result, plan)}, by day {day}: {of}, {did}.{target}"


def _aimed(aim: Row, is_over: bool) -> str:
    """How a sentence about a launch's target begins."""
    if not is_over:
        return "The target is"
    return "That reaches the target of" if aim["estimate"] >= aim["target"] else "That misses the target of"


def reached(result: Result, plan: Plan) -> str:
    """What goes with being reached by a launch's campaign, of its first channel by size of the difference."""
    row = next((row for row in result.rows if row["estimate"] is not None), None)
    if row is None:
        return "Nobody whose time is over was reached, or everybody was: there is nothing to hold side by side yet."
    params = result.params
    launch_ = plan.launches[str(params["launch"])]
    did = CURVES[launch_.target_of]
    within = params["within_days"] or launch_.within_days
    ends = [words.number(row[end] * 100, 2) for end in ("ci_lower", "ci_upper")]
    is_sure = row["ci_lower"] * row["ci_upper"] > 0
    more = "more" if row["estimate"] > 0 else "less"
    return (
        f"Of {words.count(row['n_with'])} {NOUNS[params['entity']]} whom {row['driver']} had reached by day"
        f" {params['reached_by']}, {words.share(row['share_with'])} {did} by day {within}, against"
        f" {words.share(row['share_without'])} of {words.count(row['n_without'])} others: {words.points(row['estimate'])} {more}"
        f" (95{words.SPACE}% interval {' to '.join(ends)}){'' if is_sure else ', which may be chance'}. This is observational."
    )


def launched(result: Result, plan: Plan) -> str:
    """The title of the launch an answer is about."""
    name = result.params.get("launch") or next(iter(plan.launches), "")
    return plan.launches[name].title if name in plan.launches else result.title


def since(result: Result, plan: Plan) -> str:
    """What the days of a launch are counted from."""
    name = result.params.get("launch") or next(iter(plan.launches), "")
    clock = result.params.get("clock") or (plan.launches[name].clock if name in plan.launches else "launch")
    return "the launch" if clock == "launch" else "each could first use it"


def cohorts(result: Result, found: Headline) -> str:
    """How one cohort did against another, and that this is no proof."""
    row = found.row or found.highest
    if row is None or row["estimate"] is None:
        return f"{result.title}: {'still in progress' if row else NOTHING}."
    one, other = (COHORTS.get(str(result.params[name]), str(result.params[name])) for name in ("cohort", "against"))
    in_unit = words.in_units(result.params["at"], result.params["at"], result.params["unit"])
    did = f"came back in {in_unit}" if result.params["measure"] == "retention" else "were activated in time"
    where = "".join(f"{row[label]}: " for label in result.by[1:])
    who = f"{NOUNS[result.params['entity']]} {'who started in' if 'cohort' in result.by else 'of'} {one}"
    more = "more" if row["estimate"] > 0 else "less"
    ends = [words.number(row[end] * 100, 2) for end in ("ci_lower", "ci_upper") if row[end] is not None]
    interval = f" (95{words.SPACE}% interval {' to '.join(ends)})" if ends else ""
    is_sure = len(ends) == 2 and row["ci_lower"] * row["ci_upper"] > 0
    return (
        f"{where}{words.share(row['share_a'])} of {who} {did}, against {words.share(row['share_b'])} of {other}:"
        f" {words.points(row['estimate'])} {more}{interval}{'' if is_sure else ', which may be chance'}."
        " This is observational."
    )


def _decay(result: Result, found: Headline, when: str) -> str:
    del when
    high, low = _two(found)
    who = NOUNS[result.params["entity"]]
    said = f"{high['feature']} is let go of most: {_share(high)} of the {who} who had adopted it no longer use it"
    return f"{said}; {low['feature']} least, {_share(low)}."


def _half_life(result: Result, found: Headline, when: str) -> str:
    high, low = _two(found)
    who = NOUNS[result.params["entity"]]
    said = f"Half of the {who} who adopted {low['feature']} {when} had let go of it within {_time(low)}, the soonest"
    return f"{said}; {high['feature']} took {_time(high)}{_waiting(result, 'kept by more than half so far')}."


def _discovery(result: Result, found: Headline, when: str) -> str:
    del when
    high, low = _two(found)
    who = NOUNS[result.params["entity"]]
    told = _sessions if result.params.get("unit") == "sessions" else _time
    said = f"Half of the {who} who could use {low['feature']} had used it within {told(low)}, the soonest"
    return f"{said}; {high['feature']} took {told(high)}{_waiting(result, 'used by fewer than half so far')}."


def _depth(result: Result, found: Headline, when: str) -> str:
    del found, when
    half = words.share(0.5)
    who = NOUNS[result.params["entity"]]
    return f"Depth holds {who} against each other, so the mean of all of them is {half}: break it down to see who goes deeper."


def _tasks(result: Result, found: Headline, when: str) -> str:
    del result
    high, low = _two(found)
    if high is low:
        interval = words.interval(high["ci_lower"], high["ci_upper"], "share")
        remark = f" (95{words.SPACE}% interval {interval})" if interval != words.NO_INTERVAL else ""
        return f"{_share(high)}{remark} of attempts at {high['task']} were finished in time {when}."
    return (
        f"{low['task']} is finished least: {_share(low)} of attempts in time {when};"
        f" {high['task']} most, {_share(high)}."
    )


def _invites(result: Result, found: Headline, when: str) -> str:
    rows = [row for row in result.rows if found.first_on is None or row.get("period_on") == found.first_on]
    parts = {row["part"]: _share(row) for row in rows if row["estimate"] is not None}
    forms = {
        "accepted": "{} of invites were accepted",
        "activated": "{} of those who came by one were activated",
        "seats": "{} of new seats came by invite",
    }
    said = joined([form.format(parts[part]) for part, form in forms.items() if part in parts], "and")
    return f"{when[0].upper()}{when[1:]}, {said}."


def _conversion(result: Result, found: Headline, when: str) -> str:
    high, low = _two(found)
    rows = {row["split"]: row for row in (high, low)}
    if len(rows) < 2:
        return f"{_share(high)} of {NOUNS[result.params['entity']]} who had {high['split']} it {when} began to pay."
    row = rows[REACHED]
    more = "more" if row[APART] > 0 else "less"
    ends = [words.number(row[f"{APART}{end}"] * 100, 2) for end in ("_ci_lower", "_ci_upper")]
    sure = "" if row[f"{APART}_ci_lower"] * row[f"{APART}_ci_upper"] > 0 else ", which may be chance"
    return (
        f"{_share(row)} of {NOUNS[result.params['entity']]} that had got there by day {result.params['split_days']} began"
        f" to pay {when}, against {_share(rows[NOT_REACHED])} of the others: {words.points(row[APART])} {more}"
        f" (95{words.SPACE}% interval {' to '.join(ends)}){sure}. This is observational."
    )


def _tickets(result: Result, found: Headline, when: str) -> str:
    del result
    high, _ = _two(found)
    interval = words.interval(high["ci_lower"], high["ci_upper"], "count")
    remark = f" (95{words.SPACE}% interval {interval})" if interval != words.NO_INTERVAL else ""
    if not high["tickets"]:
        return f"No ticket named a feature {when}."
    value = f"{words.number(high['estimate'])} tickets{remark}"
    return f"{high['feature']} is asked about most: {value} for every 100 users of it {when}."


def _two(found: Headline) -> tuple[Row, Row]:
    """The highest row and the lowest, which are one where there is one."""
    assert found.highest is not None
    return found.highest, found.lowest or found.highest


def _waiting(result: Result, said: str) -> str:
    """How many features have no median yet."""
    waiting = sum(row["estimate"] is None and row["status"] == "in_progress" for row in result.rows)
    several = result.params.get("period") or not waiting
    return "" if several else f"; {words.count(waiting)} {'feature is' if waiting == 1 else 'features are'} {said}"


def _share(row: Row) -> str:
    return words.share(row["estimate"])


def _time(row: Row) -> str:
    return words.duration(row["estimate"])


def _sessions(row: Row) -> str:
    number = int(row["estimate"])
    return f"{words.count(number)} session{'' if number == 1 else 's'}"


OF_PARTS: dict[tuple[str, ...], Callable[[Result, Headline, str], str]] = {
    ("adoption_decay", "feature"): _decay,
    ("adoption_half_life", "feature"): _half_life,
    ("depth", "feature"): _depth,
    ("feature_discovery_lag", "feature"): _discovery,
    ("invite_loop", "part"): _invites,
    ("paid_conversion", "split"): _conversion,
    ("task_success", "task"): _tasks,
    ("tickets_per_100_users", "feature"): _tickets,
}
"""Metric and its only breakdown -> its sentence; the last argument is when."""
