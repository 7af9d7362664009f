"""`uptake metric` and `uptake metrics`: the same hand-computed numbers in every format."""

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet
import pytest
from cli_world import cells, empty_workspace, filled_workspace, run

import uptake as api


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return empty_workspace(tmp_path)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    return filled_workspace(tmp_path)


RETENTION = ("metric", "retention", "--param", "units=2")


def test_a_number_is_a_sentence_and_a_table(filled: Path) -> None:
    """u1, u2 and u3 were active in the 28 days to 26 January, of three who had started."""
    ran = run("metric", "active_users", "--home", filled)
    assert ran.code == 0
    assert ran.out.startswith("Active users: 3 (95")
    assert ["n", "Active users", "95 % interval"] in cells(ran.out)
    assert "Counted: users. As of 27 January 2026, 00:00 UTC." in ran.out


def test_retention_is_a_triangle(filled: Path) -> None:
    """Of u1 and u2 (5 January) u1 came back in week 1 and none in week 2; u3 (12 January) did not in week 1.

    Week 2 of u3 began on 26 January and is not over. Week 1 of both cohorts: 1 of 3; the mean of 1/2 and 0 is 1/4.
    """
    ran = run(*RETENTION, "--home", filled)
    table = cells(ran.out)
    assert ["week of start", "size", "0", "1", "2"] in table
    assert ["5 January 2026", "2", "100 %", "50 %", "0 %"] in table
    assert ["12 January 2026", "1", "100 %", "0 %", "open"] in table
    assert ["mean of all", "3", "100 %", "33 %", "0 %"] in table
    assert ["mean of cohorts", "3", "100 %", "25 %", "0 %"] in table
    assert "Retention, week 1, mean of all cohorts: 33\u202f%" in ran.out


def test_runs_of_units_are_named_by_their_units(filled: Path) -> None:
    """Of u1 and u2 u1 came back in the two weeks after the first; the second of u3's is not over."""
    ran = run("metric", "retention", "--param", "criterion=brackets", "--param", "brackets=1,2", "--home", filled)
    table = cells(ran.out)
    assert ["week of start", "size", "0", "1–2"] in table
    assert ["5 January 2026", "2", "100 %", "50 %"] in table
    assert ["12 January 2026", "1", "100 %", "open"] in table
    assert "Retention, weeks 1–2, mean of all cohorts: 50\u202f%" in ran.out
    later = run(*RETENTION, "--param", "criterion=on_or_after", "--home", filled).out
    assert ["week of start", "size", "0+", "1+", "2+"] in cells(later)
    assert "Retention, week 1 or later, mean of all cohorts: " in later


def test_json_is_the_contract(filled: Path) -> None:
    answer = json.loads(run(*RETENTION, "--home", filled, "--format", "json").out)
    assert list(answer) == ["metric", "params", "as_of", "plan_version", "columns", "rows", "sql"]
    assert answer["metric"] == "retention"
    assert answer["params"]["units"] == 2
    assert answer["as_of"] == "2026-01-27T00:00:00Z"
    assert {"name": "estimate", "type": "number", "unit": "share"} in answer["columns"]
    cohort = {row["unit_index"]: row["estimate"] for row in answer["rows"] if row["cohort_on"] == "2026-01-12"}
    assert cohort == {0: 1.0, 1: 0.0, 2: None}


def test_the_parameters_in_the_json_ask_the_same_again(filled: Path) -> None:
    answer = json.loads(run(*RETENTION, "--home", filled, "--format", "json").out)
    with api.open(filled) as workspace:
        again = workspace.metric("retention", **answer["params"])
    assert [row["estimate"] for row in again.rows] == [row["estimate"] for row in answer["rows"]]


def test_the_sql_gives_the_numbers(filled: Path) -> None:
    sql = run("metric", "active_users", "--home", filled, "--sql").out
    with api.open(filled) as workspace:
        (row,) = workspace.rows_of(sql)
    assert (row["n"], row["estimate"]) == (3, 3)


def test_csv_keeps_numbers_and_defuses_formulas(filled: Path, tmp_path: Path) -> None:
    users = tmp_path / "users.csv"
    plans = ["=HYPERLINK(0)", "+1", "@x"]
    rows = [f"u{number},{plan},2026-01-01" for number, plan in enumerate(plans, 1)]
    users.write_text("\n".join(["user_id,plan,valid_from", *rows]), encoding="utf-8")
    assert run("import", users, "--kind", "users", "--home", filled).code == 0
    out = run("metric", "active_users", "--by", "user.plan", "--home", filled, "--format", "csv").out
    answer = list(csv.DictReader(io.StringIO(out)))
    assert sorted(row["user.plan"] for row in answer) == ["'+1", "'=HYPERLINK(0)", "'@x"]
    assert {row["estimate"] for row in answer} == {"1"}
    with api.open(filled) as workspace:
        assert sorted(row["user.plan"] for row in workspace.metric("active_users", by="user.plan").rows) == sorted(
            plans
        )


def test_names_that_customers_chose_are_inert(filled: Path, tmp_path: Path) -> None:
    users = tmp_path / "users.csv"
    users.write_text(
        "user_id,plan,valid_from\nu1,[red]x[/red],2026-01-01\nu2,\x1b[31mred,2026-01-01\n", encoding="utf-8"
    )
    run("import", users, "--kind", "users", "--home", filled)
    ran = run("metric", "active_users", "--by", "user.plan", "--home", filled)
    assert "[red]x[/red]" in ran.out
    assert r"\x1b[31mred" in ran.out
    assert "\x1b" not in ran.out


