"""How a workspace begins: a folder with a plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from uptake import plan
from uptake.store.home import Home


def init(folder: Path | str, files: Mapping[str, str] | None = None) -> Home:
    """Makes a workspace with a starter plan, or with the plan files given; an existing plan is kept.

    Returns:
        Where its files are.
    """
    home = Home(Path(folder))
    home.plan.mkdir(parents=True, exist_ok=True)
    if not any(home.plan.glob("*.y*ml")):
        for name, text in (files if files is not None else plan.starter()).items():
            (home.plan / name).write_text(text, encoding="utf-8")
    return home
