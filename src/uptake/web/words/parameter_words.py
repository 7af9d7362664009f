"""What forms call the parameters of metrics and what can be chosen, in words of people, and the units of numbers."""

from __future__ import annotations

TITLES = {
    "active": "Active means",
    "active_days": "Active within",
    "after": "After the event",
    "against": "Held against",
    "among": "Counted are",
    "at": "In unit",
    "at_least": "At least so often",
    "attribution": "Value taken from",
    "attribution_step": "Which step",
    "before": "Before the event",
    "beside": "Beside it",
    "between": "Allowed in between",
    "brackets": "Lengths of runs",
    "by_days": "Told by day",
    "by_sessions": "Told by session",
    "churned": "Leaving means",
    "classes": "Classes",
    "clock": "Days counted from",
    "cohort": "Cohort",
    "complete": "Done when",
    "count": "Counted are",
    "core_features": "Core features used",
    "criteria": "Criteria",
    "criterion": "Came back",
    "currency": "In the currency",
    "days": "Days of use",
    "decay": "Decays below",
    "depth": "Length of paths",
    "drivers": "Look for",
    "entry": "Entry that counts",
    "error": "Went wrong when",
    "events": "Events looked at",
    "exclude": "Left out",
    "exclusion": "What is excluded",
    "favourable": "Content from a score of",
    "feature": "Features",
    "first_days": "First days looked at",
    "floor": "Time rounded down to",
    "from_step": "From step",
    "gap_days": "Interval measured over",
    "gap_minutes": "A path ends after rest of",
    "groups": "Two groups to compare",
    "hold": "The same in all steps",
    "inactive_days": "Gone after silence of",
    "interval": "Active in so many",
    "interval_days": "Usage interval",
    "intervals": "Intervals looked back on",
    "key": "Tasks told apart by",
    "launch": "Launch",
    "least_days": "Scaled up from",
    "least_minutes": "Busy from",
    "least_n": "At least so many people",
    "least_tries": "At least so many tries",
    "left": "Who left counts as",
    "live_share": "Live above",
    "long_days": "Of those active within",
    "lost": "Losses of",
    "marker": "Event that says they left",
    "measure": "Measure",
    "milestone": "Milestone",
    "mode": "Units counted",
    "most": "Nodes named",
    "nodes": "Steps are",
    "of": "Spread over",
    "per": "Against users of",
    "open": "Open entries",
    "order": "Order of steps",
    "outcome": "Paths that",
    "outcome_days": "Judged after",
    "output": "Show",
    "over": "Compared over",
    "peers": "Held against those of the same",
    "preset": "Count as in",
    "quiet_intervals": "Let go after silent intervals",
    "quorum": "Quorum of members",
    "reached_by": "Reached by day",
    "reference": "Shares are of",
    "returns": "Coming back means",
    "sentiment_below": "Unhappy below",
    "sentiment_days": "An answer holds for",
    "share": "Share that is back",
    "short_days": "Active within",
    "signals": "Compare by",
    "smooth_days": "Averaged over",
    "split": "Tell apart who reached",
    "split_days": "Judged after",
    "start": "The clock starts with",
    "steps": "Steps",
    "success_below": "Failing below",
    "task": "Task",
    "to_step": "To step",
    "tolerance_seconds": "Any order within",
    "unit": "Unit of time",
    "unit_0": "Unit 0 is",
    "units": "Units shown",
    "until": "Until",
    "weekends": "Weekends count",
    "who": "A step is done when",
    "window": "Active within",
    "window_days": "Days looked back on",
    "within_days": "Within",
    "within_minutes": "Within",
    "x": "Across",
    "x_split": "Split across at",
    "y": "Upwards",
    "y_split": "Split upwards at",
}
"""Parameter -> what the field is called. Parameters of one name mean the same wherever there are any."""

OF_METRICS = {
    ("adoption_velocity", "days"): "Active days in an interval",
    ("adoption_velocity", "intervals"): "Intervals running",
    ("feature_discovery_lag", "unit"): "Counted in",
    ("expansion", "measure"): "Counted in",
    ("funnel", "window_days"): "All steps within",
    ("stickiness", "intervals"): "Days, weeks or months looked back on",
    ("stickiness", "window_days"): "Power curve over",
}
"""(metric, parameter) -> what the field is called where that says too little."""

