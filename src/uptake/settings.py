"""The one reader of the environment. Nothing else in Uptake looks at `os.environ`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


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
    """The settings of this process."""
    default = Settings()
    return Settings(
        home=Path(os.environ.get("UPTAKE_HOME", default.home)),
        memory_limit=os.environ.get("UPTAKE_MEMORY_LIMIT", default.memory_limit),
        threads=int(os.environ.get("UPTAKE_THREADS", default.threads)),
    )
