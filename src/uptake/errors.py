"""Everything Uptake tells a person who did something it cannot follow.

An error says what was wrong, the value that was found, what is allowed and what to do next.
"""

from __future__ import annotations

from collections.abc import Iterable


class UptakeError(Exception):
    """Base of all errors meant for people; the edges print the message and never a traceback.

    Args:
        what: What was wrong, with the value that was found.
        allowed: The values that would have been right, if they can be listed.
        do: What to do next.
    """

    def __init__(self, what: str, *, allowed: Iterable[object] = (), do: str = "") -> None:
        self.what = what
        self.allowed = tuple(str(value) for value in allowed)
        self.do = do
        parts = [what]
        if self.allowed:
            parts.append("Allowed: " + ", ".join(self.allowed) + ".")
        if do:
            parts.append(do)
        super().__init__(" ".join(parts))


class PlanError(UptakeError):
    """The adoption plan cannot be read; the message names file and line."""


class ImportFailed(UptakeError):
    """A file cannot be read at all; nothing of it was stored."""


class DashboardError(UptakeError):
    """A dashboard is not there, or cannot be changed so."""


class QuestionError(UptakeError):
    """A metric was asked with a name or a value it does not know."""


class DefinitionMissing(QuestionError):
    """A metric was asked that needs a definition the plan does not have."""


class StillMaking(QuestionError):
    """What a question is answered from is being made; it can be asked again in a moment."""


class WorkspaceBusy(UptakeError):
    """Another process holds the workspace; the message names it."""


class WorkspaceMissing(UptakeError):
    """There is no workspace in the folder named."""


class WorkspaceClosed(UptakeError):
    """The workspace was closed and takes no more questions."""


class ImportStopped(ImportFailed):
    """A person stopped an import while its files were being read; nothing was stored."""


class ServerFailed(UptakeError):
    """The server cannot listen where it was told to, or gave no answer the command line can use."""


class StorageDamaged(UptakeError):
    """A file that holds what was imported is missing or broken; the message names it."""


class DiskFull(UptakeError):
    """There is no room left for what was to be written."""

    def __init__(self, folder: object, what: str = "Nothing was stored") -> None:
        super().__init__(f"There is no room left on the disk of {folder}. {what}.", do="Make room and try again.")


class MemoryShort(UptakeError):
    """A question needs more memory than the engine may use."""

    def __init__(self, limit: object) -> None:
        super().__init__(
            f"This question needs more memory than the engine may use, {limit}.",
            do="Ask for fewer days or fewer groups, or start again with a larger UPTAKE_MEMORY_LIMIT, such as 8GB.",
        )
