"""What the plan has names for is listed where a command is not told which is meant, here and through a server."""

from pathlib import Path

import pytest
from cli_world import cells, filled_workspace, run, served


@pytest.mark.parametrize(
    ("command", "name", "says"),
    [
        ("scores", "adoption", "uptake explain NAME ID says why"),
        ("explain", "adoption", "uptake explain NAME ID says why"),
        ("placements", "segment", "uptake movement NAME who moved"),
        ("movement", "stage", "uptake movement NAME who moved"),
        ("qualified", "power_users", "uptake qualified NAME lists who qualifies"),
    ],
)
def test_without_a_name_a_command_lists_the_plans(command: str, name: str, says: str, tmp_path: Path) -> None:
    ran = run(command, "--home", filled_workspace(tmp_path))
    assert ran.code == 0, ran.errors
    assert name in {line[0] for line in cells(ran.out) if line}
    assert says in ran.out


def test_people_without_a_metric_lists_the_metrics(tmp_path: Path) -> None:
    ran = run("people", "--home", filled_workspace(tmp_path))
    assert ran.code == 2
    assert "activation_rate" in ran.out


def test_a_score_without_an_id_says_where_ids_are(tmp_path: Path) -> None:
    ran = run("explain", "adoption", "--home", filled_workspace(tmp_path))
    assert ran.code == 2
    assert "uptake scores NAME" in ran.errors


def test_a_server_lists_the_same(tmp_path: Path) -> None:
    home = filled_workspace(tmp_path)
    alone = run("qualified", "--home", home).out
    with served(home):
        assert run("qualified", "--home", home).out == alone
