"""`uptake scores` and `uptake explain`: by hand, in every format, with and without a server."""

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from cli_world import cells, filled_workspace, run, served

from uptake.charts.words import SPACE

PLAN = """
product: {usage_interval_days: 7}
features: {tasks: {events: [task_created]}}
scores:
  use: {title: Use, components: {frequency: 3, breadth: 1}}
"""


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    home = filled_workspace(tmp_path)
    for file in (home / "plan").glob("*.yml"):
        file.unlink()
    (home / "plan" / "plan.yml").write_text(PLAN)
    return home


ASKED = ("--entity", "user", "--as-of", "2026-01-26", "--since", "2026-01-12")


def test_everyone_with_score_and_change(filled: Path) -> None:
    """On 26 January u1 came in 3 weeks of 22/7 expected, u3 in 1 of 2, u2 in 1 of 3; each used the one feature.

    (3 * 3 / (22 / 7) + 1) / 4 = 0.966, (3 / 2 + 1) / 4 = 0.625, (3 / 3 + 1) / 4 = 0.5. On the 12th u1 and u2 had come
    in all the weeks they could have: 100.
    """
    ran = run("scores", "use", *ASKED, "--home", filled)
    assert ran.code == 0, ran.errors
    assert ran.out.startswith("Use of 3 users on 26 January 2026")
    assert [row[:1] + row[2:] for row in cells(ran.out) if row[:1] in (["u1"], ["u2"], ["u3"])] == [
        ["u2", "50.0", "−50.0", "average"],
        ["u3", "62.5", "average"],
        ["u1", "96.6", "−3.4", "good"],
    ]


def test_as_files(filled: Path, tmp_path: Path) -> None:
    asked = ("scores", "use", *ASKED, "--home", filled)
    rows = list(csv.DictReader(io.StringIO(run(*asked, "--format", "csv", "--sort", "change").out)))
    assert [row["user_id"] for row in rows] == ["u2", "u1", "u3"]
    told = json.loads(run(*asked, "--format", "json", "--descending", "--limit", "1").out)
    assert (told["score"], told["on"], [row["user_id"] for row in told["rows"]]) == ("use", "2026-01-26", ["u1"])
    assert run(*asked, "--out", tmp_path / "use.parquet").code == 0
    assert pq.read_table(tmp_path / "use.parquet").column("user_id").to_pylist() == ["u2", "u3", "u1"]


def test_why_in_words_and_lines(filled: Path) -> None:
    """Of u2: half of the points of frequency and breadth together; the lines lead from the peers to it."""
    ran = run("explain", "use", "u2", *ASKED, "--home", filled)
    assert ran.code == 0, ran.errors
    assert ran.out.startswith("Use of u2 on 26 January 2026: 50.0, average")
    assert "Frequency takes 19.7 points: came on 33 % of the days expected, peers 60 %." in ran.out.replace(
        "\u202f", " "
    )
    told = json.loads(run("explain", "use", "u2", *ASKED, "--format", "json", "--home", filled).out)
    level = told["level"]
    assert level["start"] + sum(line["points"] for line in level["lines"]) == pytest.approx(level["end"])


def test_which_scores_there_are(filled: Path) -> None:
    assert "of users and accounts: the mean of Frequency 75 %" in run("scores", "--home", filled).out.replace(
        SPACE, " "
    )


def test_what_is_not_there_is_said(filled: Path) -> None:
    assert "There is no score 'health'." in run("scores", "health", "--home", filled).errors
    assert "There is no user 'nobody'" in run("explain", "use", "nobody", *ASKED, "--home", filled).errors


def test_a_server_gives_the_same(filled: Path) -> None:
    commands = (("scores", "use", *ASKED), ("scores",), ("explain", "use", "u2", *ASKED))
    questions = [(*command, "--home", filled) for command in commands]
    questions += [(*commands[0], "--format", "json", "--home", filled)]
    alone = [run(*question).out for question in questions]
    with served(filled):
        assert [run(*question).out for question in questions] == alone
