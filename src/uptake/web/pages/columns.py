"""The columns of an answer's table: which are shown, what they are called, how their cells are said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from uptake.metrics.core.result import Column, Result
from uptake.metrics.kinds.split_share import APART
from uptake.web.pages.cells import LINK
from uptake.web.words.sentence_words import attribute_of

Shown = dict[str, Any]

TITLES = {
    "active": "Active on average",
    "adjusted_pvalue": "p, adjusted",
    "did_left": "Did it and left",
    "did_stayed": "Did it and stayed",
    "entities": "Who",
    "n_with": "n with it",
    "n_without": "n without it",
    "share_left": "Who left",
    "share_stayed": "Who stayed",
    "share_with": "With it",
    "share_without": "Without it",
    "at_least": "At least so many",
    "account_id": "Account",
    "at_s": "Time from the start",
    "adopted_on": "Adopted",
    "churned_on": "Left",
    "decay_days": "Decayed for, median",
    "decay_on": "Decay began",
    "mrr": "Paid",
    "user_id": "User",
    "here": "Here now",
    "median_ci_lower": "Median, from",
    "median_ci_upper": "Median, to",
    "median_days": "Days in it, median",
    "moved": "Went on",
    "mrr_after": "Paid after",
    "mrr_before": "Paid before",
    "before": "Paid before",
    "kept": "Still paid",
    "labouring": "Labouring",
    "tries": "Tasks begun",
    "success": "Tasks done",
    "left": "Left",
    "gained": "Gained",
    "lost": "Lost",
    "tickets": "Tickets",
    "users": "Users",
    "now": "Paid now",
    "revenue": "Revenue of them all",
    "cohort_on": "Cohort",
    "cohort_size": "Size",
    "count": "Of them",
    "count_at_least": "At least, count",
    "days": "Days",
    "weeks": "Weeks",
    "months": "Months",
    "difference": "Change",
    "earlier_estimate": "Before",
    "split_difference": "Difference",
    "estimate": "Value",
    "first_unit": "First unit",
    "from_node": "From",
    "last_unit": "Last unit",
    "median": "Median",
    "median_s": "Median time",
    "n": "n",
    "open": "Still open",
    "error_share": "With an error",
    "again_share": "Started again",
    "pvalue": "p of no difference",
    "p25": "A quarter by",
    "p75": "Three quarters by",
    "p90": "Nine in ten by",
    "relative_change": "Change, relative",
    "returned": "Came back",
    "row": "Row",
    "status": "State",
    "title": "Feature",
    "to_node": "To",
    "s_per_t": "Content, of eligible",
    "satisfied_share": "Content",
    "unit_index": "Unit",
}
OWN_ENDS = re.compile(r"((p|by_|by_session_)\d+d?|step|success)_ci_(lower|upper)")
"""Intervals of numbers beside the estimate: the files have them."""
BY_DAY = re.compile(r"by_(\d+)d|by_session_(\d+)")
IN_FILES_ONLY = {
    "cohort_comparison": ("open_a", "open_b", "share_a_ci_lower", "share_a_ci_upper",
                          "share_b_ci_lower", "share_b_ci_upper",
                          "relative_change_ci_lower", "relative_change_ci_upper"),
    "drivers": ("n", "converted_with", "converted_without", "phi", "pvalue"),
    "duration": ("p90",),
    "funnel": ("dropped_share", "median_from_start_s"),
    "journey": ("median_ci_lower", "median_ci_upper"),
    "ledger": ("features", "modules"),
    "share": ("again_share",),
    "time_to_convert": ("median_s", "p75_s", "p90_s", "mean_s"),
    "path_difference": ("paths_a", "paths_b", "n_a", "n_b", "pvalue"),
    "signals": ("n", "n_left", "n_stayed", "mean_left", "mean_stayed", "pvalue"),
}  # fmt: skip
"""Kind -> columns that a table on a page leaves out, so that it is read; the files have all."""
WIDE, EXTRA = "wide", "extra"
"""Ranks of columns: not shown on a phone, and not shown at all, unless all columns are asked for."""
ONLY_IF_ASKED = {
    "cohort_comparison": ("count_a", "count_b"),
    "drivers": ("n_with", "n_without", "adjusted_pvalue"),
    "duration": ("p25", "p75", "open"),
    "features": ("tag", "tried", "retained", "status"),
    "funnel": ("open", "median_s"),
    "ledger": ("seats_before", "seats_after", "plan_before", "plan_after"),
    "path_difference": ("people_a", "people_b", "adjusted_pvalue"),
    "points": ("members", "quadrant_n"),
    "retention": ("row", "n", "earlier_estimate", "difference_interval"),
    "signals": ("did_left", "did_stayed", "adjusted_pvalue"),
}
"""Kind -> columns that a page shows only if all are asked for, so that its table fits the screen."""
ALWAYS = ("estimate", "interval", "title", "name", "step", "task", "feature", "state", "class", "kind", "movement",
          "part", "measure", "to_node", "account_id", "day", "at_s", "to_s")  # fmt: skip
"""What a table on a phone has beside its first column."""
ON_PHONE = {
    "drivers": ("share_with", "share_without"),
    "features": ("tried_share", "adopted_share", "retained_share"),
    "funnel": ("name", "count", "estimate"),
    "path_difference": ("from_node", "to_node", "estimate"),
    "paths": ("from_node", "to_node", "estimate"),
    "journey": ("step", "here", "estimate"),
    "retention": ("cohort_on", "unit_index", "first_unit", "last_unit", "estimate"),
    "points": ("estimate", "quadrant"),
    "signals": ("share_left", "share_stayed"),
}  # fmt: skip
"""Kind -> the same, where that would say too much or too little."""
ON_PHONE_OF = dict.fromkeys(("consistency", "session_duration", "sessions_per_week"), ("estimate", "success"))
"""Metric -> the same, where its kind does not say it."""
MOST_ON_PHONE = 3
"""A table of no more columns is shown whole."""
FUNNEL = {
    "count": "Did it",
    "dropped": "Stopped before it",
    "dropped_share": "Stopped, share",
    "median_from_start_s": "Half, from the start",
    "median_s": "Half took at most",
    "n": "Entered",
    "step_conversion_rate": "Of the step before",
}
OF_FEATURES = {"tried": "Tried, n", "adopted": "Adopted, n", "retained": "Kept, n", "tried_share": "Tried",
               "adopted_share": "Adopted", "retained_share": "Kept"}  # fmt: skip
"""What the columns of features are called: shares by their plain names, counts with an n."""
TIMES = {"from_s": "From", "to_s": "To", "count": "So many", "mean_s": "Mean", "median_s": "Median",
         "n": "Went on", "p75_s": "Three quarters by", "p90_s": "Nine in ten by"}  # fmt: skip
"""What those of a histogram of times are called."""
"""What the columns of a funnel are called."""
FEATURES = ("period_on", "title", "tag", "eligible", "tried", "tried_share", "adopted", "adopted_share", "interval",
            "retained", "retained_share", "satisfied_share", "status")  # fmt: skip
"""What is shown of features; the files have every interval."""

COHORTS = {"n_a": ("n", "cohort"), "count_a": ("Of them", "cohort"), "share_a": ("Share", "cohort"),
           "n_b": ("n", "against"), "count_b": ("Of them", "against"), "share_b": ("Share", "against")}  # fmt: skip
"""Of a comparison, what is shown of which cohort."""
GROUPS = {"people_a": ("People", 0), "share_a": ("Share", 0), "people_b": ("People", 1), "share_b": ("Share", 1)}
"""Of the difference of two groups' paths, what is shown of which."""
COMPARED = ("earlier_estimate", "difference", "relative_change")
OF_TASKS = ("tries", "success", "labouring")
"""What is said of tasks, where the plan has any."""
UNITS = {"on": ("first_unit", "last_unit"), "on_or_after": ("first_unit", "last_unit"), "brackets": ("unit_index",)}
"""Criterion of retention -> columns that would say the unit once more, or number the runs as if they were units."""


