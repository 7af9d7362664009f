"""What the columns of answers hold, one sentence each."""

from __future__ import annotations

import re

COLUMNS = {
    "account_id": "The account.",
    "active": "How many were active in the long window, on average over the days.",
    "adjusted_pvalue": "The p-value, adjusted for how many steps are compared (Benjamini and Hochberg).",
    "adopted": "How many have adopted it.",
    "adopted_on": "When the account reached adoption.",
    "at_least": "The share on at least so many days.",
    "at_s": "Time since the start, seconds.",
    "before": "What was paid at the beginning.",
    "churned_on": "When the account left.",
    "ci_lower": "Lower end of the estimate's 95 % interval.",
    "ci_upper": "Upper end of the estimate's 95 % interval.",
    "class": "How often they came, as a class.",
    "cohort": "The cohort.",
    "cohort_on": "First day of the period in which the cohort started; empty in rows of means.",
    "cohort_size": "How many are in the cohort.",
    "count": "How many of `n` did it.",
    "count_a": "How many of `n_a` did it.",
    "count_at_least": "How many on at least so many days.",
    "count_b": "How many of `n_b` did it.",
    "curve": "Which curve the row is a point of.",
    "day": "Day since the beginning, from 0.",
    "days": "Number of days.",
    "decay_days": "Days from the first sign of decay to the end, the median.",
    "decay_on": "When use began to fall for good.",
    "difference": "The estimate less that of the earlier window.",
    "difference_ci_lower": "Lower end of the difference's 95 % interval.",
    "difference_ci_upper": "Upper end of the difference's 95 % interval.",
    "dropped": "How many of those who did the step before did not do this one.",
    "dropped_share": "That number as a share of those who did the step before.",
    "earlier_estimate": "The estimate of the earlier window.",
    "earlier_n": "How many that rests on.",
    "eligible": "How many could use it.",
    "entities": "How many users or accounts the counted things belong to.",
    "estimate": "The metric itself.",
    "feature": "The feature's name in the plan.",
    "features": "Features adopted in the time before.",
    "first_unit": "The first unit that the cell spans.",
    "from_node": "What the step leaves: an event, a feature, (start) or (other).",
    "gained": "How many came: new or resurrected.",
    "interval_days": "Days of the usage interval that the group is judged by.",
    "kept": "What is still paid of it; of retention by the unit before, how many came in both units.",
    "kind": "The kind of churn.",
    "last_unit": "The last unit that the cell spans; empty where later returns count too.",
    "left": "How many left.",
    "length": "How many events the sequence has.",
    "lost": "How many, or how much, went.",
    "measure": "adopted, or active.",
    "median": "The median.",
    "median_from_start_s": "Half of them took at most so long since the first step, seconds.",
    "median_s": "Half of them took at most so long since the step before, seconds.",
    "members": "How many of `n` are behind the point.",
    "modules": "Modules of these features.",
    "movement": "What changed: new, expansion, contraction, churn or reactivation.",
    "mrr": "What was paid a month.",
    "mrr_after": "What is paid a month since.",
    "mrr_before": "What was paid a month until then.",
    "n": "How many users, accounts or values the estimate rests on.",
    "n_a": "How many, or how many paths, the share of the first group rests on.",
    "n_b": "How many, or how many paths, the share of the second group rests on.",
    "name": "What the step is called.",
    "now": "What they pay now, with all that was added.",
    "open": "How many still have time and are in neither number.",
    "open_a": "How many of the first cohort still have time.",
    "open_b": "How many of the second cohort still have time.",
    "paths": "How many paths took it.",
    "paths_a": "How many paths of the first group took it.",
    "paths_b": "How many paths of the second group took it.",
    "people": "How many users or accounts these paths are of.",
    "people_a": "How many users or accounts these are of.",
    "people_b": "How many users or accounts these are of.",
    "period_on": "First day of the period.",
    "plan_after": "The plan since.",
    "plan_before": "The plan until then.",
    "point": "What the point stands for.",
    "position": "The layer the step leaves: from 1 after the beginning, up to -1 before the end.",
    "pvalue": "How likely groups as different as these are if there is no difference (log-rank).",
    "quadrant": "The field of the map that it lies in.",
    "quadrant_n": "How many points lie in that field.",
    "reached": "How many got there.",
    "relative_change": "The difference as a share of the earlier estimate.",
    "retained": "How many have adopted it and used it lately.",
    "returned": "How many of `n` came back.",
    "revenue": "What all of them pay a month.",
    "row": "cohort, or a mean over cohorts: weighted by people, or simple.",
    "seats_after": "Seats since.",
    "seats_before": "Seats until then.",
    "sequence": "The nodes of the path in their order.",
    "share_a": "The share in the first group or cohort.",
    "share_b": "The share in the second group or cohort.",
    "split_difference": "The share of those who had reached it by then, less that of the others.",
    "state": "new, current, resurrected or dormant.",
    "status": "closed; in_progress: not over; too_few: under 30; not_eligible: nobody could.",
    "step": "The step.",
    "step_conversion_rate": "The share of those who did the step before who did this one.",
    "tag": "core, advanced, or whatever the plan says.",
    "target": "What the plan wants it to be.",
    "title": "What people call it.",
    "to_node": "What the step leads to: an event, a feature, (end), (in progress) or (other).",
    "tried": "How many used it at least once.",
    "unit_index": "Number of the unit, or of the run of units, since the start.",
    "x": "Where it lies on the first axis.",
    "x_axis": "What the first axis measures.",
    "x_split": "Where the fields meet on the first axis.",
    "y_axis": "What the second axis, the estimate, measures.",
    "y_split": "Where the fields meet on the second axis.",
}
_END = re.compile(r"(?P<of>.+)_ci_(?P<end>lower|upper)")
_BY_DAY = re.compile(r"by_(\d+)d")
_PERCENTILE = re.compile(r"p(\d+)")


def about(column: str) -> str:
    """What a column holds; empty if there is nothing to say beyond its name.

    >>> about("by_30d"), about("p75_ci_lower")
    ('The share that got there within 30 days.', 'Lower end of the 95 % interval of `p75`.')
    """
    if column in COLUMNS:
        return COLUMNS[column]
    if found := _END.fullmatch(column):
        return f"{found['end'].capitalize()} end of the 95 % interval of `{found['of']}`."
    if found := _BY_DAY.fullmatch(column):
        return f"The share that got there within {found[1]} days."
    if found := _PERCENTILE.fullmatch(column):
        return f"{found[1]} % took at most so long."
    if column.endswith("_share"):
        return f"That number of `{column.removesuffix('_share')}` as a share."
    return ""
