"""One-off data: a frame or a file of events, asked at once, with no plan and no folder to look after."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import warnings
import weakref
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from uptake.errors import ImportFailed, PlanError
from uptake.importing import Summary
from uptake.sources.opening import opened
from uptake.workspace import Workspace, init

ARGUMENTS = {"event_name": "event", "user_id": "user", "account_id": "account", "event_at": "at"}
"""Canonical name of a column -> the argument that names it here."""


class OneOff(Workspace):
    """A workspace that is gone when it is closed, forgotten or the program ends.

    Its rows lie in a temporary folder, as a workspace's do, so that data need not fit into memory.

    Args:
        folder: The folder; removed in the end.

    Attributes:
        imported: Kind of rows -> what became of them: how many were read, stored, known before, left out and why.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.imported: dict[str, Summary] = {}
        self._gone = weakref.finalize(self, _let_go, self._opened, folder)

    def close(self) -> None:
        """Gives everything back."""
        super().close()
        self._gone()


def _let_go(opened: ExitStack, folder: Path) -> None:
    opened.close()
    shutil.rmtree(folder, ignore_errors=True)


def from_events(
    source: object,
    *,
    event: str | None = None,
    user: str | None = None,
    account: str | None = None,
    at: str | None = None,
    timezone: str = "UTC",
    week_start: str = "monday",
    time_format: str | None = None,
    data_from: date | str | None = None,
    users: object = None,
    accounts: object = None,
    aliases: object = None,
) -> OneOff:
    """Answers questions about events at hand: `from_events(frame, user="uid").metric("retention", unit="week")`.

    Args:
        source: A path, several paths, an Arrow, pandas or polars table, or a list of dicts.
        event: The column with the event's name; if not given, one of the usual names.
        user: The column with the user.
        account: The column with the account, if there is one.
        at: The column with the time. Times without a zone are UTC.
        timezone: IANA zone in which days, weeks and months are cut.
        week_start: First day of a week: monday, sunday or saturday.
        time_format: How times are written, if they can be read in two ways: `day first`, `month first`.
        data_from: First day from which events are complete, `"2026-01-01"`; that of the first event if not given. Earlier
            windows that begin before it are not compared with.
        users: What is known of users, a row each: their id in the column of the events or one of the usual names, all
            other columns are attributes, to break down and filter by as `user.NAME`. With a column `valid_from` a user
            has several rows, and each holds from then on. Who has no `created_at` here counts as having been there before
            the first event as well, as a seat without a date does.
        accounts: The same of accounts, as `account.NAME`.
        aliases: Which ids are one person: `previous_id`, the user it became, `alias_at`, and `is_anonymous` where the id
            that goes is one of the events' `anonymous_id`. The latest of an id wins.

    Returns:
        A workspace: every column of the events that is not named is a property of theirs, and a selector is an event's
        name. What counts as activity is any event but page views, sign-ins and the like. A question may name another
        time zone or week than the workspace. It goes when it is closed, at the latest with the program.

        Rows that cannot be read are left out with a warning; `imported` has their reasons.

    Raises:
        ImportFailed: The rows cannot be read, or none of them.
        PlanError: There is no such time zone, first day of a week or date.
    """
    if source is None:
        raise ImportFailed("There are no events: the source is None.")
    if isinstance(source, str) and not source.strip():
        raise ImportFailed("There are no events: the path is empty.")
    product = {"name": "Events", "timezone": timezone, "week_start": week_start}
    lines = [f"{name}: {json.dumps(value)}" for name, value in product.items()]
    if data_from is not None:
        lines.append(f"data_from: {_day(data_from)}")
    folder = Path(tempfile.mkdtemp(prefix="uptake-"))
    try:
        init(folder, {"plan.yml": "\n  ".join(["product:", *lines])})
        workspace = OneOff(folder)
    except PlanError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise PlanError(error.what.partition("product.")[2], allowed=error.allowed, do=error.do) from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    named = {"event_name": event, "user_id": user, "account_id": account, "event_at": at}
    try:
        for kind, rows in (("events", source), ("users", users), ("accounts", accounts), ("aliases", aliases)):
            if rows is not None:
                _take(
                    workspace,
                    kind,
                    rows,
                    {name: str(column) for name, column in named.items() if column not in (None, "")},
                    time_format,
                )
    except BaseException:
        workspace.close()
        raise
    return workspace


def _day(data_from: date | str) -> date:
    try:
        return date.fromisoformat(str(data_from))
    except ValueError:
        raise PlanError(f"data_from is '{data_from}'.", allowed=["a date such as 2026-01-31"]) from None


def _take(workspace: OneOff, kind: str, rows: object, named: dict[str, str], time_format: str | None) -> None:
    """Imports rows; those of users and accounts need not call their columns as the events do."""
    if isinstance(rows, list | tuple) and not rows:
        return
    try:
        reading = opened(rows, kind, named)
        if kind != "events":
            ids = {"users": ("user_id", "account_id"), "accounts": ("account_id",), "aliases": ("user_id",)}[kind]
            named = {name: named[name] for name in ids if named.get(name) in reading.sample.column_names}
        found = workspace.import_rows(reading, kind, renames=named, time_format=time_format)
    except ImportFailed as error:
        raise ImportFailed(_as_arguments(error.what), allowed=error.allowed, do=_as_arguments(error.do)) from error
    workspace.imported[kind] = found
    if found.rejected:
        reasons = "; ".join(f"{count:,}: {reason}" for _, reason, count in found.reasons)
        lost = f"{found.rejected:,} of {found.read:,} rows of {kind} cannot be read ({reasons})."
        if found.rejected == found.read:
            raise ImportFailed(lost)
        warnings.warn(f"{lost} They are left out.", stacklevel=3)


def _as_arguments(said: str) -> str:
    """What an import says to the command line, with the arguments of `from_events` in place of options."""
    said = re.sub(r", or give one value: --set \w+=\w+", "", said)
    said = re.sub(r"--map (\w+)=", lambda found: f"{ARGUMENTS.get(found[1], found[1])}=", said)
    return said.replace("--time-format ", "time_format=")