def columns(result: Result) -> list[Shown]:
    """The columns of an answer's table: the interval is one, and the state is left out where every row is closed."""
    found = _columns(result)
    on_phone = ON_PHONE.get(result.kind) or (*result.by, *ON_PHONE_OF.get(result.name, ALWAYS))
    told = found[:1] + [column for column in found[1:] if column["name"] in on_phone]
    if len(found) <= MOST_ON_PHONE:
        told = found
    extra = ("relative_change", "tries", *ONLY_IF_ASKED.get(result.kind, ()))
    return [
        column if column in told else {**column, "rank": EXTRA if column["name"] in extra else WIDE} for column in found
    ]


def _columns(result: Result) -> list[Shown]:
    found: list[Shown] = []
    left_out = UNITS.get(str(result.params.get("criterion")), ()) if result.kind == "retention" else ()
    for column in result.columns:
        if column.name in (*COMPARED, *OF_TASKS) and all(row[column.name] is None for row in result.rows):
            continue  # there was nothing to compare with, or no task, as a note says
        if column.name in left_out or OWN_ENDS.fullmatch(column.name):
            continue
        if column.name == "ci_lower":
            found.append({"name": "interval", "title": "95 % interval", "type": "interval",
                          "unit": column.unit, "currency": result.currency})  # fmt: skip
        elif column.name == f"{APART}_ci_lower":
            found.append({"name": "split_interval", "title": "95 % interval of the difference", "type": "interval",
                          "ends": f"{APART}_ci", "unit": column.unit})  # fmt: skip
        elif column.name == "difference_ci_lower":
            if _says_something(result, column.name):
                found.append({"name": "difference_interval", "title": "95 % interval of the change", "type": "interval",
                              "ends": "difference_ci", "unit": column.unit, "currency": result.currency})  # fmt: skip
        elif column.name not in (
            "ci_upper",
            f"{APART}_ci_upper",
            "difference_ci_upper",
            "earlier_n",
            "status",
            "open",
        ) or _says_something(result, column.name):
            found.append(_shown(result, column))
    # the cells of retention's triangle lead to people already, and a table of all of them is long
    counted = {side.column for side in result.sides if not side.less and result.kind != "retention"}
    found = [{"link": f"{LINK}{column['name']}", **column} if column["name"] in counted else column for column in found]
    # Of the shares by a day, the first and the last say how it went.
    by_days = [column["name"] for column in found if BY_DAY.fullmatch(column["name"])]
    left_out = (*IN_FILES_ONLY.get(result.kind, ()), *by_days[1:-1])
    found = [column for column in found if column["name"] not in left_out]
    if result.kind == "launch":
        found = [column for column in found if column["name"] != "target"]
    if result.kind == "points":
        unsaid = {"point", "x_axis", "y_axis", "x_split", "y_split"}
        unsaid |= {
            name
            for name, column in (("interval", "ci_lower"), ("members", "members"))
            if all(row[column] is None for row in result.rows)
        }
        found = [column for column in found if column["name"] not in unsaid]
    if result.kind == "features":
        by_name = {column["name"]: column for column in found}
        is_answered = any(row["answered"] for row in result.rows)
        unsaid = set() if is_answered else {"satisfied_share"}
        order = [*FEATURES[:1], *result.by, *FEATURES[1:]]
        return [by_name[name] for name in order if name in by_name and name not in unsaid]
    return found


