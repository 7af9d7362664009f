"""Who wrote a plan, as far as its folder or this machine says."""

from __future__ import annotations

import getpass
import shutil
import subprocess
from pathlib import Path

SECONDS = 5
"""How long git is waited for: a version is kept without an author rather than late."""


def author(folder: Path) -> str:
    """The author of a plan's files as they are now.

    Args:
        folder: The plan's folder.

    Returns:
        Who made the last commit that touched it, if the folder lies in git and nothing in it has changed since; else the
        user this process runs as; empty if the system does not say.
    """
    if (committed := _git(folder, "log", "-1", "--format=%an", "--", ".")) and not _git(
        folder, "status", "--porcelain", "--", "."
    ):
        return committed
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _git(folder: Path, *arguments: str) -> str:
    """What git says about a folder; empty where there is no git, no repository, or no answer."""
    git = shutil.which("git")
    if git is None:
        return ""
    command = [git, "--no-optional-locks", "-C", str(folder), "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=SECONDS)  # noqa: S603 - no word of it is a stranger's
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""
