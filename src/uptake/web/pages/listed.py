"""Pages of lists that somebody is to look at, such as champions: tabs, search, the owner, order, pages and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import Response

from uptake.errors import QuestionError
from uptake.metrics.asking.listed import Listed
from uptake.metrics.core import export
from uptake.web.pages.metric_files import attachment
from uptake.web.pages.paging import FILES, SIZE, whole
from uptake.web.pages.tab import Tab
from uptake.web.site import Page

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What an address asks of such a list.

    Args:
        tab: The part; empty: the first.
        search: The text searched for.
        owner: Whose accounts these are; empty: everybody's.
        sort: The column sorted by; empty: the list's own order.
        is_descending: From the largest down.
        number: The page, from 1.
    """

    tab: str
    search: str
    owner: str
    sort: str
    is_descending: bool
    number: int


@dataclass(frozen=True, kw_only=True)
class ListedPage(Page):
    """A list.

    Args:
        headline: What it says, in a sentence.
        about: What a part of it is, below the tabs; empty: that is clear.
        tabs: Its parts.
        asked: What the address asks.
        owners: Who look after accounts, to choose from.
        columns: As of `_table.html`.
        rows: Those of this page.
        noun: What the rows are.
        total: Rows of all pages.
        size: Rows of a page.
        params: The address's parameters, kept by links.
        files: Title and address of the part as files.
        notes: What has to be known to read it.
        numbers_url: Where the thresholds of its rule are changed; empty: it has none.
        empty: Title, text and command where there is nothing at all.
        has_any: Whether there is something, whatever is searched for.
        here: The page's own address.
    """

    template: ClassVar[str] = "listed.html"

    headline: str
    about: str = ""
    tabs: Sequence[Tab]
    asked: Asked
    owners: Sequence[str]
    columns: Sequence[Row]
    rows: Sequence[Row]
    noun: str
    total: int
    size: int = SIZE
    params: list[tuple[str, str]]
    files: list[tuple[str, str]]
    notes: Sequence[str]
    numbers_url: str = ""
    empty: tuple[str, str, str]
    has_any: bool
    here: str


def read(query: QueryParams) -> Asked:
    """Reads the parameters of a list.

    Raises:
        QuestionError: The page is no number.
    """
    sort = query.get("sort", "")
    return Asked(
        query.get("tab", ""), query.get("q", "").strip(), query.get("owner", ""), sort,
        bool(sort) and query.get("descending", "1") != "0", whole(query.get("page", "1")),
    )  # fmt: skip


def tabs(here: str, asked: Asked, counts: Sequence[tuple[str, str, int]]) -> list[Tab]:
    """The parts of a list: (name, title, how many); the first is shown if none is asked for."""
    kept = {key: value for key, value in (("q", asked.search), ("owner", asked.owner)) if value}
    first = counts[0][0] if counts else ""
    return [
        Tab(title, count, f"{here}?{urlencode({'tab': name, **kept} if name != first else kept)}".rstrip("?"),
            name == (asked.tab or first))
        for name, title, count in counts
    ]  # fmt: skip


def fitting(
    rows: Sequence[Row], asked: Asked, *, text: Callable[[Row], str], owners: Callable[[Row], Sequence[str]]
) -> list[Row]:
    """The rows that hold the text and are the owner's."""
    search = asked.search.casefold()
    return [row for row in rows if search in text(row).casefold() and (not asked.owner or asked.owner in owners(row))]


def ordered(rows: Sequence[Row], asked: Asked, columns: Sequence[Row]) -> list[Row]:
    """The rows in the order asked for, what has no value last either way.

    Raises:
        QuestionError: There is no such column.
    """
    if not asked.sort:
        return list(rows)
    names = [column["name"] for column in columns if column.get("is_sortable", True)]
    if asked.sort not in names:
        raise QuestionError(f"The list cannot be sorted by '{asked.sort}'.", allowed=names)

    def key(row: Row) -> Any:  # noqa: ANN401 - a column holds words, numbers or dates
        value = row[asked.sort]
        return value.casefold() if isinstance(value, str) else value

    known = [row for row in rows if row[asked.sort] is not None]
    return [*sorted(known, key=key, reverse=asked.is_descending), *(row for row in rows if row[asked.sort] is None)]


def cut(rows: Sequence[Row], asked: Asked) -> Sequence[Row]:
    """The rows of the page asked for."""
    return rows[(asked.number - 1) * SIZE : asked.number * SIZE]


def as_file(found: Listed, rows: Sequence[Row], ending: str) -> Response:
    """The rows as a file, with the list's own columns."""
    if ending not in FILES.values():
        raise HTTPException(404)
    told = replace(found, rows=[dict(row) for row in rows])
    content = export.parquet(told) if ending == "parquet" else export.csv_text(told).encode()
    return attachment(content, found.name, ending)
