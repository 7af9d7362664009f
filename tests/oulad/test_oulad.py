"""Numbers about real people: each must equal a second calculation on the raw tables, to the last one.

The second calculation is plain SQL and plain Python, below and in `oulad_raw.py`. It counts days since a run's start,
not instants, and uses nothing of Uptake's.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from oulad_raw import open_raw

import uptake

pytestmark = [pytest.mark.oulad, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "oulad"
UNTIL = date(2015, 6, 30)
"""After the last day of the last run."""
CHRISTMAS = date(2014, 12, 24)
"""Twelve weeks into the runs of 2014J: their later weeks are open."""
EARLY = date(2014, 10, 10)
"""Nine days into them: nobody's first two weeks are over, but for those who left before the first day."""
NONE = "(none)"
"""Whoever gave the seat back before the run began: on that day the run had no name yet."""
KINDS = {
    "content": "oucontent",
    "databases": "dataplus",
    "external_quizzes": "externalquiz",
    "folders": "folder",
    "forum": "forumng",
    "glossary": "glossary",
    "html_activities": "htmlactivity",
    "links": "url",
    "online_rooms": "oucollaborate",
    "online_rooms_before": "ouelluminate",
    "pages": "page",
    "questionnaires": "questionnaire",
    "quizzes": "quiz",
    "repeat_activities": "repeatactivity",
    "resources": "resource",
    "shared_subpages": "sharedsubpage",
    "subpages": "subpage",
    "two_panes": "dualpane",
    "wiki": "ouwiki",
}
"""Feature of the plan -> kind of page; the home page is hidden."""
STEPS = ("eligible", "tried", "adopted", "retained")
Raw = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Built:
    """What the example left behind: the workspace, the files it was made of, and what was printed."""

    workspace: uptake.Workspace
    files: Path
    printed: str


@dataclass(frozen=True)
class Seat:
    """A registration: the run's name on the first day of the seat, that day, and the days of activity, as ordinals."""

    name: str
    began: int
    days: list[int]


@pytest.fixture(scope="module")
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip(f"The Open University data is not there: {DATA}")
    return DATA


