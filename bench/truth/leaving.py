"""Does a low adoption score tell who leaves? Areas under the ROC curve on the Open University's data, as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import uptake
from bench.report import Table
from bench.truth.enrolments import Ends, Known, known
from uptake.plan import Component, Score
from uptake.plan.scores import DEFAULT_SCORES
from uptake.signals.windows import Flags
from uptake.stats.estimate import Estimate
from uptake.stats.roc import advantage, area

ADOPTION = DEFAULT_SCORES["adoption"]
CHOSEN_ON, CONFIRMED_ON = 2013, 2014
"""The years of the runs on which ways to make the score were tried, and of those which the choice was held against."""


@dataclass(frozen=True)
class Ending:
    """What may happen after a day.

    Args:
        day: Days of the run that are over.
        title: What happens.
        short: The same for a narrow column.
        happened: To whom.
        published: The areas of single signals measured before there was a score.
    """

    day: int
    title: str
    short: str
    happened: Callable[[Known], Flags]
    published: Mapping[str, float]


ENDINGS = (
    Ending(
        28, "withdraws later", "28: withdraws", lambda of: of.results == "Withdrawn",
        {"active_days": 0.566, "days_since_active": 0.560},
    ),
    Ending(
        28, "withdraws or fails", "28: or fails", lambda of: np.isin(of.results, ("Withdrawn", "Fail")),
        {"active_days": 0.670},
    ),
    Ending(
        84, "withdraws in the next 28 days", "84: next 28", lambda of: of.left_on < 84 + 28, {"active_days": 0.621}
    ),
)  # fmt: skip
DAYS = sorted({ending.day for ending in ENDINGS})
EVERY_CLICK = (
    "homepage", "forumng", "oucontent", "subpage", "quiz", "resource", "url", "ouwiki", "oucollaborate", "ouelluminate",
    "externalquiz", "page", "questionnaire", "glossary", "dataplus", "dualpane", "htmlactivity", "folder",
    "sharedsubpage", "repeatactivity",
)  # fmt: skip
"""What counted as activity when the areas of single signals were published: a click on anything, the home page too."""


BEFORE = {"breadth": 0.25, "core_uses": 0.15, "frequency": 0.25, "seat_coverage": 0.15, "value_reached": 0.2}
"""The default score as it was before it was held against these people."""
EQUAL = dict.fromkeys(ADOPTION.components, 1.0)
RUN = "account.name"


def _score(name: str, weights: Mapping[str, float], peers: str | None = None, *, ranked: bool | None = None) -> Score:
    components = {key: Component(name=key, weight=weight, ranked=ranked) for key, weight in weights.items()}
    return Score.model_validate({"name": name, "components": components, "peers": peers})


def _with(**renamed: str) -> dict[str, float]:
    return {renamed.get(name, name): weight for name, weight in BEFORE.items()}


EARLIER = (
    _score("before", BEFORE),
    _score("before, with core_days for core_uses", _with(core_uses="core_days")),
    _score("before, with regularity for frequency", _with(frequency="regularity")),
    _score("before, with both", _with(core_uses="core_days", frequency="regularity")),
    _score("before, with both and equal weights", EQUAL),
)
"""Ways to make the score under a plan that did not say when value could be reached: from the first to the last of them."""
TRIED = (
    ADOPTION,
    _score("the default, peers are the run", EQUAL, RUN),
    _score("the default, all ranked in the run", EQUAL, RUN, ranked=True),
    _score("active days, ranked in the run", {"active_days": 1.0}, RUN),
)
"""The default under the plan that says it; then the default for a plan that also says who are peers."""


def observed(workspace: uptake.Workspace, ended: Ends, scores: Sequence[Score]) -> dict[int, Known]:
    """What was known on each of the days, by day."""
    return {day: known(workspace, ended, day, scores) for day in DAYS}


def area_of(of: Known, ending: Ending, name: str, *, in_runs: bool = False) -> Estimate:
    """The area of a signal or a score; within runs, if asked for."""
    return area(of.risks[name], ending.happened(of), of.groups if in_runs else None)


def lead(of: Known, ending: Ending, name: str, *, in_runs: bool = False) -> tuple[str, Estimate]:
    """The best single signal, and by how much a score's area is larger than its."""
    groups = of.groups if in_runs else None
    best = max(("active_days", "days_since_active"), key=lambda one: area_of(of, ending, one, in_runs=in_runs).estimate)
    return best, advantage(of.risks[name], of.risks[best], ending.happened(of), groups)


