"""Trials: accounts that are trying the product, with what of the criteria is done and the days that are left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from uptake.charts import words
from uptake.errors import DefinitionMissing
from uptake.metrics.asking.listed import Listed
from uptake.plan import Trial
from uptake.roles.trials import CONVERTED, ENDED, OPEN
from uptake.web import links
from uptake.web.pages import listed
from uptake.web.pages.columns import EXTRA, WIDE
from uptake.web.pages.listed import ListedPage
from uptake.web.pages.paging import files
from uptake.web.reader import Reader
from uptake.web.site import Page, Site

Row = Mapping[str, Any]

HERE = "/trials"
WEEK = 7
TABS = ((OPEN, "On trial"), (CONVERTED, "Converted"), (ENDED, "Ended"))
EMPTY = (
    "No trial in the plan",
    (
        "This page shows the accounts that are trying the product: each criterion ticked by what their users do, since when,"
        " and the days that are left. Describe it in the plan under trial: how long it is, and what should have happened."
    ),
    "uptake check",
)


class TrialsPage(ListedPage):
    """Accounts on trial."""

    section: ClassVar[str] = HERE


def routes(site: Site) -> list[Route]:
    """The page and its files."""
    return [
        Route(HERE, site.endpoint(_show)),
        Route(f"{HERE}.{{ending}}", site.endpoint(_file)),
    ]


def _show(reader: Reader, request: Request) -> Page:
    asked, trial = listed.read(request.query_params), reader.plan.trial
    found = {state: _fitting(reader, state, asked) for state, _ in TABS} if trial else {}
    state = asked.tab if asked.tab in found else OPEN
    columns = _columns(trial, state) if trial else []
    rows = listed.ordered(found.get(state, []), asked, columns)
    counts = [(name, title, len(found[name])) for name, title in TABS] if trial else []
    return TrialsPage(
        title="Trials",
        headline=_headline(rows, trial) if trial and state == OPEN else "",
        tabs=listed.tabs(HERE, asked, counts),
        asked=asked,
        owners=reader.owners(),
        columns=columns,
        rows=[{**row, "url": links.account(row["id"])} for row in listed.cut(rows, asked)],
        noun="accounts",
        total=len(rows),
        params=request.query_params.multi_items(),
        files=files("trials", request.url.query),
        notes=[_note(trial)] if trial else [],
        empty=EMPTY,
        has_any=trial is not None and reader.has_events(),
        here=HERE,
    )


def _file(reader: Reader, request: Request) -> Response:
    asked, trial = listed.read(request.query_params), reader.plan.trial
    if trial is None:
        raise DefinitionMissing("The plan does not say what a trial is.", do="Describe it under trial.")
    state = asked.tab or OPEN
    rows = listed.ordered(_fitting(reader, state, asked), asked, _columns(trial, state))
    return listed.as_file(reader.trials(state), rows, request.path_params["ending"])


def _fitting(reader: Reader, state: str, asked: listed.Asked) -> list[Row]:
    about = reader.about_accounts()
    found: Listed = reader.trials(state)
    rows = [{**row, "owner": (about.get(row["id"]) or {}).get("owner")} for row in found.rows]
    return listed.fitting(
        rows, asked, text=lambda row: f"{row['name']} {row['id']}",
        owners=lambda row: (row["owner"],) if row["owner"] else (),
    )  # fmt: skip


def _columns(trial: Trial, state: str) -> list[dict[str, Any]]:
    left = {
        OPEN: {"name": "days_left", "title": "Days left", "type": "integer"},
        CONVERTED: {"name": "converted_on", "title": "Converted", "type": "date"},
        ENDED: {"name": "ends_on", "title": "Ended", "type": "date"},
    }[state]
    return [
        {"name": "name", "title": "Account", "link": "url", "under": "owner"},
        {"name": "began_on", "title": "Began", "type": "date", "rank": EXTRA},
        left,
        {"name": "met", "title": f"Of {len(trial.criteria)}", "type": "integer", "about": "Criteria that are done."},
        *(
            {"name": name, "title": one.title, "type": "date", "missing": "not yet", "rank": WIDE}
            for name, one in trial.criteria.items()
        ),
    ]


def _headline(rows: list[Row], trial: Trial) -> str:
    if not rows:
        return "No account is on trial."
    ready = sum(row["met"] == len(trial.criteria) for row in rows)
    late = sum(row["days_left"] <= WEEK and row["met"] < len(trial.criteria) for row in rows)
    are = "account is" if len(rows) == 1 else "accounts are"
    last = f" {words.count(late)} with a week or less left {'lacks' if late == 1 else 'lack'} some." if late else ""
    done = f"{words.count(ready)} {'has' if ready == 1 else 'have'} done all that the plan asks"
    return f"{words.count(len(rows))} {are} on trial; {done}.{last}"


def _note(trial: Trial) -> str:
    return (
        f"A trial lasts {words.days(trial.within_days)}. A criterion is done from the day on which the account's users first met"
        " it; `paid_conversion` with `split` says whether those who got that far convert more often."
    )