def newest_first(result: Result) -> list[dict[str, Any]]:
    """The rows as a table has them: the last period on top, where there are periods; of a launch days a week apart.

    Points begin with those that the most stand behind.
    """
    if result.kind == "launch":
        last = max((row["day"] for row in result.rows), default=0)
        return [row for row in result.rows if row["day"] % 7 == 0 or row["day"] == last]
    if result.kind == "points" and not result.by and not result.params.get("period"):
        return sorted(result.rows, key=lambda row: (-(row["n"] or 0), -(row["x"] or 0)))
    if not any(column.name == "period_on" for column in result.columns):
        return result.rows
    return sorted(result.rows, key=lambda row: row["period_on"], reverse=True)


def _says_something(result: Result, name: str) -> bool:
    if name == "ci_upper":
        return False
    return any(row.get(name) not in (None, 0, "closed") for row in result.rows)


def _shown(result: Result, column: Column) -> Shown:
    name = column.name
    if name in ("period_on", "cohort_on"):
        period = _period(result.params)
        return {"name": name, "title": TITLES.get(name, period.capitalize()), "type": "period", "period": period}
    title = {"features": OF_FEATURES, "funnel": FUNNEL, "time_to_convert": TIMES}.get(result.kind, {}).get(name)
    title = title or TITLES.get(name, _title_of_group(result, name))
    if result.kind == "cohort_comparison" and name in COHORTS:
        about, cohort = COHORTS[name]
        title = f"{about}, {result.params[cohort]}"
    if result.kind == "path_difference" and name in GROUPS:
        about, place = GROUPS[name]
        title = f"{about}, {str(result.params['groups']).split(',')[place].strip()}"
    if name == "estimate" and column.unit == "share_difference":
        title = "Difference"
    if name == "estimate" and result.kind in ("movements", "ledger"):
        title = "Change"
    shown = {"name": name, "title": title, "type": column.type, "unit": column.unit, "currency": result.currency}
    if result.kind in ("features", "points") and name == "title":
        shown["link"] = "url"
    if name in ("account_id", "user_id"):
        shown["link"] = name.replace("_id", "_url")
    if result.kind == "points":
        shown["title"] = _title_of_point(result, shown)
    return shown


def _title_of_group(result: Result, name: str) -> str:
    """What a column is called that has no title of its own; attributes in words, unless two would be called alike."""
    said = attribute_of(name)
    is_attribute = name in result.by and name != said
    if not is_attribute or [attribute_of(one) for one in result.by].count(said) > 1:
        return label_title(name)
    return said[:1].upper() + said[1:]


def _title_of_point(result: Result, shown: Shown) -> str:
    """What a column of a map is called: its axes have names."""
    axes = {"x": str(result.params["x"]), "estimate": str(result.params["y"])}
    if shown["name"] in axes:
        return label_title(axes[shown["name"]])
    return "Name" if shown["name"] == "title" else str(shown["title"])


def _period(params: Mapping[str, Any]) -> str:
    return str(params.get("period") or params.get("unit") or "day")


def label_title(name: str) -> str:
    """What a breakdown is called."""
    if by_day := BY_DAY.fullmatch(name):
        return f"By day {by_day[1]}" if by_day[1] else f"By session {by_day[2]}"
    return name if "." in name else name.replace("_", " ").capitalize()
