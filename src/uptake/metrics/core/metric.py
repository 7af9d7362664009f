"""What a metric is: its name, its parameters, the SQL for its rows and the kind that turns rows into numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.metrics.core.columnar import Columnar
from uptake.metrics.core.definition import Definition
from uptake.metrics.core.grain import Grain
from uptake.metrics.core.question import Question
from uptake.metrics.core.result import Column, Side
from uptake.plan import Plan
from uptake.store.kept import Kept
from uptake.store.projection import Cursor

ParamType = Literal[
    "conditions",
    "date",
    "instant",
    "texts",
    "integer",
    "number",
    "text",
    "choice",
    "selector",
    "selectors",
    "criteria",
    "quorum",
    "moment",
    "list",
    "boolean",
    "duration",
    "steps",
    "exclusions",
]
Row = dict[str, Any]


@dataclass(frozen=True)
class Param:
    """One parameter of a metric.

    Args:
        name: Its name in Python, in a URL and after `--param`.
        type: How a value is read.
        about: What it means, in one sentence.
        default: The value if none is given, or a function of the plan that yields it.
        choices: The allowed values of a choice.
        least: The smallest allowed number.
        most: The largest allowed number.
        words: Words that may stand where a number does.
    """

    name: str
    type: ParamType
    about: str
    default: Any = None
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    words: tuple[str, ...] = ()

    def default_for(self, plan: Plan) -> Any:  # noqa: ANN401 - values of parameters are of any type
        """The default under a plan."""
        return self.default(plan) if callable(self.default) else self.default


@dataclass(frozen=True)
class Source:
    """Something that a query selects from.

    Args:
        sql: What stands after FROM.
        relations: Relations it is made of, name -> SQL.
        tables: Those of them that are worked out here instead of by the engine, as in `Sql`.
    """

    sql: str
    relations: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Callable[[], pa.Table]] = field(default_factory=dict)


@dataclass(frozen=True)
class Gaps:
    """What the usage interval of each group of an answer is made of.

    Args:
        sql: SQL for (entity_key, anchor_at, period_on, gap): everyone, with the typical gap if there is one.
        typical: What that reads beside the relation `gap_day`.
        grain: Whose rows they are.
        otherwise_days: The interval of a group in which nobody came twice.
    """

    sql: str
    typical: Source
    grain: Grain
    otherwise_days: int


@dataclass
class Sql:
    """A query under construction.

    Args:
        select: One SELECT. A metric's rows have `entity_key, anchor_at, period_on` and the columns its kind needs.
        values: Parameters bound in it beside those every question has.
        relations: Relations it reads, in order, name (with columns) -> SQL; a kind's SELECT may read them too.
        notes: What a reader of the answer should know.
        tables: Relations that are worked out here instead of by the engine, name -> how. The SQL of that name in
            `relations` gives the same rows; it is what people are shown.
        reads: What people are shown where no SQL gives those rows: the query for what they are worked out from.
        gaps: What the relation `group_interval` is made of, if the rows read it.
        counted: Of a quicker way: works out here, without the engine, what the kind reads from its own SELECT; then that
            is not needed. People are shown the query over entity rows, which gives the same numbers.
    """

    select: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    relations: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    tables: dict[str, Callable[[], pa.Table]] = field(default_factory=dict)
    reads: str = ""
    gaps: Gaps | None = None
    counted: Callable[[], list[Row]] | None = None


class Split(Protocol):
    """What tells entities apart, and leaves some of them out, by what they were at an instant."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the breakdowns."""
        ...

    @property
    def names(self) -> list[tuple[str, ...]]:
        """What each group is called, by its number."""
        ...

    def numbers(self, at: np.datetime64) -> NDArray[np.int8]:
        """The number of everybody's group just before an instant; -1 of those left out."""
        ...

    def numbers_of(self, who: NDArray[Any], at: NDArray[np.datetime64]) -> NDArray[np.int8]:
        """The number of the group of some entities, by number, each at an instant of its own; -1 of those left out."""
        ...

    def parts(self, at: np.datetime64, who: NDArray[Any]) -> Iterator[tuple[tuple[str, ...], NDArray[Any]]]:
        """Each group of some entities, by number, just before an instant, with the places of those in it."""
        ...

    def labelled(self, rows: str) -> str:
        """SQL for the rows of a relation that are not left out, with a column a breakdown, at the `anchor_at` of each."""
        ...


@dataclass(frozen=True)
class Asked:
    """A question on its way to SQL: what a metric may look at.

    Args:
        question: What is asked, complete.
        plan: The adoption plan.
        grain: Whose rows: user, account, or a user in an account.
        cursor: For looking up keys of events; metrics run no query of their own.
        unit: Unit of the metric's estimate.
        kept: Events that were read before.
        groups_overlap: Whether somebody can be in several groups of the breakdown at once.
        split: What tells groups apart in memory, of a question to a quicker way that can.
        made: What was worked out while this question is answered, for those who need it again.
    """

    question: Question
    plan: Plan
    grain: Grain
    cursor: Cursor
    unit: str
    kept: Kept = field(default_factory=Kept)
    groups_overlap: bool = False
    split: Split | None = None
    made: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def param(self, name: str) -> Any:  # noqa: ANN401 - values of parameters are of any type
        """The value of a parameter of the metric."""
        return self.question.params[name]


