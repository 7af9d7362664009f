"""Long lists: what an address asks of them, their filters, their pages, and the whole of them as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyarrow import parquet
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from uptake.directory import listing
from uptake.directory.listing import BANDS, Ask
from uptake.directory.vocabulary import Vocabulary
from uptake.errors import QuestionError
from uptake.metrics.core.export import harmless
from uptake.plan import Condition, Plan, conditions
from uptake.scores.written import of_entity as scores_of
from uptake.segments import written
from uptake.segments.tracks import name_of
from uptake.web.pages.columns import EXTRA, WIDE
from uptake.web.pages.condition_field import condition
from uptake.web.pages.list_views import ListView, ViewForm
from uptake.web.pages.metric_files import attachment
from uptake.web.site import Page

Row = Mapping[str, Any]
KEY_OF = {"accounts": "account_id", "users": "user_id"}
"""List -> the column that says whose a row is; every file has it."""
FIRST = ("segment", "stage", "maturity")
"""Placements that lists show and are filtered by at once."""
FILES = {"CSV": "csv", "Parquet": "parquet"}
"""What files are called, and how they end."""
ROWS_AT_ONCE = 5_000
"""Rows of a file that are written together."""
SIZE = 50
MOST_FILTERS = 5


@dataclass(frozen=True)
class Choice:
    """One attribute the list can be filtered by.

    Args:
        title: The attribute.
        options: (condition, value), one a value; the first is no condition.
        value: The condition that is set, or empty.
        name: The parameter of the address.
        is_more: Whether it is not seen at once.
    """

    title: str
    options: list[tuple[str, str]]
    value: str
    name: str = "where"
    is_more: bool = False


@dataclass(frozen=True)
class Asked:
    """What an address asks of a list.

    Args:
        ask: The question.
        number: The page, from 1.
        sort: The column sorted by; empty: the list's own order.
        is_descending: From the largest down.
        search: The text searched for.
        where: The conditions as they were written.
        segments: Segments of the plan that rows are in.
        owner: Whose accounts these are; empty: everybody's.
        columns: The columns chosen, in any order; none: those that every list shows.
    """

    ask: Ask
    number: int
    sort: str
    is_descending: bool
    search: str
    where: list[str]
    segments: tuple[str, ...] = ()
    owner: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ListPage(Page):
    """A page of a long list.

    Args:
        headline: What the list says, in a sentence.
        rows: The rows of this page, each with `url`.
        columns: The table's columns.
        total: Rows of all pages.
        asked: What the address asks.
        params: The address's parameters, kept by links.
        sort: The column sorted by.
        is_descending: Whether from the largest down.
        choices: Attributes to filter by.
        others: Conditions of other kinds that are set.
        segments: (name, title) of the segments that the list can be narrowed to.
        size: Rows of a page.
        files: Title and address of the whole list as files.
        column_choices: (name, title, whether it is seen) of the columns that can be chosen.
        views: Views of the list to go to: those that every list has, and those that were saved.
        view: What the form that saves this view has to know.
        history: What there is to know of the history that scores and placements come from; empty where it is complete.
        has_any: Whether there is anything to list, whatever is searched for.
        home: The workspace's folder, for commands.
    """

    headline: str
    rows: Sequence[Mapping[str, Any]]
    columns: Sequence[Mapping[str, Any]]
    total: int
    asked: Asked
    params: list[tuple[str, str]]
    sort: str
    is_descending: bool
    choices: list[Choice]
    others: list[str]
    segments: list[tuple[str, str]]
    size: int
    files: list[tuple[str, str]]
    column_choices: list[tuple[str, str, bool]]
    views: Sequence[ListView]
    view: ViewForm
    history: str
    has_any: bool
    home: str


def read(query: QueryParams) -> Asked:
    """Reads the parameters of a list.

    Raises:
        QuestionError: One of them is no number, or no condition.
    """
    sort, search = query.get("sort", ""), query.get("q", "").strip()
    is_descending = query.get("descending", "1") != "0"
    where = [text for text in query.getlist("where") if text.strip()]
    number = whole(query.get("page", "1"))
    order = f"-{sort}" if sort and is_descending else sort
    segments = tuple(dict.fromkeys(name for name in query.getlist("segment") if name))
    owner, score = query.get("owner", ""), query.get("score", "")
    tests = conditions(where)
    if owner:
        tests = (*tests, Condition(property="account.owner", test="is", values=(owner,)))
    columns = tuple(dict.fromkeys(name for name in query.getlist("column") if name))
    ask = Ask(search, tests, segments, order, SIZE, (number - 1) * SIZE, score=score)
    return Asked(ask, number, sort, is_descending, search, where, segments, owner, columns)


def shown_order(page: listing.Page) -> tuple[str, bool]:
    """The column a list is sorted by, also where the address does not say, and whether downwards."""
    return page.sort.removeprefix("-"), page.sort.startswith("-")


def choices(words: Vocabulary, entity: str, where: Sequence[str], apart: Sequence[str] = ()) -> list[Choice]:
    """Attributes with few values, to choose from, but for those that have a parameter of their own."""
    found: list[Choice] = []
    for attribute, values in words.values.items():
        options = [(text, value) for value in values if (text := condition(attribute, value))]
        if attribute.startswith(f"{entity}.") and attribute not in apart and options and len(found) < MOST_FILTERS:
            name = attribute.partition(".")[2].replace("_", " ").capitalize()
            chosen = next((text for text, _ in options if text in where), "")
            found.append(Choice(name, [("", "All"), *options], chosen, is_more=True))
    return found


def scores(plan: Plan, entity: str, asked: Asked) -> list[Choice]:
    """The score that a list shows, where there is more than one, and its bands."""
    known = scores_of(plan, entity)
    if not known:
        return []
    bands = [("", "All"), *((f"band={band}", band.capitalize()) for band in BANDS)]
    found = [Choice("Band", bands, next((text for text, _ in bands if text in asked.where), ""))]
    if len(known) > 1:
        options = [("" if one is known[0] else one.name, one.title) for one in known]
        found.insert(0, Choice("Score", options, asked.ask.score if asked.ask.score != known[0].name else "", "score"))
    return found


def labels(plan: Plan, entity: str, where: Sequence[str]) -> list[Choice]:
    """The plan's placements with their labels; those that few ask for come with what is not seen at once."""
    found = []
    for scheme in written.of_entity(plan, entity):
        options = [(f"{name_of(scheme.name)}={label.name}", label.title) for label in scheme.labels_of(entity)]
        chosen = next((text for text, _ in options if text in where), "")
        found.append(Choice(scheme.title, [("", "All"), *options], chosen, is_more=scheme.name not in FIRST))
    return found


