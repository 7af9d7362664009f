"""Long lists: what an address asks of them, their filters, their pages, and the whole of them as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import StreamingResponse

from uptake.directory import listing
from uptake.directory.listing import MOST_ROWS, Ask
from uptake.directory.vocabulary import Vocabulary
from uptake.errors import QuestionError
from uptake.metrics.export import harmless
from uptake.plan import Condition, Plan, conditions
from uptake.scores import written
from uptake.web.pages.condition_field import condition
from uptake.web.site import Page

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
    """

    title: str
    options: list[tuple[str, str]]
    value: str
    name: str = "where"


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
    """

    ask: Ask
    number: int
    sort: str
    is_descending: bool
    search: str
    where: list[str]
    segments: tuple[str, ...] = ()
    owner: str = ""


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
        csv_url: The whole list as a file.
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
    csv_url: str
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
    ask = Ask(search, tests, segments, order, SIZE, (number - 1) * SIZE, score=score)
    return Asked(ask, number, sort, is_descending, search, where, segments, owner)


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
            found.append(Choice(name, [("", "All"), *options], chosen))
    return found


def scores(plan: Plan, entity: str, asked: Asked) -> list[Choice]:
    """The score that a list shows, where there is more than one, and its bands."""
    known = written.of_entity(plan, entity)
    if not known:
        return []
    bands = [("", "All"), *((f"band={band}", band.capitalize()) for band in ("poor", "average", "good"))]
    found = [Choice("Band", bands, next((text for text, _ in bands if text in asked.where), ""))]
    if len(known) > 1:
        options = [("" if one is known[0] else one.name, one.title) for one in known]
        found.insert(0, Choice("Score", options, asked.ask.score if asked.ask.score != known[0].name else "", "score"))
    return found


def segments(plan: Plan, entity: str) -> list[tuple[str, str]]:
    """The segments that a list can be narrowed to: of its own, and users to those of their accounts."""
    return [(name, one.title) for name, one in plan.segments.items() if one.entity in (entity, "account")]


def others(found: Sequence[Choice], where: Sequence[str]) -> list[str]:
    """Conditions that no choice stands for."""
    return [text for text in where if text not in {choice.value for choice in found}]


def as_csv(name: str, columns: Sequence[str], asked: Asked, fetch: Callable[[Ask], listing.Page]) -> StreamingResponse:
    """The whole filtered list as a file, fetched piece by piece; text that a spreadsheet would run is made inert.

    Raises:
        QuestionError: The list cannot be sorted or filtered so.
    """
    first = fetch(replace(asked.ask, limit=MOST_ROWS, offset=0))  # here, while an error can still be a page

    def lines() -> Iterator[str]:
        yield _line(columns)
        page, done = first, 0
        while page.rows:
            yield from (_line([row.get(column) for column in columns]) for row in page.rows)
            done += len(page.rows)
            page = fetch(replace(asked.ask, limit=MOST_ROWS, offset=done, as_of=first.as_of))

    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


def _line(cells: Sequence[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([harmless(cell) for cell in cells])
    return text.getvalue()


def whole(text: str) -> int:
    """The number of a page, as an address has it.

    Raises:
        QuestionError: It is none.
    """
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise QuestionError(f"page is '{text}'.", allowed=["a whole number from 1"])
    return int(text)