def as_rows(answer: Cursor) -> list[Row]:
    """What a query returned, as dicts."""
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def plain(labels: tuple[str, ...]) -> list[str]:
    """The names of labels as an answer's columns have them: in SQL they are quoted."""
    return [label.strip('"').replace('""', '"') for label in labels]


@dataclass(frozen=True)
class Cells:
    """How the entities behind the numbers of an answer are found.

    Args:
        sides: What they may be told apart by; the first is what is meant where nobody says.
        rows: SQL over `labelled` for the relation they are found in: `entity_key, anchor_at`, the labels, `coordinates`.
        coordinates: Columns of the answer that say a cell, beside the period and the breakdowns.
        optional: Labels and coordinates that may be left out, which means all of them.
        value: SQL for what is told of everyone; empty: nothing.
        value_title: What that is.
        value_unit: Its unit.
    """

    sides: tuple[Side, ...]
    rows: str = "SELECT * FROM labelled"
    coordinates: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    value: str = ""
    value_title: str = ""
    value_unit: str = ""


class Kind(Protocol):
    """A kind of metric: how entity rows become additive aggregates, and aggregates become estimates.

    Kinds inherit from it what most of them do alike. One that `compares_groups` holds two groups of the first breakdown
    against each other, where the metric has no labels of its own.
    """

    name: str
    by_period: bool
    compares_groups: bool = False

    def select(self, labels: tuple[str, ...]) -> str:
        """SQL over `entity_row` that aggregates by the labels (period and breakdowns)."""
        ...

    def shown(self, labels: tuple[str, ...], asked: Asked) -> str:
        """The SQL that people are shown: what is run, or what leads on from there to the number itself."""
        del asked
        return self.select(labels)

    def read(self, answer: Cursor, labels: tuple[str, ...]) -> list[Row]:
        """What `select` returned, as rows."""
        del labels
        return as_rows(answer)

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row] | Columnar:
        """Estimates with intervals from what was read; of very many rows as columns, in the order of the answer."""
        ...

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """The columns of the estimates, without the labels."""
        ...

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells | None:
        """How the entities behind a row of the answer are found; None: its numbers are not of entities."""
        del labels, asked
        return None


@dataclass(frozen=True)
class Metric:
    """One metric; every module of `uptake.metrics` that defines `METRIC` is one.

    Args:
        kind: The kind, or a function of the parameters that chooses it.
        unit: Unit of the estimate: share, seconds, count, days, per_week.
        rows: Makes the SQL of the entity rows.
        params: Its own parameters.
        labels: Columns of the rows that always split the answer (a step, a feature), or a function of the
            parameters that names them.
        entities: Grains at which it has a meaning.
        default_period: The period if none is asked for; None: one number over the range.
        is_snapshot: Measured at the end of each period (true) or over the starts within it (false).
        is_of_newcomers: Whether the starts are those of lives, so that who started unseen would look silent.
        events: What `event.NAME` is a property of: the events that are counted as `activity`, the event at the `start`
            of a cohort, or those the rows bring the properties of (`rows`); empty: it has no meaning.
        totals: A quicker way to the kind's aggregates where nothing is broken down or filtered; a test
            holds its answers equal to those made from the rows.
        splits_totals: Whether that way tells groups apart as well, of a question; None: of none.
    """

    kind: Kind | Callable[[Mapping[str, Any]], Kind]
    unit: str
    rows: Callable[[Asked], Sql]
    params: tuple[Param, ...] = ()
    labels: tuple[str, ...] | Callable[[Mapping[str, Any]], tuple[str, ...]] = ()
    entities: tuple[str, ...] = ("user", "account", "member")
    default_period: str | None = None
    is_snapshot: bool = True
    is_of_newcomers: bool = True
    events: Literal["", "activity", "start", "rows"] = ""
    totals: Callable[[Asked], Sql | None] | None = None
    splits_totals: Callable[[Asked], bool] | None = None

    @property
    def default_entity(self) -> str:
        """Whose rows are meant if nobody says: the first grain named."""
        return self.entities[0]

    def kind_for(self, params: Mapping[str, Any]) -> Kind:
        """The kind under these parameters."""
        if callable(self.kind) and not hasattr(self.kind, "select"):
            return self.kind(params)
        return self.kind  # type: ignore[return-value]  # a protocol is not told from a function by isinstance

    def labels_for(self, params: Mapping[str, Any]) -> tuple[str, ...]:
        """The columns that always split the answer, under these parameters."""
        return self.labels(params) if callable(self.labels) else self.labels


@dataclass(frozen=True)
class Entry:
    """A metric in the catalogue: the object, its name and its public page."""

    name: str
    metric: Metric
    definition: Definition