def reproduced(every_click: Mapping[int, Known], ended: Ends) -> Table:
    """The published areas beside ours: of everybody who has not left, those who come later with no activity."""
    rows = []
    for ending in ENDINGS:
        of = every_click[ending.day].with_those_to_come(ended)
        sizes = (f"{len(of.runs):,}", f"{int(ending.happened(of).sum()):,}")
        for name, published in ending.published.items():
            ours = area_of(of, ending, name).estimate
            rows.append((f"{ending.day}", ending.title, *sizes, _title(name), f"{published:.3f}", f"{ours:.3f}"))
    columns = ("day", "what happens", "people", "to", "signal", "published", "ours")
    note = (
        "As there, any click is activity here, and those who register after the day are among the people. In the tables "
        "below activity is what the example's plan says, and people are those enrolled on the day."
    )
    return Table("Single signals, as published", columns, rows, frozenset({0, 2, 3, 5, 6}), [note])


def compared(seen: Mapping[int, Known], *, in_runs: bool) -> Table:
    """The default score beside single signals."""
    rows = []
    for ending in ENDINGS:
        of = seen[ending.day]
        areas = [
            area_of(of, ending, name, in_runs=in_runs) for name in (ADOPTION.name, "active_days", "days_since_active")
        ]
        best, ahead = lead(of, ending, ADOPTION.name, in_runs=in_runs)
        rows.append((
            f"{ending.day}", ending.title, *map(_said, areas),
            f"{ahead.estimate:+.3f} ({ahead.ci_lower:+.3f} to {ahead.ci_upper:+.3f})", _title(best),
        ))  # fmt: skip
    columns = ("day", "what happens", "adoption score", "active days", "days since active", "ahead by", "of")
    title = "Within runs: people of the same course and year" if in_runs else "Everybody together"
    return Table(title, columns, rows, frozenset({0, 2, 3, 4, 5}), ["In brackets: 95 % intervals."])


def tried(seen: Mapping[int, Known]) -> list[Table]:
    """All ways to make the score that were tried, on the runs they were chosen on and on the others."""
    tables = []
    for year, what in ((CHOSEN_ON, "chosen on"), (CONFIRMED_ON, "held against")):
        halves = {day: of.of_year(year) for day, of in seen.items()}
        rows = [
            (
                _title(name),
                *(
                    f"{area_of(halves[ending.day], ending, name, in_runs=in_runs).estimate:.3f}"
                    for in_runs in (False, True)
                    for ending in ENDINGS
                ),
            )
            for name in ("active_days", "days_since_active", *(score.name for score in (*EARLIER, *TRIED)))
        ]
        columns = ("", *(ending.short + where for where in ("", ", in runs") for ending in ENDINGS))
        sizes = " and ".join(f"{len(of.runs):,} on day {day}" for day, of in halves.items())
        tables.append(
            Table(f"Runs of {year}, {what}", columns, rows, frozenset(range(1, 7)), [f"Enrolments: {sizes}."])
        )
    return tables


def every_click(plan: Path) -> str:
    """The part of the example's plan that says what is active, with a click on anything as activity."""
    text = plan.read_text("utf-8")
    return text[: text.index("\nactive:")] + f"\nactive: [{', '.join(EVERY_CLICK)}]\n"


def open_to_everybody(plan: Path) -> str:
    """The part of the example's plan that says what value is, without who could reach it when."""
    lines = plan.read_text("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if "account.assessments_due" not in line)


def beside(seen: Mapping[int, Known], others: Mapping[int, Known]) -> dict[int, Known]:
    """What was known of the same people, with scores under another plan."""
    return {day: replace(of, risks={**others[day].risks, **of.risks}) for day, of in seen.items()}


def _title(name: str) -> str:
    return "the default" if name == ADOPTION.name else name.replace("_", " ")


def _said(of: Estimate) -> str:
    return f"{of.estimate:.3f} ({of.ci_lower:.3f} to {of.ci_upper:.3f})"
