"""The one reader of the environment. Nothing else in Uptake looks at `os.environ`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from uptake.errors import UptakeError


@dataclass(frozen=True)
class Settings:
    """What the machine, not the plan, decides.

    Args:
        home: The workspace used when none is named (`UPTAKE_HOME`).
        memory_limit: What the engine may use before it spills to disk (`UPTAKE_MEMORY_LIMIT`).
        threads: Threads of the engine; 0 lets it choose (`UPTAKE_THREADS`).
    """

    home: Path = Path("workspace")
    memory_limit: str = "2GB"
    threads: int = 0


def read() -> Settings:
    """The settings of this process.

    Raises:
        UptakeError: A variable of the environment cannot be read.
    """
    default = Settings()
    threads = os.environ.get("UPTAKE_THREADS", str(default.threads))
    if not threads.isdecimal():
        raise UptakeError(
            f"UPTAKE_THREADS is '{threads}'.", allowed=["a whole number, 0 for as many as there are cores"]
        )
    return Settings(
        home=Path(os.environ.get("UPTAKE_HOME", default.home)),
        memory_limit=os.environ.get("UPTAKE_MEMORY_LIMIT", default.memory_limit),
        threads=int(threads),
    )


def is_debugging() -> bool:
    """Whether unexpected errors show where they came from (`UPTAKE_DEBUG`)."""
    return bool(os.environ.get("UPTAKE_DEBUG"))
