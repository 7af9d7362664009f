"""`python -m bench.truth`: prints the tables of docs/truth.md, and writes them there if asked to."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uptake
from bench.report import Table
from bench.truth import leaving, planted
from bench.truth.enrolments import ends
from bench.truth.found import by_seed
from uptake.demo import PLAN, simulate

ROOT = Path(__file__).parents[2]
OULAD = ROOT.parent / "shared" / "data" / "oulad"
EXAMPLE = ROOT / "examples" / "oulad"
PAGE = ROOT / "docs" / "truth.md"
SEEDS = (31, 32)
"""Of samples made to hold what was chosen against."""
MARK = "<!-- {edge} {part}: printed by python -m bench.truth -->"


def main() -> None:
    """Measures, prints, and writes the page."""
    options = _options()
    parts: dict[str, list[Table]] = {}
    with tempfile.TemporaryDirectory(prefix="truth-") as scratch:
        if "planted" in options.only:
            parts["planted"] = _planted(Path(scratch) / "planboard", options.planboard)
        if "seeds" in options.only:
            parts["seeds"] = [_seeds(Path(scratch))]
        if "oulad" in options.only:
            parts |= _oulad(Path(scratch) / "oulad", options.workspace, options.oulad)
    texts = {part: "\n\n".join("##" + table.text() for table in tables) for part, tables in parts.items()}
    print("\n\n".join(texts.values()))
    if options.write:
        page = PAGE.read_text("utf-8")
        for part, text in texts.items():
            page = replaced(page, part, text)
        PAGE.write_text(page, encoding="utf-8")


def replaced(page: str, part: str, text: str) -> str:
    """A page with a part of it written anew."""
    begin, end = (MARK.format(edge=edge, part=part) for edge in ("begin", "end"))
    before, _, rest = page.partition(begin)
    return f"{before}{begin}\n\n{text}\n\n{end}{rest.partition(end)[2]}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.truth", description=__doc__)
    parser.add_argument("--only", default="planted,seeds,oulad", type=lambda text: text.split(","), metavar="PARTS")
    parser.add_argument("--oulad", type=Path, default=OULAD, metavar="FOLDER", help="the Open University data")
    parser.add_argument(
        "--workspace", type=Path, help="a workspace of it that is there; its plan is changed and restored"
    )
    parser.add_argument("--planboard", type=Path, help="a workspace of `uptake demo` that is there")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {PAGE.relative_to(ROOT)}")
    return parser.parse_args()


def _planted(home: Path, made: Path | None) -> list[Table]:
    simulation = simulate()
    with uptake.open(made or _initiated(home)) as workspace:
        if made is None:
            planted.fill(workspace, simulation)
        return planted.tables(workspace, simulation.truth)


def _seeds(scratch: Path) -> Table:
    """The same of samples that nothing was chosen on."""
    found = {}
    for seed in SEEDS:
        simulation = simulate(seed=seed)
        with uptake.open(_initiated(scratch / f"seed-{seed}")) as workspace:
            planted.fill(workspace, simulation)
            found[seed] = planted.everything(workspace, simulation.truth)
    return by_seed("Found in samples that nothing was chosen on", found)


def _initiated(home: Path) -> Path:
    uptake.init(home, {path.name: path.read_text("utf-8") for path in PLAN.glob("*.yml")})
    return home


def _oulad(home: Path, made: Path | None, data: Path) -> dict[str, list[Table]]:
    if made is None:
        subprocess.run([sys.executable, str(EXAMPLE / "build.py"), str(data), str(home)], check=True)
    ended = ends(data)
    with uptake.open(made or home) as workspace:
        seen = leaving.observed(workspace, ended, leaving.TRIED)
        with _saying(workspace, "adoption.yml", leaving.open_to_everybody):
            seen = leaving.beside(seen, leaving.observed(workspace, ended, leaving.EARLIER))
        with _saying(workspace, "product.yml", leaving.every_click):
            clicks = leaving.observed(workspace, ended, ())
    return {
        "signals": [leaving.reproduced(clicks, ended)],
        "score": [leaving.compared(seen, in_runs=False), leaving.compared(seen, in_runs=True)],
        "tried": leaving.tried(seen),
    }


@contextmanager
def _saying(workspace: uptake.Workspace, name: str, changed: Callable[[Path], str]) -> Iterator[None]:
    """The workspace with a file of the example's plan that says something else."""
    told = EXAMPLE / "plan" / name
    ours = workspace.home.plan / name
    try:
        ours.write_text(changed(told), encoding="utf-8")
        workspace.reload_plan()
        yield
    finally:
        ours.write_text(told.read_text("utf-8"), encoding="utf-8")
        workspace.reload_plan()


if __name__ == "__main__":
    main()
