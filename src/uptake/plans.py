"""The plans of a workspace: the one its files say now, and every one that was ever in use.

A plan is kept in the ledger when it is taken into use: as the text of its files, so that comments stay and a later release
reads it by its own rules. The ledger is the one store that a rebuild does not touch, and a file that stays the same from
version to version is in it once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from uptake import plan
from uptake.errors import PlanError, QuestionError
from uptake.plan import Change, Plan
from uptake.store.ledger import Ledger

FILES, IN_USE = "files", "in-use"
"""What names the plan as its files are now, and the one that was taken into use last."""
_VERSION = re.compile("[0-9a-f]{4,12}")
"""A version, or as many of its first digits as name it."""


@dataclass(frozen=True)
class Version:
    """A plan that was taken into use.

    Args:
        version: Its version.
        taken_at: When it was taken into use, UTC.
        author: Who wrote it; empty if nobody knows.
        changes: What it says otherwise than the plan before; nothing of the first, and where another release of Uptake
            reads the same files otherwise.
        is_first: Whether no plan was in use before.
    """

    version: str
    taken_at: datetime
    author: str
    changes: tuple[Change, ...]
    is_first: bool


class Plans:
    """The plans of one workspace.

    Args:
        folder: Where the files of its plan are.
        ledger: Its ledger.
    """

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self._folder = folder
        self._ledger = ledger

    def keep(self, read: Plan, texts: Mapping[str, str]) -> None:
        """Keeps a plan that has been taken into use; of the one that was in use before, its files as they are now.

        Args:
            read: The plan.
            texts: Its files.
        """
        uses = self._ledger.plan_uses()
        is_new = not uses or uses[0].version != read.version
        if is_new or self._ledger.plan_texts(uses[0]) != texts:
            self._ledger.keep_plan(read.version, texts, plan.author(self._folder) if is_new else "")

    def last(self) -> dict[str, str] | None:
        """The files of the plan that was taken into use last; None if none ever was."""
        uses = self._ledger.plan_uses()
        return self._ledger.plan_texts(uses[0]) if uses else None

    def log(self, limit: int | None = None) -> tuple[Version, ...]:
        """Every plan that was in use, the latest first, with what it changed.

        Args:
            limit: At most so many; None: all.
        """
        uses = self._ledger.plan_uses()
        shown = uses if limit is None else uses[:limit]
        texts = {use.number: self._ledger.plan_texts(use) for use in uses[: len(shown) + 1]}
        before = dict(zip((use.number for use in uses), (use.number for use in uses[1:]), strict=False))
        return tuple(
            Version(
                use.version,
                use.taken_at,
                use.author,
                _changes(texts[before[use.number]], texts[use.number]) if use.number in before else (),
                use.number not in before,
            )
            for use in shown
        )

    def texts(self, name: str) -> dict[str, str]:
        """The files of a plan.

        Args:
            name: `files`: as they are now. `in-use`: those of the plan taken into use last. A version, or its first
                digits. Or another folder.

        Raises:
            QuestionError: Nothing is called so, or several versions begin so.
            PlanError: A file cannot be read.
        """
        if name == FILES:
            return plan.texts_of(self._folder)
        last = self.last()
        if name == IN_USE and last is not None:
            return last
        if not _VERSION.fullmatch(name) and Path(name).is_dir():
            return plan.texts_of(Path(name))
        return self.kept(name)

    def kept(self, version: str) -> dict[str, str]:
        """The files of a version that was in use, as they were.

        Args:
            version: The version, or its first digits.

        Raises:
            QuestionError: None is called so, or several begin so.
        """
        uses = self._ledger.plan_uses()
        found = [use for use in uses if _VERSION.fullmatch(version) and use.version.startswith(version)]
        if len({use.version for use in found}) > 1:
            versions = dict.fromkeys(use.version for use in found)
            raise QuestionError(f"Several versions of the plan begin with {version}.", allowed=versions)
        if not found:
            versions = dict.fromkeys((FILES, IN_USE, *(use.version for use in uses)))
            raise QuestionError(
                f"There is no plan '{version}'.", allowed=versions, do="Or name a folder of plan files."
            )
        return self._ledger.plan_texts(found[0])

    def read(self, name: str) -> Plan:
        """A plan; see `texts`."""
        return plan.parse(self.texts(name))


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    try:
        return plan.changes(before, after)
    except PlanError:
        return ()  # an earlier release took what this one refuses
