"""Lists: of accounts, users and what is told of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

import pyarrow as pa

from uptake.alerts.ask import alerts
from uptake.alerts.told import remembered
from uptake.benchmarks.distance import distances
from uptake.directory import accounts, feature, listing, users
from uptake.directory.recent_use import recent_use
from uptake.metrics.asking.listed import Listed
from uptake.roles.champions import champions
from uptake.roles.qualified import qualified
from uptake.roles.trials import trials
from uptake.store.projection import Cursor
from uptake.web.cache import Urgency
from uptake.web.reading.reading import Reading, as_key

Lines = dict[str, list[int]]


class Lists(Reading):
    """Reads lists."""

    def accounts(self, asked: listing.Ask) -> tuple[listing.Page, Lines]:
        """A page of accounts, and the active users of each in the last weeks."""
        history = self._history_for(self._is_by_day(asked))

        def work(cursor: Cursor) -> tuple[listing.Page, Lines]:
            self._require(history, cursor)
            page = accounts.accounts(cursor, self.plan, asked, self._workspace.kept)
            return page, accounts.weekly_active(cursor, page)

        return self._now(("accounts", asked, self.history), work)

    def all_accounts(self, asked: listing.Ask) -> pa.Table:
        """All accounts that fit, for a file; as large as it is, it is not kept."""
        return self._whole(asked, lambda cursor: accounts.listing(cursor, self.plan, asked, self._workspace.kept))

    def users(self, asked: listing.Ask, account_id: str = "") -> listing.Page:
        """A page of users, of one account if it is named."""
        history = self._history_for(self._is_by_day(asked))

        def work(cursor: Cursor) -> listing.Page:
            self._require(history, cursor)
            return users.users(cursor, self.plan, asked, account_id)

        return self._now(("users", asked, account_id, self.history), work)

    def all_users(self, asked: listing.Ask, account_id: str = "") -> pa.Table:
        """All users that fit, of one account if it is named; not kept either."""
        return self._whole(asked, lambda cursor: users.listing(cursor, self.plan, asked, account_id))

    def _whole(self, asked: listing.Ask, listed: Callable[[Cursor], listing.List]) -> pa.Table:
        history = self._history_for(self._is_by_day(asked))

        def work(cursor: Cursor) -> pa.Table:
            self._require(history, cursor)
            return listing.whole(cursor, self.plan, asked, listed(cursor))

        return self._workspace.read(work)

    def accounts_of_feature(self, name: str, asked: listing.Ask) -> listing.Page:
        """A page of accounts with their use of a feature."""
        return self._now(
            ("feature", name, asked), lambda cursor: feature.accounts_of_feature(cursor, self.plan, name, asked)
        )

    def champions(self, account_id: str = "") -> Listed:
        """Who carries each account, or one."""
        given = {"account": account_id} if account_id else {}
        return self._now(("champions", account_id), lambda cursor: champions(cursor, self.plan, given))

    def qualified(self, name: str) -> Listed:
        """Who qualifies by a rule of the plan; since when, as history has it."""
        return self._now(("qualified", name, self.history), lambda cursor: qualified(cursor, self.plan, {"name": name}))

    def trials(self, state: str) -> Listed:
        """Trials of accounts in a state, with their criteria."""
        return self._now(("trials", state), lambda cursor: trials(cursor, self.plan, {"state": state}))

    def alerts(self, given: Mapping[str, Any]) -> Future[Listed]:
        """Alerts of some days as they are found, now or later."""
        history = self._history_for(True)

        def work(cursor: Cursor) -> Listed:
            self._require(history, cursor)
            return alerts(cursor, self.plan, given)

        return self._later(("alerts", as_key(given), history), work, Urgency.PAGE)

    def remembered(self, found: Listed) -> Listed:
        """Alerts that are shown, which are remembered from now on, with what is known of each by now."""
        return remembered(self._workspace.state, found)

    def all_alerts(self, given: Mapping[str, Any]) -> Listed:
        """Alerts of some days, for a file, which waits until history is there."""
        return self._workspace.alerts(**given)

    def owners(self) -> list[str]:
        """Who look after accounts now, by name."""
        return self._now(("owners",), lambda cursor: accounts.owners(cursor, self.plan))

    def distances_ahead(self) -> None:
        """Lets be worked out, once it is quiet, what pages of accounts hold each against: its benchmark, use of others."""

        def work(cursor: Cursor) -> None:
            distances(cursor, self.plan, None, self._workspace.kept)
            recent_use(cursor, self.plan, listing.moment(cursor, self.plan, None)[1], self._workspace.kept)

        self._later(("distances",), work, Urgency.IDLE)

    def _is_by_day(self, asked: listing.Ask) -> bool:
        """Whether a list is narrowed to segments that are told from history."""
        chosen = (self.plan.segments.get(name) for name in asked.segments)
        return any(segment is not None and segment.is_by_day for segment in chosen)
