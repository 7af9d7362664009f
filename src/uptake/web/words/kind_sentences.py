"""What answers of kinds that are more than a number say first: curves, funnels, drivers, points, paths, classes, states."""

from __future__ import annotations

from collections.abc import Callable

from uptake.charts import words
from uptake.metrics.core.result import Result
from uptake.reports.headline import Headline
from uptake.web import formats
from uptake.web.words.account_sentences import OF_ACCOUNTS
from uptake.web.words.metric_sentences import BELOW_HALF, when
from uptake.web.words.plan_words import joined
from uptake.web.words.sentence_words import (
    NOTHING,
    counted_of,
    in_period,
    label_of,
    that_of,
    there_of,
    who_of,
)


def _curve(result: Result, found: Headline) -> str:
    began, there = BELOW_HALF.get(result.name, ("started", "have reached {there}"))
    whom = f"{who_of(result)} {that_of(result)} {began} {when(result, found)}"
    there = there.format(there=there_of(result))
    half = next((row for row in result.rows if (row["estimate"] or 0) >= 0.5), None)
    if half is not None:
        return f"Of the {whom}, half {there} within {words.duration(half['at_s'])}."
    last = next((row for row in reversed(result.rows) if row["estimate"] is not None), None)
    if last is None:
        return f"{result.title}: {NOTHING}."
    return f"Of the {whom}, {words.share(last['estimate'])} {there} within {words.duration(last['at_s'])}."


def _features(result: Result, found: Headline) -> str:
    if found.highest is None:
        return "No feature could be used by anybody yet."
    most = f"{found.highest['title']} is adopted most, by {words.share(found.highest['estimate'])} of eligible {who_of(result)}"
    if found.lowest is None:
        return f"{most}."
    return f"{most}; {found.lowest['title']} least, by {words.share(found.lowest['estimate'])}."


def _funnel(result: Result, found: Headline) -> str:
    rows = result.rows
    if not rows:
        return f"{result.title}: {NOTHING}."
    last = rows[-1]
    first = next(row for row in reversed(rows) if row["step"] == 1)
    if last["step"] == 1 and last["estimate"] is not None:
        return f'{words.count(last["n"])} {counted_of(result)} did "{last["name"]}". Add a step to see who goes on.'
    value = words.status(last["status"], last["n"]) if last["estimate"] is None else words.share(last["estimate"])
    when_ = in_period(found.first_on, found.period) if found.period and found.first_on else ""
    if last["estimate"] is None:
        return f"{result.title}: {value}."
    sure = formats.interval(last["ci_lower"], last["ci_upper"], "share")
    who = f"{words.count(last['n'])} {counted_of(result)}{f' {when_}' if when_ else ''}"
    return f'{value} of {who} went from "{first["name"]}" on to "{last["name"]}" {sure}.'


def _times(result: Result, found: Headline) -> str:
    del found
    if not result.rows:
        return f"{result.title}: {NOTHING}."
    row = result.rows[-1]
    half, most = words.duration(row["median_s"]), words.duration(row["p90_s"])
    who = f"{words.count(row['n'])} {counted_of(result)} {that_of(result)}"
    return f"Half of the {who} went on took at most {half}, nine in ten {most}."


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


def _points(result: Result, found: Headline) -> str:
    del found
    if result.by and "feature" in result.params:
        return _features_of_groups(result)
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


def _features_of_groups(result: Result) -> str:
    """How many features each group has where most are: a feature has a place in every group."""
    rows = [
        row
        for row in result.rows
        if row["quadrant"] is not None and row.get("period_on") == result.rows[-1].get("period_on")
    ]
    if not rows:
        return f"{result.title}: {NOTHING}."
    best = max(rows, key=lambda row: (row["x"] >= row["x_split"]) + (row["estimate"] >= row["y_split"]))["quadrant"]
    groups: dict[str, int] = {}
    for row in rows:
        name = ", ".join(label_of(label, str(row[label])) for label in result.by)
        groups[name] = groups.get(name, 0) + (row["quadrant"] == best)
    features = words.count(len({row["point"] for row in rows}))
    sizes = sorted(groups.items(), key=lambda one: -one[1])
    (first, most), *others = sizes
    said = [
        f"{words.count(most)} {'is' if most == 1 else 'are'} {best} in {first}",
        *(f"{words.count(size)} in {name}" for name, size in others),
    ]
    return f"Of {features} features, {joined(said, 'and')}."


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


def states(result: Result, found: Headline) -> str:
    """What a lifecycle says of its last period, of everybody or of groups."""
    if result.by[1:]:
        return _states_of_groups(result, found)
    counts = {row["state"]: row["estimate"] for row in result.rows if row["period_on"] == found.first_on}
    if not counts or found.first_on is None or found.period is None:
        return f"{result.title}: {NOTHING}."
    said = {state: words.count(number) for state, number in counts.items()}
    came = words.count(counts["new"] + counts["resurrected"])
    begin = in_period(found.first_on, found.period)
    return (
        f"{begin[0].upper()}{begin[1:]}, {came} {who_of(result)} came ({said['new']} new, {said['resurrected']} back again)"
        f" and {said['dormant']} stayed away; {said['current']} went on."
    )


def _states_of_groups(result: Result, found: Headline) -> str:
    """Where the most came beside those who stayed away, and where the fewest."""
    groups: dict[str, dict[str, float]] = {}
    for row in result.rows:
        if row["period_on"] == found.first_on and row["estimate"] is not None:
            name = ", ".join(label_of(label, str(row[label])) for label in result.by[1:])
            groups.setdefault(name, {})[row["state"]] = row["estimate"]
    if not groups or found.first_on is None or found.period is None:
        return f"{result.title}: {NOTHING}."
    flows = [(of["new"] + of["resurrected"], of["dormant"], name) for name, of in groups.items()]
    flows.sort(key=lambda flow: flow[0] - flow[1])
    said = [f"{name} ({words.count(came)} came, {words.count(away)} stayed away)" for came, away, name in flows]
    begin = in_period(found.first_on, found.period)
    least, most = (came - away for came, away, _ in (flows[0], flows[-1]))
    if len(flows) > 1 and least == most:
        return f"{begin[0].upper()}{begin[1:]}, no group gained more {who_of(result)} than another."
    fewest = f", the fewest in {said[0]}" if len(said) > 1 else ""
    return f"{begin[0].upper()}{begin[1:]}, the most {who_of(result)} were gained in {said[-1]}{fewest}."


def _classes(result: Result, found: Headline) -> str:
    rows = [row for row in result.rows if row.get("period_on") == found.first_on and row["estimate"] is not None]
    if not rows:
        return f"{result.title}: {NOTHING}."
    first, *others = [f"{words.share(row['estimate'])} {row['class']}" for row in rows]
    shares = joined([first.replace(" ", " were ", 1), *others], "and")
    begin = when(result, found)
    return f"{begin[0].upper()}{begin[1:]}, of {words.count(rows[0]['n'])} {who_of(result)} {shares}."


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
OF_LABELS: dict[tuple[str, ...], Callable[[Result, Headline], str]] = {("class",): _classes}
"""The labels that rows have -> their sentence."""
