"""Paths.

What people do after something, before it, or between two things: which way most of them go, and where they stop.

Formula: a path is a run of an entity's events without a gap of `gap_minutes` or more; repeats in a row count once, at
    the last of them. `after` cuts it to what follows the first such event, `before` to what leads to the first such
    one; with both, paths from the one to the other, or with `outcome=dropped` those that never got there. A step's
    share is the paths that take it / all such paths, over `depth` events from the anchor. `output=sequences` counts
    whole paths instead, `output=difference` the shares of one group less those of another
Unit: share
Grain: user, account (the events of all its users, one after the other), or user in one account
Population: paths whose anchor (without one, the first event) lies in the range; one entity has many paths, `people`
    says how many entities they are
Empty: no row for a step nobody takes; a path that may still go on at `as_of` leads to "(in progress)", not to "(end)"
Interval: entities, not their paths, are the sample: linearised, bent into 0..1, 95 %. Of differences: from the ends of
    both intervals, as Newcombe does; adjusted p-values by Benjamini and Hochberg
Pitfall: events that count as activity are looked at unless `events` says otherwise, so that page views do not drown
    the rest; what is left out joins what lies beside it. Nodes that are not among the `most` of their layer are "(other)"
Source: "Where peers disagree" 14: PostHog (a gap of 30 minutes splits, repeats collapse to the last, edges count paths)
"""

from collections.abc import Mapping
from typing import Any

from uptake.metrics.core.metric import Asked, Kind, Metric, Param, Sql
from uptake.metrics.kinds.path_difference import PathDifference
from uptake.metrics.kinds.paths import PATHS, SEQUENCES
from uptake.metrics.parts.path_steps import followed, relations, require_anchors
from uptake.metrics.parts.path_totals import counted, counted_whole, is_countable
from uptake.metrics.parts.tallies import is_of_everybody
from uptake.store.sql import name


def rows(asked: Asked) -> Sql:
    """One row per step of a path."""
    return Sql(
        """
    SELECT s.entity_key, s.anchor_at, p.period_on, s.path, s.position, s.from_key, s.to_key, s.seconds, s.is_first
    FROM path_step s JOIN period p ON s.anchor_at >= p.begins_at AND s.anchor_at < p.ends_at""",
        {name: asked.param(name) for name in ("gap_minutes", "depth", "most")},
        relations(asked),
        tables={"path_step": lambda: followed(asked).table()},
    )


def totals(asked: Asked) -> Sql | None:
    """The counts of steps or whole paths without a row for each step of a path.

    Steps of many kinds in many groups are counted from the rows.
    """
    require_anchors(asked)
    by = ["period_on"] if asked.question.period else []
    by += [name(label) for label in asked.split.labels] if asked.split else []
    if asked.param("output") == "sequences":
        whole = counted_whole(asked)
        ordered = f"SELECT * FROM whole_path ORDER BY {', '.join([*by, 'paths DESC', 'sequence'])}"
        return None if whole is None else Sql(ordered, tables={"whole_path": lambda: whole})
    if not is_countable(asked):
        return None
    steps = f"SELECT * FROM path_count ORDER BY {', '.join([*by, 'position', 'paths DESC', 'from_node', 'to_node'])}"
    if asked.param("output") == "difference":
        steps = PathDifference(asked.param("groups")).compared_sql(tuple(by), "path_count")
    return Sql(steps, tables={"path_count": lambda: counted(asked)})


def kind(params: Mapping[str, Any]) -> Kind:
    """Steps, whole paths, or the difference of two groups' steps."""
    if params["output"] == "difference":
        return PathDifference(params["groups"])
    return SEQUENCES if params["output"] == "sequences" else PATHS


METRIC = Metric(
    kind=kind,
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=is_of_everybody,
    params=(
        Param("after", "selector", "What paths begin with: an event or feature."),
        Param("before", "selector", "What paths lead to: an event or feature."),
        Param("outcome", "choice", "With both: paths that reached the second, or that broke off before it.",
              default="reached", choices=("reached", "dropped")),
        Param("nodes", "choice", "Events by name, or the plan's features.", default="events",
              choices=("events", "features")),
        Param("events", "selectors", "The events and features looked at; all that count as activity if not given."),
        Param("exclude", "selectors", "Events and features that are left out."),
        Param("gap_minutes", "integer", "Minutes without an event after which a path is over.", default=30, least=1,
              most=5_256_000),
        Param("depth", "integer", "Events of a path, from the anchor on.", default=5, least=2, most=20),
        Param("most", "integer", "Nodes of a layer that are named, or sequences that are listed.", default=8, least=1,
              most=100),
        Param("output", "choice", "Steps, whole paths, or how two groups differ.", default="steps",
              choices=("steps", "sequences", "difference")),
        Param("groups", "text", "With output=difference: two values of the breakdown, as in Pro,Free."),
    ),
    is_snapshot=False,
    is_of_newcomers=False,
)  # fmt: skip
