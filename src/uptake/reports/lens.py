"""A lens: what one team looks at, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from uptake.plan import Plan
from uptake.reports.overview import Tile

Params = Mapping[str, Any] | Callable[[Plan], Mapping[str, Any]]


@dataclass(frozen=True)
class Measure:
    """One column of a table of groups: a number of a metric's answer, for each group.

    Args:
        title: The column's.
        metric: The metric that is asked.
        params: Its parameters where they are not the defaults, or what makes them of the plan.
        pick: The rows that are meant where the answer has several for a group: column -> value.
        column: The column of the answer with the number; empty: how many are on the side.
        side: Who is behind the number, one of the answer's sides; empty: the first.
        entity: Who is counted, if not the metric's usual.
        base: The column that says on how many the number stands.
    """

    title: str
    metric: str
    params: Params = field(default_factory=dict)
    pick: Params = field(default_factory=dict)
    column: str = "estimate"
    side: str = ""
    entity: str = ""
    base: str = "n"


@dataclass(frozen=True)
class ScoreMeasure:
    """One column of a table of groups: the mean of a score, for each group.

    Args:
        title: The column's.
        score: Which score of the plan.
        entity: Whose: user or account.
        who: Whose score counts: everyone's, or theirs alone who came.
    """

    title: str
    score: str
    entity: str
    who: str = "everyone"


@dataclass(frozen=True)
class Numbers:
    """A table of numbers with their change, trend, reference range and target, a line each, as on the overview.

    Args:
        title: What they are about.
        tiles: They.
        is_of_owner: Whether they are about the chosen owner's accounts alone, where one is chosen.
    """

    title: str
    tiles: tuple[Tile, ...]
    is_of_owner: bool = False


@dataclass(frozen=True)
class Groups:
    """A table with a row for each group and a column for each measure.

    Args:
        title: What it shows.
        by: What tells groups apart: an attribute, or a label that the measures' answers always have.
        group: What a group is called, the first column's title.
        measures: The columns.
        says: What has to be known to read it.
        missing: What to do where there are no groups.
        is_ranked: Whether the groups with the most of the first measure stand first; else in their own order.
    """

    title: str
    by: str
    group: str
    measures: tuple[Measure | ScoreMeasure, ...]
    says: str = ""
    missing: str = ""
    is_ranked: bool = False

    @property
    def is_label(self) -> bool:
        """Whether answers have the groups without being broken down."""
        return self.by in ("feature", "step", "task")


@dataclass(frozen=True)
class Rows:
    """A list of accounts to look at.

    Args:
        title: What is listed.
        list: Which list; `web/pages/team_lists.py` reads each.
        says: What has to be known to read it.
        missing: What to say where nobody is on it.
    """

    title: str
    list: str
    says: str = ""
    missing: str = ""


@dataclass(frozen=True)
class Aims:
    """All targets of the plan with their pace."""

    title: str = "Targets"


Part = Numbers | Groups | Rows | Aims


@dataclass(frozen=True)
class Lens:
    """What one team looks at.

    Args:
        name: In an address.
        title: The team.
        asks: The question that the page answers.
        parts: What stands on it, in order.
        opening: The question whose answer the page opens with; None: it opens with what there is to say of the accounts.
        has_owner: Whether it can be narrowed to the accounts of one owner.
    """

    name: str
    title: str
    asks: str
    parts: tuple[Part, ...]
    opening: Measure | None = None
    has_owner: bool = False
