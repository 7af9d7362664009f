"""Where everyone stands by the placements of the plan, who moved, and who would by another plan."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from uptake.benchmarks.words import WORDS
from uptake.plan import Placement
from uptake.reports.plan_effect import Effect
from uptake.segments import written as placed
from uptake.segments.ask import Placements, Standing, placements, standings
from uptake.segments.movement import Movement, movement
from uptake.store.projection import Cursor
from uptake.web.cache import Urgency
from uptake.web.reading.reading import Reading, as_key


class Placed(Reading):
    """Reads placements."""

    def placements(self, name: str, given: Mapping[str, Any], plan_version: str = "") -> Placements:
        """Where everyone stands; since when, if history has been made."""
        plan = self.plan_of(plan_version)

        def work(cursor: Cursor) -> Placements:
            with self._workspace.facts_for(given, cursor, plan):
                return placements(cursor, plan, name, given, WORDS)

        return self._now(("placements", name, as_key(given), plan.version, self.history), work)

    def effect(self, after: Mapping[str, str], before: Mapping[str, str], limit: int) -> Future[Effect]:
        """What another plan would change, now or later; plans are the texts of their files."""
        as_of = self.moment()[0]

        def work(_: Cursor) -> Effect:
            return self._workspace.effect_of(after, before, as_of=as_of, limit=limit)

        return self._later(("effect", as_key(after), as_key(before), limit), work, Urgency.PART)

    def standings(self, entity: str, id_: str) -> list[tuple[Placement, Standing]]:
        """Where somebody stands by every placement of the plan, since when and why."""
        key = ("standings", entity, id_, self.history)
        return self._now(key, lambda cursor: standings(cursor, self.plan, entity, id_, WORDS))

    def stood(self, entity: str, id_: str) -> list[placed.Stood]:
        """Where somebody stands by every placement, as history has it; nothing while it is made."""

        def work(cursor: Cursor) -> list[placed.Stood]:
            day = self._last_held(cursor)
            return placed.of_one(cursor, self.plan, entity, id_, day)

        return self._now(("stood", entity, id_, self.history), work)

    def label_counts(self, entity: str, scheme: str) -> dict[str, int]:
        """Label of a placement -> how many have it, as history has it."""

        def work(cursor: Cursor) -> dict[str, int]:
            day = self._last_held(cursor)
            return placed.counts(cursor, self.plan, entity, scheme, day)

        return self._now(("label counts", entity, scheme, self.history), work)

    def movement(self, name: str, given: Mapping[str, Any], plan_version: str = "") -> Future[Movement]:
        """Who moved from where to where, now or later."""
        plan = self.plan_of(plan_version)

        def work(cursor: Cursor) -> Movement:
            with self._workspace.facts_for(given, cursor, plan):
                return movement(cursor, plan, name, given, WORDS)

        return self._later(("movement", name, as_key(given), plan.version), work, Urgency.PAGE)
