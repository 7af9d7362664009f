"""The plan of a running server follows its files: each request looks whether they have changed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Lock, Thread

from uptake.errors import PlanError
from uptake.workspace import Progress, Workspace

WAIT_S = 0.5
"""How long the request that notices a change waits for it; one of words only is in use by then."""

_log = logging.getLogger("uvicorn.error")


@dataclass(frozen=True)
class Unused:
    """Why what pages show is not of the plan as its files are now.

    Args:
        what: What is wrong with the files, the first of all errors; or what is being done.
        more: Further errors.
        do: What to do.
        is_error: Whether somebody has to do something.
    """

    what: str
    do: str
    more: int = 0
    is_error: bool = True


class Following:
    """Takes changed plans of a served workspace into use, in a thread of its own because facts may take their time.

    Args:
        workspace: The workspace.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = Lock()
        self._thread: Thread | None = None
        self._stage = self._share = ""

    def look(self) -> None:
        """Looks at the plan's files. Meanwhile the plan before stays in use."""
        if self._workspace.has_new_plan:
            with self._lock:
                if self._thread is not None and self._thread.is_alive():
                    return
                self._thread = Thread(target=self._follow, name="plan")
                self._thread.start()
            self._thread.join(WAIT_S)

    def unused(self) -> Unused | None:
        """Why the plan in use is not that of the files; None: it is."""
        if self._thread is not None and self._thread.is_alive():
            stage = f" ({self._stage}{self._share})" if self._stage else ""
            return Unused(f"The facts are being made again{stage}.", "Load the page again in a while.", is_error=False)
        refused = self._workspace.plan_refused
        if refused is None:
            return None
        if not isinstance(refused, PlanError):
            return Unused(refused.what, refused.do)
        first, *others = refused.what.splitlines()
        return Unused(first, refused.do or "Repair the file and load the page again.", len(others))

    def close(self) -> None:
        """Waits until a plan that is being taken into use is."""
        if self._thread is not None:
            self._thread.join()

    def _follow(self) -> None:
        try:
            self._workspace.follow_plan(self._report)
        except Exception:  # noqa: BLE001 - whatever it is, the next request tries again
            _log.exception("The changed plan could not be taken into use.")

    def _report(self, progress: Progress) -> None:
        self._stage, self._share = progress.stage, f", {progress.share:.0%}" if progress.share else ""
