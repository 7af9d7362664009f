"""Bringing the projection in line with what is true: the archive as the ledger knows it, and the plan."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from uptake import flow
from uptake.errors import StorageDamaged
from uptake.importing import FACT_STAGES, Progress, Report, note
from uptake.plan import Plan
from uptake.store.apply import apply, from_archive
from uptake.store.home import Home
from uptake.store.ledger import Import, Ledger
from uptake.store.projection import Cursor, Projection, meta, set_meta, transaction

APPLYING = 0.3
"""Share of the time that applying imports takes where they are applied before the facts are made, as measured."""


def catch_up(
    cursor: Cursor,
    projection: Projection,
    home: Home,
    ledger: Ledger,
    plan: Plan,
    report: Report,
    *,
    from_nothing: bool = False,
) -> bool:
    """Applies imports that were committed but not projected, and a plan that was changed meanwhile.

    Args:
        cursor: The one cursor that may write to the projection.
        projection: The projection.
        home: The workspace's files.
        ledger: Its ledger.
        plan: The plan it is to be in line with.
        report: Told how far it is.
        from_nothing: Whether all imports are applied again.

    Returns:
        Whether there was anything to do.
    """
    applied = 0 if from_nothing else int(meta(cursor, "applied") or 0)
    behind = ledger.imports(after=applied)
    if not behind and not from_nothing and not flow.is_stale(cursor, plan):
        return False
    with transaction(cursor):
        if from_nothing:
            projection.empty(cursor)
        for number, done in enumerate(behind):
            share = APPLYING * number / len(behind)
            report(Progress(f"applying import {done.import_id}", number, len(behind), share=share))
            _apply_again(cursor, home, ledger, plan, done)
        if behind:
            set_meta(cursor, "facts_version", "")
        flow.rebuild(cursor, plan, _told_by_stage(report, APPLYING if behind else 0))
    return True


def require_same_age(cursor: Cursor, home: Home, ledger: Ledger) -> None:
    """Makes sure that the projection holds no import that the ledger does not know.

    Raises:
        StorageDamaged: It does.
    """
    applied = int(meta(cursor, "applied") or 0)
    if applied > ledger.last_import_id:
        raise StorageDamaged(
            f"{home.ledger} knows {ledger.last_import_id} imports, {home.projection} holds {applied}.",
            do="The ledger is older than the rest: put back the whole folder from one backup.",
        )


def _told_by_stage(report: Report, behind: float) -> Callable[[str], None]:
    """What stages of the facts are told to.

    Args:
        report: Told how far it is.
        behind: The share that is done before the first of them.
    """
    told = count()

    def tell(stage: str) -> None:
        share = behind + (1 - behind) * min(next(told) / FACT_STAGES, 1)
        report(Progress(stage, share=round(share, 4)))

    return tell


def _apply_again(cursor: Cursor, home: Home, ledger: Ledger, plan: Plan, done: Import) -> None:
    """Brings into the projection what an earlier import sealed in the archive."""
    files = ledger.files(import_id=done.import_id)
    if files:
        fresh = from_archive(cursor, home.archive, files, ledger.salt, done.kind)
        apply(cursor, done.kind, fresh, done.import_id, plan.product.timezone)
        cursor.execute(f"DROP TABLE {fresh}")
    note(cursor, done)
