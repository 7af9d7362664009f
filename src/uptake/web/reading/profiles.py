"""One account or user, and what accounts and users are called."""

from __future__ import annotations

from typing import Any

from uptake.directory import account, listing, names, search, user
from uptake.store.projection import Cursor
from uptake.web.reading.reading import Reading


class Profiles(Reading):
    """Reads profiles and names."""

    def account(self, account_id: str) -> account.Account:
        """The profile of an account."""
        return self._now(
            ("account", account_id, self.history),
            lambda cursor: account.account(cursor, self.plan, account_id, kept=self._workspace.kept),
        )

    def user(self, user_id: str) -> user.User:
        """The profile of a user."""
        return self._now(("user", user_id), lambda cursor: user.user(cursor, self.plan, user_id))

    def account_names(self, account_ids: tuple[str, ...]) -> dict[str, str]:
        """What accounts are called, by id."""

        def work(cursor: Cursor) -> dict[str, str]:
            return names.account_names(cursor, account_ids, listing.moment(cursor, self.plan, None)[0])

        return self._now(("account names", account_ids), work)

    def about_accounts(self) -> dict[str, dict[str, Any]]:
        """Name, plan, owner and renewal of every account, by id."""

        def work(cursor: Cursor) -> dict[str, dict[str, Any]]:
            return names.about_accounts(cursor, listing.moment(cursor, self.plan, None)[0], self.plan.product.timezone)

        return self._now(("about accounts",), work)

    def accounts_of_users(self, user_ids: tuple[str, ...]) -> dict[str, str]:
        """The names of the accounts each user is in, by the user's id."""

        def work(cursor: Cursor) -> dict[str, str]:
            return names.accounts_of_users(cursor, user_ids, listing.moment(cursor, self.plan, None)[0])

        return self._now(("accounts of users", user_ids), work)

    def account_ids_of_users(self, user_ids: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """The accounts each user is in, by the user's id."""

        def work(cursor: Cursor) -> dict[str, tuple[str, ...]]:
            return names.account_ids_of_users(cursor, user_ids, listing.moment(cursor, self.plan, None)[0])

        return self._now(("account ids of users", user_ids), work)

    def search(self, text: str) -> list[search.Hit]:
        """Everything that holds the text."""
        return self._now(("search", text), lambda cursor: search.search(cursor, self.plan, text))
