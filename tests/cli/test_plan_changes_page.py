"""The worked example of docs/plan-changes.md, run as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

from cli_world import run

PAGE = (Path(__file__).parents[2] / "docs" / "plan-changes.md").read_text()


def block(called: str) -> str:
    found = re.search(rf"<!-- {called} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found, called
    return found[1]


def without_versions(text: str) -> str:
    """A later release may give the same plan another version."""
    return re.sub(r"\b[0-9a-f]{12}\b", "VERSION", text)


def test_the_example_says_what_the_page_says(tmp_path: Path) -> None:
    home, proposal = tmp_path / "home", tmp_path / "proposal"
    assert run("init", "--home", home).code == 0
    for file in (home / "plan").iterdir():
        file.unlink()
    (home / "plan" / "plan.yml").write_text(block("the plan"))
    for kind in ("events", "accounts"):
        (tmp_path / f"{kind}.csv").write_text(block(f"the {kind}"))
        assert run("import", tmp_path / f"{kind}.csv", "--kind", kind, "--home", home).code == 0
    proposal.mkdir()
    (proposal / "plan.yml").write_text(block("the plan").replace("poor: 40", "poor: 60"))
    ran = run("plan", "diff", proposal, "--home", home)
    assert ran.code == 1, ran.errors
    assert without_versions(ran.out).startswith(without_versions(block("the answer"))), ran.out
    first = next(line for line in ran.out.splitlines() if line.startswith(("Acorn", "Birch", "Cedar")))
    assert re.split(r" {2,}", first.strip()) == [
        "Birch",
        "Birch",
        "average",
        "poor",
        "50.0 → 50.0",
        "in 28 days (near)",
    ]
    assert "100.0" in run("scores", "use", "--home", home).out
