"""What stands on a team's page as one list: a row for each cell, for the command line and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from uptake.charts import words
from uptake.errors import QuestionError
from uptake.metrics.asking.listed import Listed
from uptake.metrics.core.result import Column
from uptake.reports.lens import Aims, Groups, Lens, Numbers, Rows
from uptake.reports.lenses import BY_NAME
from uptake.web import formats
from uptake.web.cache import Answers, Urgency
from uptake.web.pages import team_groups, team_lists, teams
from uptake.web.pages.team_groups import Table
from uptake.web.pages.team_lists import Listing
from uptake.web.reader import Reader, ready
from uptake.workspace import Workspace

Row = dict[str, Any]
COLUMNS = (
    Column("part", "text"), Column("row", "text"), Column("column", "text"), Column("value", "number"),
    Column("said", "text"), Column("beside", "text"),
)  # fmt: skip
"""Part of the page, its row and its column; the number where it is one, in words as the page has it, and its interval and n."""


def lens_answer(workspace: Workspace, name: str, owner: str = "") -> Listed:
    """Everything that stands on a team's page.

    Args:
        workspace: The workspace.
        name: The team, one of `BY_NAME`.
        owner: Whose accounts alone, where the page can be narrowed to them; empty: all.

    Raises:
        QuestionError: There is no such team, or it cannot be narrowed.
    """
    if name not in BY_NAME:
        raise QuestionError(f"There is no lens '{name}'.", allowed=BY_NAME)
    lens = BY_NAME[name]
    if owner and not lens.has_owner:
        allowed = [one.name for one in BY_NAME.values() if one.has_owner]
        raise QuestionError(f"The lens '{name}' is not of one owner's accounts.", allowed=allowed)
    workspace.bring_history_up()
    answers = Answers(workspace)
    try:
        reader = Reader(workspace, answers)
        as_of = reader.moment()[0]
        notes = dict.fromkeys(f"{part.title}: {said}" for part in lens.parts if (said := getattr(part, "says", "")))
        rows = [row for number in range(len(lens.parts)) for row in _part(reader, lens, number, owner)]
    finally:
        answers.close()
    params = {"name": name, "owner": owner}
    return Listed("lens", f"{lens.title}: {lens.asks}", params, COLUMNS, rows, as_of, workspace.plan.version, (*notes,))


def _part(reader: Reader, lens: Lens, number: int, owner: str) -> Iterator[Row]:
    found = lens.parts[number]
    match found:
        case Groups():
            yield from _of_table(team_groups.table(reader, found))
        case Rows():
            yield from _of_listing(found, team_lists.LISTS[found.list](reader, owner))
        case Numbers():
            for place in range(len(found.tiles)):
                yield _of_line(reader, lens, number, place, owner)
        case Aims():
            for aim in teams.aims(reader):
                for column, said in (("Now", aim.value or aim.problem), ("Target", aim.wanted), ("Pace", aim.pace)):
                    yield _row(found.title, aim.title, column, said)


def _row(part: str, row: str, column: str, said: str, value: float | None = None, beside: str = "") -> Row:
    return {"part": part, "row": row, "column": column, "value": value, "said": said, "beside": beside}


def _of_table(table: Table) -> Iterator[Row]:
    for why in [*table.problems, *([table.missing] if table.missing else [])]:
        yield _row(table.title, "", "", why)
    for title, _, cells in table.rows:
        for head, cell in zip(table.heads, cells, strict=True):
            yield _row(table.title, title, head.title, cell.said, cell.value, ", ".join(cell.under))


def _of_listing(part: Rows, listing: Listing) -> Iterator[Row]:
    if not listing.rows:
        yield _row(part.title, "", "", part.missing)
    for row in listing.rows:
        for column in listing.columns:
            if column["name"] == "name":
                continue
            value = row.get(column["name"])
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            said = _said(column, value)
            yield _row(part.title, str(row["name"]), column["title"], said, float(value) if is_number else None)  # type: ignore[arg-type]  # it is one


def _said(column: Row, value: object) -> str:
    if value is None:
        return str(column.get("missing") or "")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return words.value(value, column.get("unit") or "count", currency=column.get("currency", ""))
    return str(value)


def _of_line(reader: Reader, lens: Lens, number: int, place: int, owner: str) -> Row:
    asked = teams.asked_line(reader, lens, number, place, owner)
    ready(asked.ask_values(Urgency.PART), seconds=None)
    line = asked.line()
    part = lens.parts[number].title
    if line.value is None or line.value.row is None:
        return _row(part, line.title, "Value", line.value.problem if line.value else "nobody to count")
    row = line.value.row
    interval = words.interval(row.get("ci_lower"), row.get("ci_upper"), line.unit, 2, line.currency)
    beside = [text for text in ("" if interval == words.NO_INTERVAL else interval, line.window) if text]
    said = formats.estimate(row, line.unit, currency=line.currency)
    return _row(part, line.title, "Value", said, row.get("estimate"), ", ".join(beside))
