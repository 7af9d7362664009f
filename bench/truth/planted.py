"""Is what was planted in the sample workspace found? Precision and recall of scores, placements and lists, as tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

import numpy as np

import uptake
from bench.report import Table
from bench.truth import aha, customers, told
from bench.truth.found import Found, table
from uptake.demo import Simulation
from uptake.metrics.core.grain import ACCOUNT
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.question import Question, begin_of
from uptake.scores.decline import decline
from uptake.scores.fall import fall
from uptake.scores.scored import scored
from uptake.segments.placing import named, place
from uptake.signals.panel import Panel
from uptake.signals.windows import Flags, Floats
from uptake.stats.roc import area
from uptake.store.projection import Cursor

WEEKS_8 = 56
DOWN = 0.3
"""A score that lost this share within eight weeks is down."""
DAYS = 365
WRONG = ("shelfware", "decaying", "fading", "never_adopted")
"""What was planted and is no good life of an account."""


@dataclass(frozen=True)
class Lives:
    """Accounts on every day of the last year. Arrays have a row each; columns are days.

    Args:
        ids: The id of each.
        days: The day of each column.
        present: Whether they were there.
        score: The default adoption score.
        fell: By what share it was below its own mean of the four weeks before.
        declined: By what share it has been below what it was eight weeks before for two of its rhythms.
        fit: The label of the placement `fit`, on the last day.
        segment: The label of the placement `segment`.
    """

    ids: tuple[str, ...]
    days: tuple[date, ...]
    present: Flags
    score: Floats
    fell: Floats
    declined: Floats
    fit: tuple[str | None, ...]
    segment: np.ndarray[tuple[int, ...], np.dtype[np.object_]]

    @property
    def down(self) -> Flags:
        """Whether the score lost much within eight weeks."""
        before = np.full(self.score.shape, np.nan)
        before[:, WEEKS_8:] = self.score[:, :-WEEKS_8]
        with np.errstate(invalid="ignore"):
            return self.score < (1 - DOWN) * before

    def those(self, chosen: Flags) -> frozenset[str]:
        """Ids of those that are there on the last day and chosen."""
        return frozenset(np.array(self.ids)[chosen & self.present[:, -1]].tolist())


def fill(workspace: uptake.Workspace, simulation: Simulation) -> None:
    """Imports the sample, events last."""
    tables = {field.name for field in fields(simulation)} - {"truth"}
    for kind in sorted(tables, key=lambda kind: kind == "events"):
        workspace.import_rows(getattr(simulation, kind), kind)


def lives(workspace: uptake.Workspace, last: date) -> Lives:
    """How accounts lived in the year up to a day."""

    def made(cursor: Cursor) -> Lives:
        zone = workspace.plan.product.timezone
        ends = begin_of(last + timedelta(days=1), zone)
        question = Question("", "account", {}, None, last, None, ends, last, zone, "monday")
        panel = Panel(Asked(question, workspace.plan, ACCOUNT, cursor, ""), last - timedelta(days=DAYS - 1), last)
        score = workspace.plan.all_scores["adoption"]
        ids = dict(cursor.execute("SELECT account_key, account_id FROM accounts").fetchall())
        fit, segment = (_labels(panel, name) for name in ("fit", "segment"))
        return Lives(
            tuple(ids[key] for key in panel.keys.tolist()), tuple(panel.dates), panel.present,
            scored(panel, score).points, fall(panel, score),
            decline(panel, score), tuple(fit[:, -1].tolist()), segment,
        )  # fmt: skip

    return workspace.read(made)


def _labels(panel: Panel, name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    scheme = named(panel.asked.plan, name)
    names = np.array([*(label.name for label in scheme.labels_of("account")), None], dtype=object)  # -1 is the last
    return names[place(panel, scheme)]


def found(workspace: uptake.Workspace, truth: Mapping[str, Any], of: Lives) -> list[Found]:
    """What is found on the last day."""
    here = of.those(np.ones(len(of.ids), dtype=bool))
    planted = {what: here & set(truth[what]["accounts"]) for what in WRONG}
    segment = np.array([label in {"at_risk", "inactive"} for label in of.segment[:, -1].tolist()], dtype=bool)
    power = np.array([label == "power" for label in of.segment[:, -1].tolist()], dtype=bool)
    shelfware = np.array([label == "shelfware" for label in of.fit], dtype=bool)
    fell = np.any(of.fell[:, -28:] >= 0.2, axis=1)
    last = of.days[-1]
    active = {row["user_id"] for row in workspace.people("labouring", side="judged", entity="user", as_of=last).rows}
    labouring = {row["user_id"] for row in workspace.people("labouring", entity="user", as_of=last).rows}
    return [
        Found("shelfware", "placement `fit`: shelfware", planted["shelfware"], of.those(shelfware)),
        Found("shelfware", "`adoption_map`", planted["shelfware"], _mapped(workspace, last)),
        Found("shelfware", "`adoption_map`, split at the medians", planted["shelfware"],
              _mapped(workspace, last, x_split="median", y_split="median")),
        Found("labouring users", "`labouring`", frozenset(truth["labouring"]["users"]) & active, frozenset(labouring)),
        Found("fading", "`decline.adoption` of 30 % or more", planted["fading"], of.those(of.declined[:, -1] >= DOWN)),
        Found("fading", "adoption score 30 % down in eight weeks", planted["fading"], of.those(of.down[:, -1])),
        Found("fading", "`fall.adoption` of 20 % or more on a day of the last 28", planted["fading"], of.those(fell)),
        Found("fading", "placement `segment`: at risk or inactive", planted["fading"], of.those(segment)),
        Found("exemplary", "placement `segment`: power", here & set(truth["exemplary"]["accounts"]), of.those(power)),
        Found("shelfware or fading", "placement `segment`: at risk or inactive",
              planted["shelfware"] | planted["fading"], of.those(segment)),
    ]  # fmt: skip


def _mapped(workspace: uptake.Workspace, last: date, **splits: str) -> frozenset[str]:
    rows = workspace.metric("adoption_map", entity="account", as_of=last, **splits).rows
    return frozenset(row["point"] for row in rows if row["quadrant"] == "shelfware")


def everything(workspace: uptake.Workspace, truth: Mapping[str, Any]) -> list[Found]:
    """All that is found of what was planted, by kind."""
    of = lives(workspace, date.fromisoformat(truth["ends_on"]) - timedelta(days=1))
    return [
        *found(workspace, truth, of), *customers.found(workspace, truth, of.days[-1]),
        *told.found(workspace, truth, of.days[-1]), aha.found(aha.candidates(workspace), truth),
    ]  # fmt: skip


def tables(workspace: uptake.Workspace, truth: Mapping[str, Any]) -> list[Table]:
    """Everything that is measured on the sample."""
    of = lives(workspace, date.fromisoformat(truth["ends_on"]) - timedelta(days=1))
    proposed = aha.candidates(workspace)
    return [
        table("Found on the last day", [*found(workspace, truth, of), aha.found(proposed, truth)]),
        table("Types of customers on the last day", customers.found(workspace, truth, of.days[-1])),
        table("Alerts of the last 250 days", told.found(workspace, truth, of.days[-1])),
        aha.table(proposed, truth), _apart(of, truth), _before(of, truth),
    ]  # fmt: skip


def _apart(of: Lives, truth: Mapping[str, Any]) -> Table:
    """How well the score tells those planted from accounts with which nothing is wrong."""
    ids = np.array(of.ids)
    wrong = np.isin(ids, [id_ for what in (*WRONG, "prospects") for id_ in truth[what]["accounts"]])
    lost = np.where(of.present[:, -1], of.score[:, -1 - WEEKS_8] - of.score[:, -1], np.nan)
    low = np.where(of.present[:, -1], -of.score[:, -1], np.nan)
    cases: tuple[tuple[str, str, Floats, Collection[str], bool], ...] = (
        ("shelfware", "low score", low, truth["shelfware"]["accounts"], True),
        ("fading", "low score", low, truth["fading"]["accounts"], True),
        ("fading", "points lost in eight weeks", lost, truth["fading"]["accounts"], True),
        ("exemplary", "high score", -low, truth["exemplary"]["accounts"], False),
    )
    rows = []
    for what, how, risk, planted, is_wrong in cases:
        is_it = np.isin(ids, list(planted))
        chosen = (is_it | ~wrong) if is_wrong else ~wrong
        value = area(risk[chosen], is_it[chosen])
        rows.append((what, how, f"{value.n}", f"{value.estimate:.3f} ({value.ci_lower:.3f} to {value.ci_upper:.3f})"))
    return Table(
        "Told from accounts with which nothing is wrong", ("planted", "told by", "accounts", "area under the ROC curve"),
        rows, frozenset({2, 3}),
    )  # fmt: skip


def _before(of: Lives, truth: Mapping[str, Any]) -> Table:
    """What was said of those who left, on the day before they did, beside what is said of those who are well."""
    gone = {what: on_the_eve(of, truth[what]["accounts"]) for what in ("decaying", "never_adopted")}
    wrong = {id_ for what in (*WRONG, "prospects") for id_ in truth[what]["accounts"]}
    well = [(row, len(of.days) - 1) for row, id_ in enumerate(of.ids) if id_ not in wrong and of.present[row, -1]]
    rows = [_said(of, what, cells) for what, cells in (*gone.items(), ("nothing wrong, on the last day", well))]
    columns = ("planted", "accounts", "median score", "at risk or inactive", "score 30 % down", "`decline` of 30 %")
    return Table("On the day before they left", columns, rows, frozenset({1, 2, 3, 4, 5}))


def on_the_eve(of: Lives, planted: Mapping[str, Mapping[str, str]]) -> list[tuple[int, int]]:
    """The row of each account that left, and the column of the day before it did."""
    cells = []
    for row, id_ in enumerate(of.ids):
        if id_ in planted:
            day = (date.fromisoformat(planted[id_]["churned_on"]) - of.days[0]).days - 1
            if day >= WEEKS_8 and of.present[row, day]:
                cells.append((row, day))
    return cells


def _said(of: Lives, what: str, cells: list[tuple[int, int]]) -> tuple[str, ...]:
    def share(flags: list[bool]) -> str:
        return f"{sum(flags) / len(flags):.2f}"

    return (
        what.replace("_", " "), f"{len(cells)}", f"{np.median([of.score[cell] for cell in cells]):.0f}",
        share([of.segment[cell] in {"at_risk", "inactive"} for cell in cells]),
        share([bool(of.down[cell]) for cell in cells]), share([bool(of.declined[cell] >= DOWN) for cell in cells]),
    )  # fmt: skip