@pytest.fixture(scope="module")
def built(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("oulad")
    home, files = folder / "workspace", folder / "files"
    try:
        command = [sys.executable, str(ROOT / "examples/oulad/build.py"), str(data), str(home), "--files", str(files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        with uptake.open(home) as workspace:
            yield Built(workspace, files, done.stdout)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def workspace(built: Built) -> uptake.Workspace:
    return built.workspace


@pytest.fixture(scope="module")
def raw(data: Path) -> Iterator[Raw]:
    with open_raw(data) as connection:
        yield connection


@pytest.fixture(scope="module")
def seats(raw: Raw) -> list[Seat]:
    rows = answers(
        raw,
        """SELECT run, first_on, starts, list(day) FILTER (day >= starts)
        FROM seat JOIN run USING (run) LEFT JOIN active USING (run, student) GROUP BY run, first_on, student, starts""",
    )
    return [
        Seat(
            run if starts >= 0 else NONE,
            first_on.toordinal() + starts,
            [first_on.toordinal() + day for day in days or ()],
        )
        for run, first_on, starts, days in rows
    ]


def answers(raw: Raw, sql: str, **values: object) -> list[tuple[Any, ...]]:
    return raw.execute(sql, values or None).fetchall()


def test_every_row_and_every_click_arrives(workspace: uptake.Workspace, raw: Raw) -> None:
    [(rows, clicks)] = answers(raw, "SELECT sum(times), sum(clicks) FROM used")
    [(handed_in, passed)] = answers(raw, "SELECT count(*), count(*) FILTER (score >= 40) FROM marked")
    assert (rows, clicks) == (10_655_280, 39_605_099)
    counted = workspace.rows_of(
        """SELECT count(*) AS rows, count(*) FILTER (event_name = 'assessment_submitted') AS handed_in,
            count(*) FILTER (event_name = 'assessment_passed') AS passed
        FROM event JOIN event_names USING (name_key)"""
    )
    assert counted == [{"rows": rows + handed_in + passed, "handed_in": handed_in, "passed": passed}]
    uses = workspace.rows_of(
        "SELECT feature, sum(uses) AS uses FROM feature_day JOIN features USING (feature_key) GROUP BY ALL"
    )
    kinds = KINDS | {"home_page": "homepage"}
    assert {kinds[row["feature"]]: row["uses"] for row in uses} == dict(
        answers(raw, "SELECT kind, sum(clicks) FROM used GROUP BY kind")
    )


def test_every_student_run_seat_and_outcome_arrives(built: Built, raw: Raw) -> None:
    lines = [line.split() for line in built.printed.splitlines()[1:6]]
    stored = {kind: int(rows.replace(",", "")) for kind, _, rows, _, _ in lines}
    assert [rejected for *_, rejected in lines] == ["0"] * 5
    assert (stored["accounts"], stored["seats"], stored["outcomes"]) == (159, 32_593, 32_593)
    [students] = answers(
        raw, "SELECT count(DISTINCT student), count(DISTINCT (student, first_on)) FROM seat JOIN run USING (run)"
    )
    assert built.workspace.rows_of("SELECT count(*) AS n FROM users") == [{"n": students[0]}]
    assert stored["users"] == students[1]
    assert built.workspace.rows_of("SELECT outcome, count(*) AS n FROM raw.outcomes GROUP BY ALL ORDER BY ALL") == [
        {"outcome": "Distinction", "n": 3_024},
        {"outcome": "Fail", "n": 7_052},
        {"outcome": "Pass", "n": 12_361},
        {"outcome": "Withdrawn", "n": 10_156},
    ]


@pytest.mark.parametrize("as_of", [UNTIL, CHRISTMAS])
@pytest.mark.parametrize("mode", ["rolling", "calendar"])
def test_weekly_retention_by_run_is_exact_in_every_cell(
    workspace: uptake.Workspace, seats: list[Seat], mode: str, as_of: date
) -> None:
    """In rolling weeks, for whoever registered in time, week n is week n of the run."""
    weeks, today = range(40), as_of.toordinal()
    # day 1 of all ordinals was a Monday
    week_of: Callable[[int, int], int] = {
        "rolling": lambda began, day: (day - began) // 7,
        "calendar": lambda began, day: (day - 1) // 7 - (began - 1) // 7,
    }[mode]
    open_from, returned = dict[Any, list[int]](), Counter[Any]()
    for seat in seats:
        if seat.began <= today:
            over = week_of(seat.began, today + 1)
            monday = date.fromordinal(seat.began - (seat.began - 1) % 7)
            for row in ("cohort", monday, seat.name), ("weighted", None, seat.name):
                open_from.setdefault(row, []).append(over)
                for week in {week_of(seat.began, day) for day in seat.days if day <= today}:
                    returned[*row, week] += week < over
    expected = {
        (*row, week): (len(over), sum(week < end for end in over), returned[*row, week])
        for row, over in open_from.items()
        for week in weeks
    }
    result = workspace.metric("retention", by="account.name", unit="week", units=len(weeks) - 1, mode=mode, as_of=as_of)
    found = {
        (row["row"], row["cohort_on"], row["account.name"], row["unit_index"]): row
        for row in result.rows
        if row["row"] != "simple"
    }
    assert {cell: (row["cohort_size"], row["n"], row["returned"]) for cell, row in found.items()} == expected
    is_open = {cell for cell, row in found.items() if row["status"] == "in_progress" and row["estimate"] is None}
    assert is_open == {cell for cell, (_, n, _) in expected.items() if n == 0}


@pytest.mark.parametrize("as_of", [UNTIL, CHRISTMAS, EARLY])
def test_activation_by_run_is_exact(workspace: uptake.Workspace, raw: Raw, as_of: date) -> None:
    """Ten uses of the material and one of the forum by the end of day 14, those before the first day included."""
    expected = answers(
        raw,
        """WITH early AS (
            SELECT *, u.day <= s.starts + 14 AND first_on + u.day <= $as_of AS is_early
            FROM seat s JOIN run USING (run) LEFT JOIN used u USING (run, student) WHERE first_on + s.starts <= $as_of
        ), member AS (
            SELECT run, starts, first_on + starts + 14 > $as_of AS is_open, sum(times) FILTER (
                    is_early AND kind IN ('oucontent', 'resource', 'quiz', 'externalquiz', 'ouwiki', 'page', 'url')
                ) AS material, sum(times) FILTER (is_early AND kind = 'forumng') AS forum
            FROM early GROUP BY run, student, starts, first_on
        )
        SELECT CASE WHEN starts < 0 THEN $none ELSE run END AS name, count(*) FILTER (NOT is_open),
            count(*) FILTER (NOT is_open AND material >= 10 AND forum >= 1), count(*) FILTER (is_open)
        FROM member GROUP BY name""",
        as_of=as_of,
        none=NONE,
    )
    result = workspace.metric("activation_rate", by="account.name", as_of=as_of)
    assert {(row["account.name"], row["n"], row["count"], row["open"]) for row in result.rows} == set(expected)


def test_feature_adoption_by_run_and_quarter_is_exact(workspace: uptake.Workspace, raw: Raw) -> None:
    """Of the seats held at each quarter's end in runs that had begun and have such pages."""
    raw.execute("CREATE OR REPLACE TEMP TABLE kind (feature VARCHAR, kind VARCHAR, cadence INTEGER)")
    rooms = ("oucollaborate", "ouelluminate")
    raw.executemany("INSERT INTO kind VALUES (?, ?, ?)", [(f, k, 14 if k in rooms else 7) for f, k in KINDS.items()])
    expected = answers(
        raw,
        """WITH quarter AS (
            SELECT unnest(range(DATE '2013-01-01', DATE '2015-06-30', INTERVAL 3 MONTH))::DATE AS quarter_on,
                (quarter_on + INTERVAL 3 MONTH)::DATE - 1 AS last_day
        ), held AS (
            SELECT quarter_on, last_day - first_on AS today, run, student FROM seat JOIN run USING (run)
            JOIN quarter ON first_on <= last_day AND first_on + starts <= last_day AND first_on + ends > last_day
        ), has AS (
            SELECT DISTINCT code_module || ' ' || code_presentation AS run, feature, kind, cadence
            FROM vle JOIN kind ON kind.kind = vle.activity_type
        ), first_use AS (
            SELECT run, student, kind, min(day) AS first_day FROM used GROUP BY ALL
        ), life AS (
            SELECT h.quarter_on, h.run, h.student, f.feature,
                count(*) FILTER (u.day - first_day BETWEEN 0 AND 2 * cadence - 1) AS early_days,
                h.today - max(u.day) < any_value(cadence) AS is_recent
            FROM held h JOIN has f USING (run)
            JOIN used u ON u.run = h.run AND u.student = h.student AND u.kind = f.kind AND u.day <= h.today
            JOIN first_use b ON b.run = u.run AND b.student = u.student AND b.kind = u.kind
            GROUP BY h.quarter_on, h.run, h.student, h.today, f.feature
        )
        SELECT quarter_on, run, feature, count(*), count(early_days), count(*) FILTER (early_days >= 2),
            count(*) FILTER (early_days >= 2 AND is_recent)
        FROM held JOIN has USING (run) LEFT JOIN life USING (quarter_on, run, student, feature) GROUP BY ALL""",
    )
    result = workspace.metric("feature_adoption", by="account.name", period="quarter", as_of=UNTIL)
    assert {
        (row["period_on"], row["account.name"], row["feature"], *(row[step] for step in STEPS)) for row in result.rows
    } == set(expected)


def test_adopted_and_active_seats_by_run_and_month_are_exact(workspace: uptake.Workspace, raw: Raw) -> None:
    """Adopted: an assessment passed, and active in two of the last four weeks. Active: in the last 28 days.

    Before the data is two weeks long nobody can have adopted: those months count nobody. Nor can anybody pass before
    the first deadline of a run is over: its seats are not asked whether they have adopted.
    """
    expected = answers(
        raw,
        """WITH month AS (
            SELECT unnest(range(DATE '2012-01-01', DATE '2015-06-30', INTERVAL 1 MONTH))::DATE AS month_on,
                (month_on + INTERVAL 1 MONTH)::DATE - 1 AS last_day
        ), held AS (
            SELECT month_on, last_day, last_day - first_on AS today, run, student, first_on <= last_day AS is_named
            FROM seat JOIN run USING (run) JOIN month ON first_on + starts <= last_day AND first_on + ends > last_day
        ), passed AS (
            SELECT run, student, min(day) AS passed_on FROM marked WHERE score >= 40 GROUP BY ALL
        ), due AS (
            SELECT code_module || ' ' || code_presentation AS run, min(date) AS due_on FROM assessments GROUP BY ALL
        ), judged AS (
            SELECT h.month_on, h.run, h.student, h.is_named, any_value(passed_on) <= any_value(today) AS has_value,
                any_value(last_day) - (SELECT min(first_on + day) FROM active JOIN run USING (run)) + 1 >= 14 AS is_long,
                count(DISTINCT (today - a.day) // 7) AS weeks, count(a.day) AS days,
                coalesce(any_value(due_on) <= any_value(today), false) AS may
            FROM held h LEFT JOIN passed p USING (run, student) LEFT JOIN due USING (run) LEFT JOIN active a
                ON a.run = h.run AND a.student = h.student AND a.day BETWEEN today - 27 AND today
            GROUP BY h.month_on, h.run, h.student, h.is_named
        )
        SELECT month_on, CASE WHEN is_named THEN run ELSE $none END AS name,
            count(*) FILTER (may), count(*) FILTER (may AND is_long),
            count(*) FILTER (may AND is_long AND has_value AND weeks >= 2), count(*), count(*) FILTER (days > 0)
        FROM judged GROUP BY ALL""",
        none=NONE,
    )
    result = workspace.metric("adoption_rate", by="account.name", period="month", date_from="2012-01-01", as_of=UNTIL)
    found = {(row["period_on"], row["account.name"], row["measure"]): (row["n"], row["count"]) for row in result.rows}
    assert found == {
        (month, name, measure): (n, count)
        for month, name, asked, judged, adopted, held, active in expected
        for measure, whose, n, count in (("adopted", asked, judged, adopted), ("active", held, held, active))
        if whose
    }


def test_active_students_by_month_are_exact_and_counted_once_over_runs(workspace: uptake.Workspace, raw: Raw) -> None:
    """Of those who had begun by the end of the month: who looks around before the first day is not counted yet."""
    expected = answers(
        raw,
        """WITH begun AS (
            SELECT student, date_trunc('month', min(first_on + starts))::DATE AS month_on FROM seat JOIN run USING (run)
            GROUP BY student
        ), came AS (
            SELECT DISTINCT student, date_trunc('month', first_on + day)::DATE AS month_on
            FROM active JOIN run USING (run)
            WHERE first_on + day <= $until
        )
        SELECT came.month_on, count(*) FROM came JOIN begun USING (student) WHERE begun.month_on <= came.month_on
        GROUP BY came.month_on""",
        until=UNTIL,
    )
    result = workspace.metric("active_users", window="calendar", period="month", as_of=UNTIL)
    assert {(row["period_on"], row["estimate"]) for row in result.rows if row["estimate"]} == set(expected)


def test_median_time_to_first_value_by_run_is_exact(workspace: uptake.Workspace, raw: Raw) -> None:
    """Days from the first day of the seat to the first assessment passed; the others waited until the cut-off."""
    waits: dict[str, list[tuple[int, bool]]] = {}
    for name, wait, is_reached in answers(
        raw,
        """SELECT CASE WHEN starts < 0 THEN $none ELSE run END,
            greatest(coalesce(passed_on, $until::DATE + 1 - first_on) - starts, 0), passed_on IS NOT NULL
        FROM seat JOIN run USING (run) LEFT JOIN (
            SELECT run, student, min(day) AS passed_on FROM marked WHERE score >= 40 GROUP BY ALL
        ) USING (run, student)""",
        none=NONE,
        until=UNTIL,
    ):
        waits.setdefault(name, []).append((wait, is_reached))
    result = workspace.metric("time_to_first_value", by="account.name", as_of=UNTIL)
    found = {row["account.name"]: (row["n"], row["reached"], row["estimate"]) for row in result.rows}
    assert found == {
        name: (len(group), sum(is_reached for _, is_reached in group), median_s(group)) for name, group in waits.items()
    }


def median_s(waits: list[tuple[int, bool]]) -> float | None:
    """The first wait, in seconds, by which the product-limit estimate of still waiting is one half or less."""
    waiting = 1.0
    for day in sorted({wait for wait, is_reached in waits if is_reached}):
        at_risk = sum(wait >= day for wait, _ in waits)
        waiting *= 1 - sum(wait == day and is_reached for wait, is_reached in waits) / at_risk
        if waiting <= 0.5:
            return day * 86_400.0
    return None


def test_importing_the_same_files_again_adds_nothing(built: Built) -> None:
    """Two of the smallest runs stand for all, with their true repeats: students who opened a page twice a day."""
    before = built.workspace.metric("adoption_rate", by="account.name", as_of=CHRISTMAS).rows
    again = {"events": [built.files / "events" / f"{run}.parquet" for run in ("AAA-2013J", "GGG-2014B")]}
    again |= {kind: [built.files / f"{kind}.parquet"] for kind in ("accounts", "users", "seats", "outcomes")}
    for kind, paths in again.items():
        done = built.workspace.import_rows(paths, kind)
        assert (done.stored, done.known, done.rejected) == (0, done.read, 0)
    assert built.workspace.metric("adoption_rate", by="account.name", as_of=CHRISTMAS).rows == before
