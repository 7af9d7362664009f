"""`uptake lens`: what stands on a team's page, as a table, JSON and CSV, with and without a server."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from cli_world import cells, filled_workspace, run, served

import uptake
from uptake.errors import QuestionError
from uptake.reports.lens import Aims, Groups, Numbers
from uptake.reports.lenses import LENSES


@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: lens.name)
def test_every_part_of_the_page_is_there(lens: object, tmp_path: Path) -> None:
    assert lens in LENSES
    (one,) = (one for one in LENSES if one is lens)
    ran = run("lens", one.name, "--format", "json", "--home", filled_workspace(tmp_path))
    assert ran.code == 0, ran.errors
    told = json.loads(ran.out)
    assert told["title"] == f"{one.title}: {one.asks}"
    parts = [part.title for part in one.parts if not isinstance(part, Aims)]  # the plan has no targets
    assert list(dict.fromkeys(row["part"] for row in told["rows"])) == parts
    for part in one.parts:
        rows = [row for row in told["rows"] if row["part"] == part.title]
        assert all(row["said"] for row in rows if not row["column"])  # what is missing is said
        if isinstance(part, Numbers):
            assert len(rows) == len(part.tiles)
        elif isinstance(part, Groups) and rows[0]["row"]:
            assert {row["column"] for row in rows} == {measure.title for measure in part.measures}


def test_numbers_are_those_of_the_metric(tmp_path: Path) -> None:
    home = filled_workspace(tmp_path)
    rows = list(csv.DictReader(io.StringIO(run("lens", "support", "--format", "csv", "--home", home).out)))
    (labouring,) = (row for row in rows if row["row"] == "Labouring")
    metric = json.loads(run("metric", "labouring", "--format", "json", "--home", home).out)["rows"]
    assert (
        [float(labouring["value"])]
        if labouring["value"]
        else [row["estimate"] for row in metric if row["estimate"] is not None] == []
    )


def test_python_says_the_same(tmp_path: Path) -> None:
    home = filled_workspace(tmp_path)
    rows = list(csv.DictReader(io.StringIO(run("lens", "leadership", "--format", "csv", "--home", home).out)))
    with uptake.open(home) as workspace:
        found = uptake.lens(workspace, "leadership")
        assert [row["said"] for row in found.rows] == [row["said"] for row in rows]
        assert found.to_arrow().num_rows == len(rows)
        with pytest.raises(QuestionError, match="no lens 'finance'"):
            uptake.lens(workspace, "finance")


def test_teams_are_listed_and_others_refused(tmp_path: Path) -> None:
    home = filled_workspace(tmp_path)
    assert [line[0] for line in cells(run("lens", "--home", home).out) if line][2:8] == [one.name for one in LENSES]
    refused = run("lens", "finance", "--home", home)
    assert refused.code == 1
    assert re.search(r"no lens 'finance'[\s\S]*success", refused.errors)
    assert "is not of one owner's accounts" in run("lens", "sales", "--owner", "Ada", "--home", home).errors


def test_a_server_gives_the_same(tmp_path: Path) -> None:
    home = filled_workspace(tmp_path)
    alone = run("lens", "leadership", "--home", home).out
    with served(home):
        assert run("lens", "leadership", "--home", home).out == alone