@pytest.mark.parametrize(("name", "begins"), [("a.svg", b"<svg"), ("a.png", b"\x89PNG")])
def test_pictures_are_written_by_the_ending_of_the_file(filled: Path, tmp_path: Path, name: str, begins: bytes) -> None:
    ran = run("metric", "active_users", "--period", "week", "--home", filled, "--out", tmp_path / name)
    assert ran.code == 0
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_parquet_carries_the_rows(filled: Path, tmp_path: Path) -> None:
    run("metric", "active_users", "--home", filled, "--out", tmp_path / "a.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    assert table.column("estimate").to_pylist() == [3]


def test_a_table_in_a_file_is_plain_text(filled: Path, tmp_path: Path) -> None:
    run("metric", "active_users", "--home", filled, "--out", tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8").startswith("Active users: 3")


def test_a_file_that_cannot_be_written_is_one_sentence(filled: Path, tmp_path: Path) -> None:
    ran = run("metric", "active_users", "--home", filled, "--out", tmp_path / "none" / "a.csv")
    assert ran.code == 1
    assert "cannot be written" in ran.errors


@pytest.mark.parametrize(
    ("name", "options", "allowed"),
    [
        ("z.xyz", (), ".txt, .json, .csv, .parquet, .svg, .png"),
        ("z.svg", ("--sql",), ".sql, .txt"),
        ("z.json", ("--format", "csv"), ".csv"),
        ("z.png", ("--format", "table"), ".txt"),
    ],
)
def test_an_ending_that_does_not_fit_is_refused(
    filled: Path, tmp_path: Path, name: str, options: tuple[str, ...], allowed: str
) -> None:
    ran = run("metric", "active_users", *options, "--home", filled, "--out", tmp_path / name)
    assert ran.code == 2
    said = " ".join(ran.errors.replace("│", " ").split())
    assert f"ends in '{Path(name).suffix}'" in said
    assert f"Allowed: {allowed}, or no ending." in said
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("name", "options", "begins"),
    [
        ("a.SQL", ("--sql",), "WITH"),
        ("a", ("--format", "csv"), "n,"),
        ("a.CSV", (), "n,"),
        ("a", (), "Active users: 3"),
    ],
)
def test_an_ending_that_fits_or_none_is_taken(
    filled: Path, tmp_path: Path, name: str, options: tuple[str, ...], begins: str
) -> None:
    assert run("metric", "active_users", *options, "--home", filled, "--out", tmp_path / name).code == 0
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)


def test_a_mean_of_days_says_how_many(filled: Path) -> None:
    """Somebody is active from 5 January on; of the 30 days to the 26th that is 22. A week has 7."""
    with api.open(filled) as workspace:
        crowd = [{"user_id": f"c{number}", "event": "a", "time": "2026-01-05T10:00:00Z"} for number in range(30)]
        workspace.import_events(crowd)
    assert run("metric", "stickiness", "--home", filled).out.startswith("Stickiness, mean of 22\u202fdays: ")
    by_week = run("metric", "stickiness", "--home", filled, "--period", "week").out
    assert by_week.startswith("Stickiness, Week of 19 January 2026, mean of 7\u202fdays: ")


def test_a_limit_says_what_it_left_out(filled: Path) -> None:
    ran = run("metric", "active_users", "--period", "day", "--limit", "3", "--home", filled)
    assert "more rows: --limit 0 shows all." in ran.out
    csv_out = run("metric", "active_users", "--period", "day", "--limit", "3", "--home", filled, "--format", "csv").out
    assert len(csv_out.splitlines()) == 4


def test_an_empty_workspace_says_so(home: Path) -> None:
    ran = run("metric", "active_users", "--home", home)
    assert ran.code == 0
    assert "nothing to count" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["retentoin"], "Did you mean 'retention'?"),
        (["retention", "--param", "unit=weak"], "Did you mean 'week'?"),
        (["retention", "--param", "unti=week"], "Did you mean 'unit'?"),
        (["retention", "--entity", "acount"], "Did you mean 'account'?"),
        (["retention", "--from", "2026-13-01"], "date_from is '2026-13-01'"),
        (["retention", "--where", "plan"], "is not understood"),
        (["retention", "--by", "user.colour"], "user.colour"),
    ],
)
def test_mistakes_are_answered_with_what_is_allowed(filled: Path, arguments: list[str], said: str) -> None:
    ran = run("metric", *arguments, "--home", filled)
    assert ran.code == 1
    assert said in ran.errors
    assert ran.out == ""


def test_without_a_name_the_names_are_listed(home: Path) -> None:
    ran = run("metric", "--home", home)
    assert ran.code == 2
    assert "retention" in ran.out


def test_signals_are_listed_and_explained_without_a_workspace() -> None:
    listed = run("signals")
    assert ["nps", "points", "users, accounts"] in [line[:3] for line in cells(listed.out)]
    explained = run("signals", "nps")
    assert "Missing: no answer" in explained.out
    assert ["holds_days", "1 to 3660", "365", "Days for which an answer holds."] in cells(explained.out)
    unknown = run("signals", "npc")
    assert unknown.code == 1
    assert "nps" in unknown.errors


def test_metrics_are_listed_and_explained_without_a_workspace() -> None:
    listed = run("metrics")
    assert ["retention", "Retention", "share"] in [line[:3] for line in cells(listed.out)]
    explained = run("metrics", "retention")
    assert "Formula: " in explained.out
    assert "Pitfall: " in explained.out
    about = "Length of a unit; cohorts of hours are those of a day."
    assert ["unit", "hour, day, week, month, quarter", "week", about] in cells(explained.out)
    unknown = run("metrics", "retentoin")
    assert unknown.code == 1
    assert "Did you mean 'retention'?" in unknown.errors