def segments(plan: Plan, entity: str) -> list[tuple[str, str]]:
    """The segments that a list can be narrowed to: of its own, and users to those of their accounts."""
    return [(name, one.title) for name, one in plan.segments.items() if one.entity in (entity, "account")]


def others(found: Sequence[Choice], where: Sequence[str]) -> list[str]:
    """Conditions that no choice stands for."""
    return [text for text in where if text not in {choice.value for choice in found}]


def files(name: str, query: str) -> list[tuple[str, str]]:
    """Title and address of the whole filtered list as files."""
    return [(title, f"/{name}.{ending}?{query}".rstrip("?")) for title, ending in FILES.items()]


def as_file(name: str, ending: str, asked: Asked, fetch: Callable[[Ask], pa.Table]) -> Response:
    """All rows that fit as a file, with the columns that are shown if any were chosen, else with all.

    Text that a spreadsheet would run is made inert.

    Raises:
        QuestionError: The list cannot be sorted or filtered so.
    """
    if ending not in FILES.values():
        raise HTTPException(404)
    table = fetch(asked.ask)
    shown = asked.columns
    chosen = [column for column in table.column_names if not shown or column in (KEY_OF[name], *shown)]
    table = table.select(chosen)
    if ending == "parquet":
        content = pa.BufferOutputStream()
        parquet.write_table(table, content, compression="zstd")
        return attachment(content.getvalue().to_pybytes(), name, ending)

    def lines() -> Iterator[str]:
        yield _lines([chosen])
        for batch in table.to_batches(max_chunksize=ROWS_AT_ONCE):
            yield _lines(row.values() for row in batch.to_pylist())

    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def placed(plan: Plan, entity: str) -> list[dict[str, Any]]:
    """The columns of the plan's placements: the label, and since when somebody has it."""
    found = list[dict[str, Any]]()
    for scheme in written.of_entity(plan, entity):
        column = name_of(scheme.name)
        titles = {label.name: label.title for label in scheme.labels_of(entity)}
        rank = WIDE if scheme.name in FIRST else EXTRA
        found.append({"name": column, "title": scheme.title, "type": "label", "labels": titles, "rank": rank,
                      "missing": "not known", "about": f"{', '.join(titles.values())}. By rules of the plan."})  # fmt: skip
        found.append({"name": column + written.SINCE, "title": f"{scheme.title} since", "type": "date", "rank": EXTRA,
                      "missing": "longer", "about": "Since when without a break, where history has the day."})  # fmt: skip
    return found


def shown_columns(
    every: Sequence[Mapping[str, Any]], chosen: Sequence[str], rows: Sequence[Row], sort: str = ""
) -> list[Row]:
    """The columns of a list's table: those chosen, in the list's order, else the usual ones that some row fills.

    What the list is sorted by is seen too.
    """
    first, *others = every
    if chosen:
        return [first, *({**column, "rank": None} for column in others if column["name"] in chosen)]
    usual = [
        {**column, "rank": None} if column["name"] == sort and column.get("rank") == EXTRA else column
        for column in every
    ]
    return [
        column
        for column in usual
        if column.get("rank") != EXTRA and any(row.get(column["name"]) is not None for row in rows)
    ]


def column_choices(every: Sequence[Mapping[str, Any]], shown: Sequence[Row]) -> list[tuple[str, str, bool]]:
    """(name, title, whether it is seen) of the columns that can be chosen: all but the first."""
    seen = {column["name"] for column in shown if column.get("rank") != EXTRA}
    return [(column["name"], column["title"], column["name"] in seen) for column in every[1:]]


def whole(text: str) -> int:
    """The number of a page, as an address has it.

    Raises:
        QuestionError: It is none.
    """
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise QuestionError(f"page is '{text}'.", allowed=["a whole number from 1"])
    return int(text)