CHOICES = {
    ("among", "active"): "Who was active",
    ("among", "present"): "Everybody there",
    ("attribution", "all_steps"): "All steps alike",
    ("attribution", "first_touch"): "The first step",
    ("attribution", "last_touch"): "The last step",
    ("beside", "tasks"): "Tasks done, and who labours",
    ("attribution", "step"): "One step",
    ("between", "halt"): "Repeats, of any step",
    ("between", "nothing"): "Nothing",
    ("between", "repeats"): "Repeats of the step before",
    ("churned", "contract"): "The contract ended",
    ("churned", "inactivity"): "No activity",
    ("clock", "exposure"): "First chance to use it",
    ("clock", "launch"): "The launch",
    ("count", "entities"): "Everybody once",
    ("count", "pairs"): "Each value held",
    ("count", "totals"): "Every attempt",
    ("criterion", "brackets"): "In runs of units",
    ("criterion", "on"): "In exactly that unit",
    ("criterion", "on_or_after"): "In it or later",
    ("drivers", "attributes"): "Attributes at entry",
    ("drivers", "events"): "Events on the way",
    ("drivers", "properties"): "Properties of the event of entry",
    ("exclusion", "remove"): "Removes who did it",
    ("exclusion", "stop"): "Stops who did it there",
    ("exclusion", "undo"): "Undoes all steps but the first",
    ("floor", "day"): "Days",
    ("floor", "hour"): "Hours",
    ("floor", "none"): "Nothing",
    ("left", "censored"): "Seen until then",
    ("left", "waiting"): "Still waiting",
    ("lost", "all"): "All kinds",
    ("lost", "ended"): "Contracts that ended",
    ("lost", "reduced"): "Contracts that shrank",
    ("measure", "mrr"): "Monthly revenue",
    ("mode", "calendar"): "By the calendar",
    ("mode", "rolling"): "From one's own start",
    ("open", "apart"): "Told apart",
    ("open", "count"): "Counted",
    ("order", "ordered"): "One after another",
    ("order", "strict"): "Nothing in between",
    ("order", "unordered"): "Any",
    ("outcome", "dropped"): "Broke off before it",
    ("outcome", "reached"): "Reached it",
    ("preset", "clickhouse"): "ClickHouse",
    ("preset", "posthog"): "PostHog",
    ("reference", "previous"): "The unit before",
    ("reference", "start"): "All who started",
    ("unit_0", "cohort"): "The whole cohort",
    ("unit_0", "returns"): "Who came back in it",
    ("who", "any"): "Any member did it",
    ("who", "every"): "Every member did it",
    ("window", "calendar"): "The period itself",
    ("window", "calendar_cut"): "The period, from the first day on",
    ("window", "usage_interval"): "The usage interval",
}
"""(parameter, choice) -> what is chosen, where the choice's own name says too little."""

EMPTY = {
    "after": "any event",
    "before": "any event",
    "criteria": "as in the plan",
    "events": "all that are activity",
    "exclude": "nothing",
    "hold": "nothing",
    "launch": "the plan's",
    "peers": "everybody",
    "quorum": "as in the plan",
    "split": "nothing",
    "window_days": "14 days",
}
"""Parameter without a default -> what an empty field stands for."""

UNITS = {"days": "days", "minutes": "minutes", "seconds": "seconds"}
"""The last word of a parameter's name -> the unit of its number."""
COUNTED = ("by_days", "by_sessions", "days", "first_days")
"""Parameters whose title says already what is counted."""


def title(metric: str, param: str) -> str:
    """What the field of a parameter is called.

    >>> title("breadth", "window_days"), title("funnel", "window_days")
    ('Days looked back on', 'All steps within')
    """
    return OF_METRICS.get((metric, param)) or TITLES.get(param) or plain(param)


def unit(metric: str, param: str) -> str:
    """The unit that stands behind a field, empty where its title says it.

    >>> unit("launch_adoption", "within_days"), unit("breadth", "window_days"), unit("paths", "depth")
    ('days', '', '')
    """
    said = UNITS.get(param.rpartition("_")[2], "")
    return "" if param in COUNTED or title(metric, param).lower().startswith(f"{said} ") else said


def choice(param: str, chosen: str) -> str:
    """What a choice is called.

    >>> choice("window", "28"), choice("criterion", "on"), choice("unit", "week")
    ('28 days', 'In exactly that unit', 'Week')
    """
    if param == "window" and chosen.isdecimal():
        return f"{chosen} day{'' if chosen == '1' else 's'}"
    return CHOICES.get((param, chosen)) or plain(chosen)


def plain(name: str) -> str:
    """A name as words, for what needs no others.

    >>> plain("seats_active")
    'Seats active'
    """
    return name.replace("_", " ").capitalize()
