"""Scores, why they are what they are, and the signals they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from uptake.asking import apart
from uptake.directory import listing
from uptake.scores import written
from uptake.scores.ask import Explained, explain, prepare
from uptake.scores.grouped import Grouped, grouped
from uptake.scores.history import Held, of_one
from uptake.signals.snapshot import Values, snapshot
from uptake.store.projection import Cursor
from uptake.web.cache import Urgency
from uptake.web.reading.reading import Reading, as_key

EVERYTHING: Mapping[str, str] = MappingProxyType({})
"""The plan in use, all that is known, at the end of the data."""


class Scores(Reading):
    """Reads scores and signals."""

    def explained(self, score: str, entity: str, id_: str, given: Mapping[str, str] = EVERYTHING) -> Explained:
        """Why somebody's score is what it is; `given` may have `as_of`, `plan_version` and `known_by`."""
        facts, asked = apart(given)
        plan, kept = self.plan_of(facts.get("plan_version", "")), None if facts else self._workspace.kept
        known_by = {name: value for name, value in facts.items() if name == "known_by"}

        def work(cursor: Cursor) -> Explained:
            with self._workspace.facts_for(known_by, cursor, plan):
                return explain(cursor, plan, score, id_, {"entity": entity, **asked, **known_by}, kept)

        return self._now(("explained", score, entity, id_, as_key(given)), work)

    def score_groups(self, score: str, by: str, entity: str, who: str, urgency: Urgency) -> Future[Grouped]:
        """The mean of a score in groups, now or later; its result raises `QuestionError` if it cannot be asked."""
        given = {"entity": entity, "who": who}
        kept = self._workspace.kept
        return self._later(
            ("score groups", score, by, entity, who),
            lambda cursor: grouped(cursor, self.plan, score, by, given, kept),
            urgency,
        )

    def change_of(self, score: str, id_: str, given: Mapping[str, Any]) -> Explained:
        """Why somebody's score is what it is, and why it is another than before."""
        kept = self._workspace.kept
        return self._now(
            ("change of", score, id_, as_key(given)), lambda cursor: explain(cursor, self.plan, score, id_, given, kept)
        )

    def score_history(self, score: str, entity: str, id_: str) -> list[Held]:
        """All that history has of somebody's score."""
        return self._now(
            ("score history", score, entity, id_, self.history),
            lambda cursor: of_one(cursor, f"score.{score}", entity, id_),
        )

    def score_lines(self, score: str, entity: str, ids: tuple[str, ...]) -> dict[str, list[float | None]]:
        """The scores of some over the last 90 days that history has, every third day."""

        def work(cursor: Cursor) -> dict[str, list[float | None]]:
            last = self._last_held(cursor)
            if last is None or not ids:
                return {}
            days = [last - timedelta(days=back) for back in range(90, -1, -3)]
            return written.lines(cursor, score, entity, ids, days)

        return self._now(("score lines", score, entity, ids, self.history), work)

    def stand_ahead(self, score: str, entity: str) -> None:
        """Lets be worked out, once it is quiet, what every explanation of a score today is made of."""
        given = {"entity": entity}

        def work(cursor: Cursor) -> None:
            prepare(cursor, self.plan, score, given, self._workspace.kept)

        self._later(("standing", score, entity), work, Urgency.IDLE)

    def signals(self, entity: str, names: tuple[str, ...]) -> dict[str, Values]:
        """Signals of everyone on the last day that is over, by id."""

        def work(cursor: Cursor) -> dict[str, Values]:
            return snapshot(cursor, self.plan, entity, names, listing.moment(cursor, self.plan, None)[1])

        return self._now(("signals", entity, names), work)
