"""What was known of every enrolment of the Open University on a day of its run, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyarrow import parquet

import uptake
from uptake.metrics.core.grain import MEMBER
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.question import Question, begin_of
from uptake.plan import Score
from uptake.scores.scored import scored
from uptake.signals.panel import Panel
from uptake.signals.signal import read
from uptake.signals.windows import Flags, Floats
from uptake.store.projection import Cursor

BEGINS = {
    "2013B": date(2013, 2, 1), "2013J": date(2013, 10, 1), "2014B": date(2014, 2, 1), "2014J": date(2014, 10, 1),
}  # fmt: skip
"""First day of the runs of each presentation, by the convention of docs/oulad.md."""
NEVER = 10_000.0
"""Days since the last activity of who was never active: longer than of anybody else."""
SIGNALS = ("active_days", "days_since_active")
Ends = Mapping[tuple[str, str], tuple[float, str]]
"""Run and student -> the day of unregistration (infinite where there is none) and the final result."""


@dataclass(frozen=True)
class Known:
    """Everyone enrolled at the end of a day of their run. Arrays have a place for each.

    Args:
        day: Days of the run that are over.
        runs: The run of each.
        students: The id of each.
        risks: Signal or score -> its values, turned so that more is worse.
        left_on: The day of unregistration, infinite where there is none.
        results: The final result.
    """

    day: int
    runs: NDArray[np.str_]
    students: NDArray[np.str_]
    risks: Mapping[str, Floats]
    left_on: Floats
    results: NDArray[np.str_]

    @property
    def groups(self) -> NDArray[np.int64]:
        """The run of each as a number."""
        return np.unique(self.runs, return_inverse=True)[1].astype(np.int64)

    def only(self, chosen: Flags) -> Known:
        """Some of them."""
        risks = {name: values[chosen] for name, values in self.risks.items()}
        return Known(
            self.day, self.runs[chosen], self.students[chosen], risks, self.left_on[chosen], self.results[chosen]
        )

    def with_those_to_come(self, ended: Ends) -> Known:
        """These, and those who register after the day: they have shown nothing yet. Of scores nothing is known."""
        here = set(zip(self.runs.tolist(), self.students.tolist(), strict=True))
        of_runs = set(self.runs.tolist())
        to_come = [
            who for who, (left, _) in ended.items() if left >= self.day and who not in here and who[0] in of_runs
        ]
        nothing = {"active_days": 0.0, "days_since_active": NEVER}
        risks = {
            name: np.concatenate([values, np.full(len(to_come), nothing.get(name, np.nan))])
            for name, values in self.risks.items()
        }
        runs, students = (
            np.array([*own, *(who[side] for who in to_come)]) for side, own in enumerate((self.runs, self.students))
        )
        return Known(
            self.day, runs, students, risks, np.array([*self.left_on, *(ended[who][0] for who in to_come)]),
            np.array([*self.results, *(ended[who][1] for who in to_come)]),
        )  # fmt: skip

    def of_year(self, year: int) -> Known:
        """Those whose run began in that year."""
        return self.only(np.array([f"-{year}" in run for run in self.runs.tolist()], dtype=bool))


def ends(data: Path) -> Ends:
    """How every enrolment ended, from the raw tables."""
    keys = ("code_module", "code_presentation", "id_student")
    made: dict[tuple[str, str], tuple[float, str]] = {}
    results = {
        (row[keys[0]], row[keys[1]], int(row[keys[2]])): row["final_result"]
        for row in parquet.read_table(data / "studentInfo.parquet", columns=[*keys, "final_result"]).to_pylist()
    }
    registrations = parquet.read_table(data / "studentRegistration.parquet", columns=[*keys, "date_unregistration"])
    for row in registrations.to_pylist():
        module, presentation, student = row[keys[0]], row[keys[1]], int(row[keys[2]])
        left_on = row["date_unregistration"]
        ended = (np.inf if left_on is None else float(left_on), results[module, presentation, student])
        made[f"{module}-{presentation}", str(student)] = ended
    return made


def known(workspace: uptake.Workspace, ended: Ends, day: int, scores: Sequence[Score]) -> Known:
    """What is known of everyone at the end of the last of some days of their run.

    Args:
        workspace: The example's, or one with some of its runs.
        ended: How enrolments ended. It is laid beside what is known, which it has no part in.
        day: How many days of the run are over: 28 is the end of day 27, as runs begin with day 0.
        scores: The scores to make.
    """
    parts = workspace.read(lambda cursor: [_of_presentation(workspace, cursor, name, day, scores) for name in BEGINS])
    runs, students = (np.concatenate([part[side] for part in parts]) for side in (0, 1))
    risks = {name: np.concatenate([part[2][name] for part in parts]) for name in parts[0][2]}
    found = [ended[run, student] for run, student in zip(runs.tolist(), students.tolist(), strict=True)]
    left_on = np.array([left for left, _ in found])
    return Known(day, runs, students, risks, left_on, np.array([result for _, result in found]))


def _of_presentation(
    workspace: uptake.Workspace, cursor: Cursor, presentation: str, day: int, scores: Sequence[Score]
) -> tuple[NDArray[np.str_], NDArray[np.str_], dict[str, Floats]]:
    last, zone = BEGINS[presentation] + timedelta(days=day - 1), workspace.plan.product.timezone
    question = Question(
        "", "member", {}, None, last, None, begin_of(last + timedelta(days=1), zone), last, zone, "monday"
    )
    panel = Panel(Asked(question, workspace.plan, MEMBER, cursor, ""), last, last)
    runs = dict(cursor.execute("SELECT account_key, account_id FROM accounts").fetchall())
    students = dict(cursor.execute("SELECT user_key, user_id FROM users").fetchall())
    run = np.array([runs[key >> 32] for key in panel.keys.tolist()], dtype=str)
    chosen = panel.present[:, 0] & np.char.endswith(run, presentation)
    risks = {name: read(panel, name)[chosen, 0] for name in SIGNALS}
    risks["active_days"] = -risks["active_days"]
    risks["days_since_active"] = np.where(np.isnan(risks["days_since_active"]), NEVER, risks["days_since_active"])
    for score in scores:
        risks[score.name] = -scored(panel, score).points[chosen, 0]
    student = np.array([students[key & 0xFFFFFFFF] for key in panel.keys[chosen].tolist()], dtype=str)
    return run[chosen], student, risks
