"""Whether a low adoption score tells who leaves, on some runs of the Open University; all of them: docs/truth.md."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest
import scipy.stats
from pyarrow import compute, parquet

import uptake
from bench.truth import leaving
from bench.truth.__main__ import EXAMPLE, OULAD
from bench.truth.enrolments import BEGINS, NEVER, Known, ends, known
from bench.truth.leaving import ADOPTION, ENDINGS

pytestmark = [pytest.mark.oulad, pytest.mark.slow]

RUNS = ("AAA-2013J", "EEE-2013J", "GGG-2013J")
"""Three of the smallest, which began on the same day."""
BEGINS_ON = BEGINS["2013J"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sample, with the converted files and the workspace made of them."""
    if not OULAD.is_dir():
        pytest.skip(f"The Open University data is not there: {OULAD}")
    folder = tmp_path_factory.mktemp("oulad")
    command = [sys.executable, str(EXAMPLE / "build.py"), str(OULAD), str(folder / "home"), "--runs", ",".join(RUNS)]
    done = subprocess.run([*command, "--files", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def workspace(files: Path) -> Iterator[uptake.Workspace]:
    with uptake.open(files / "home") as made:
        yield made


@pytest.fixture(scope="module")
def seen(workspace: uptake.Workspace) -> dict[int, Known]:
    return leaving.observed(workspace, ends(OULAD), leaving.TRIED)


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.short)
def test_single_signals_are_those_of_the_raw_tables(seen: dict[int, Known], ending: leaving.Ending) -> None:
    """Days with use of anything but the home page, or with something handed in, and Mann and Whitney's U by SciPy."""
    of, began = seen[ending.day], ending.day - 28
    tables = {name: str(OULAD / f"{name}.parquet") for name in ("vle", "studentAssessment", "assessments")}
    rows = duckdb.execute(
        f"""WITH came AS (
            SELECT code_module || '-' || code_presentation AS run, id_student, date AS day
            FROM read_parquet('{OULAD}/studentVle_ds/*/*/*.parquet', hive_partitioning = true)
            JOIN '{tables["vle"]}' USING (code_module, code_presentation, id_site) WHERE activity_type <> 'homepage'
            UNION SELECT code_module || '-' || code_presentation, id_student, date_submitted
            FROM '{tables["studentAssessment"]}' JOIN '{tables["assessments"]}' USING (id_assessment) WHERE is_banked = 0
        )
        SELECT run, id_student::BIGINT::VARCHAR, count(*) FILTER (day >= $began), max(day) FROM came
        WHERE day < $until AND list_contains($runs, run) GROUP BY ALL""",
        {"began": began, "until": ending.day, "runs": RUNS},
    ).fetchall()
    came = {(run, student): (days, last) for run, student, days, last in rows}
    people = list(zip(of.runs.tolist(), of.students.tolist(), strict=True))
    days = np.array([-came.get(who, (0, 0))[0] for who in people])
    silent = np.array([ending.day - 1 - came[who][1] if who in came else NEVER for who in people])
    happened = ending.happened(of)
    for name, risk in (("active_days", days), ("days_since_active", silent)):
        np.testing.assert_array_equal(of.risks[name], risk)
        u = scipy.stats.mannwhitneyu(risk[happened], risk[~happened]).statistic
        expected = u / (happened.sum() * (~happened).sum())
        assert leaving.area_of(of, ending, name).estimate == pytest.approx(expected, abs=1e-12)


def test_a_run_that_asks_for_nothing_yet_gives_no_chance_of_value(workspace: uptake.Workspace) -> None:
    """GGG asks for nothing before day 61, EEE before day 33, AAA on day 19; on day 84 all have."""
    for days, ns in ((28, {"AAA 2013J"}), (84, {"AAA 2013J", "EEE 2013J", "GGG 2013J"})):
        as_of = BEGINS_ON + timedelta(days=days - 1)
        rows = workspace.metric("value_realisation", entity="member", by="account.name", as_of=as_of).rows
        assert {row["account.name"] for row in rows if row["n"]} == ns


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.short)
def test_within_runs_the_score_tells_more_than_a_coin_and_than_silence(
    seen: dict[int, Known], ending: leaving.Ending
) -> None:
    """In a sample as small as this it is not told apart from active days."""
    of = seen[ending.day]
    assert leaving.area_of(of, ending, ADOPTION.name, in_runs=True).ci_lower > 0.5
    score, silence = (leaving.area_of(of, ending, name, in_runs=True) for name in (ADOPTION.name, "days_since_active"))
    assert score.estimate > silence.estimate


def test_what_was_not_known_yet_has_no_part_in_it(files: Path, seen: dict[int, Known], tmp_path: Path) -> None:
    """A workspace that was given nothing but what was known then says the same, and still does when the rest comes."""
    now = BEGINS_ON + timedelta(days=28)
    plan = {path.name: path.read_text("utf-8") for path in (EXAMPLE / "plan").glob("*.yml")}
    uptake.init(tmp_path / "then", plan)
    seats = parquet.read_table(files / "seats.parquet")
    is_over = compute.less_equal(seats["valid_to"], compute.cast(now, seats["valid_to"].type))
    held = compute.if_else(is_over, seats["valid_to"], None)
    with uptake.open(tmp_path / "then") as then:
        runs = parquet.read_table(files / "accounts.parquet")
        was = compute.less(runs["valid_from"], compute.cast(now, runs["valid_from"].type))
        then.import_rows(runs.filter(was), "accounts")
        then.import_rows(files / "users.parquet", "users")
        then.import_rows(seats.set_column(seats.schema.get_field_index("valid_to"), "valid_to", held), "seats")
        later = [(runs.filter(compute.invert(was)), "accounts")]
        for path in sorted((files / "events").glob("*.parquet")):
            table = parquet.read_table(path)
            was = compute.less(table["event_at"], compute.cast(now, table["event_at"].type))
            then.import_rows(table.filter(was), "events")
            later.append((table.filter(compute.invert(was)), "events"))
        for stage in ("nothing yet", "all the rest"):
            found = known(then, ends(OULAD), 28, leaving.TRIED)
            np.testing.assert_array_equal(found.students, seen[28].students, err_msg=stage)
            for name, values in found.risks.items():
                np.testing.assert_allclose(values, seen[28].risks[name], atol=1e-9, err_msg=f"{name}, {stage}")
            for table, kind in later:
                then.import_rows(table, kind)
