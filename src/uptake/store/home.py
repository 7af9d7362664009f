"""The home directory: where a workspace keeps its files, and who holds it."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from uptake.errors import StorageDamaged, WorkspaceBusy, WorkspaceMissing


@dataclass(frozen=True)
class Home:
    """The files of one workspace.

    Args:
        folder: The home directory.
    """

    folder: Path

    @property
    def plan(self) -> Path:
        """The adoption plan, YAML, meant to live in git."""
        return self.folder / "plan"

    @property
    def archive(self) -> Path:
        """Sealed Parquet files: the truth."""
        return self.folder / "archive"

    @property
    def ledger(self) -> Path:
        """Manifest, imports and quarantine (SQLite)."""
        return self.folder / "ledger.sqlite"

    @property
    def state(self) -> Path:
        """What people wrote about customers (SQLite)."""
        return self.folder / "state.sqlite"

    @property
    def projection(self) -> Path:
        """What questions read (DuckDB); `uptake rebuild` makes it again."""
        return self.folder / "projection.duckdb"

    @property
    def spill(self) -> Path:
        """Where the engine puts what does not fit into memory."""
        return self.folder / "spill"

    @property
    def lock(self) -> Path:
        """Says which process holds the workspace."""
        return self.folder / "lock"

    def require(self) -> None:
        """Looks whether the folder is a whole workspace.

        Raises:
            WorkspaceMissing: The folder is no workspace.
            StorageDamaged: The archive has lost its ledger, which says which of its files count.
        """
        if not self.plan.is_dir():
            raise WorkspaceMissing(
                f"There is no workspace in {self.folder}.",
                do=f"Make one with: uptake init --home {self.folder}   or try: uptake demo",
            )
        if "?" in str(self.folder.absolute()):
            raise WorkspaceMissing(
                f"{self.folder.absolute()} has a question mark in it, which the engine takes for the end of a file's name.",
                do="Rename the folder.",
            )
        has_ledger = self.ledger.exists() and self.ledger.stat().st_size > 0
        if not has_ledger and any(self.archive.rglob("*.parquet")):
            raise StorageDamaged(
                f"{self.archive} holds imported rows, but {self.ledger} is missing, which says which of them count.",
                do="Put it back from a backup.",
            )


@dataclass(frozen=True)
class Holder:
    """The process that holds a workspace.

    Args:
        pid: Its process id.
        command: What it runs, for people.
        url: Where it listens, if it is a server.
        token: What a client on this machine must show it; empty if it is no server.
    """

    pid: int
    command: str
    url: str = ""
    token: str = ""


ATTEMPTS = 20


class Lock:
    """Exclusive hold of a workspace for as long as this object is open.

    The operating system releases the lock when the process ends, however it ends, so a killed
    process never leaves a workspace locked.

    Args:
        home: The workspace to hold.
        url: Where this process listens, if it is a server; clients on this machine go there.
        token: What such a client must show.

    Raises:
        WorkspaceBusy: Another process holds it; the message names that process.
    """

    def __init__(self, home: Home, *, url: str = "", token: str = "") -> None:
        descriptor = os.open(home.lock, os.O_RDWR | os.O_CREAT, 0o600)
        self._file: IO[str] = os.fdopen(descriptor, "r+", encoding="utf-8")
        if not self._take():
            self._file.close()
            raise _busy(home)
        command = Path(sys.argv[0]).name + "".join(f" {word}" for word in sys.argv[1:2])
        self.announce(Holder(os.getpid(), command, url, token))

    def _take(self) -> bool:
        for _ in range(ATTEMPTS):
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except OSError:
                # `holder_of` holds it too, for less than a millisecond
                time.sleep(0.01)
        return False

    def announce(self, holder: Holder) -> None:
        """Writes down who holds the workspace, for the message others get."""
        self._file.seek(0)
        self._file.truncate()
        json.dump(holder.__dict__, self._file)
        self._file.flush()

    def release(self) -> None:
        """Gives the workspace free."""
        self._file.seek(0)
        self._file.truncate()
        self._file.close()


def holder_of(home: Home) -> Holder | None:
    """The process that holds the workspace now, or None.

    Reading is not enough: a killed process leaves its name behind, so the lock itself is tried.
    """
    try:
        with home.lock.open("r+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return _read(file)
    except FileNotFoundError:
        pass
    return None


def _read(file: IO[str]) -> Holder:
    try:
        return Holder(**json.load(file))
    except (ValueError, TypeError):
        # The holder is between taking the lock and writing its name.
        return Holder(0, "another process")


def _busy(home: Home) -> WorkspaceBusy:
    holder = holder_of(home) or Holder(0, "another process")
    where = f" at {holder.url}" if holder.url else ""
    return WorkspaceBusy(
        f"The workspace {home.folder} is held by '{holder.command}' (process {holder.pid}){where}.",
        do="Wait until it ends, or stop it. While 'uptake serve' runs, use the command line: it works through the server.",
    )
