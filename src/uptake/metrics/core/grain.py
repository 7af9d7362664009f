"""Grains: whose adoption is measured - a user's, an account's, or a user's in one account.

The third, `member`, answers questions at user grain that look at accounts: a user of two accounts
counts in each by what was done there. Its key packs both keys, account above user.
"""

from __future__ import annotations

from dataclasses import dataclass

from uptake.errors import QuestionError

MEMBER_KEY = "((account_key::BIGINT << 32) | user_key)"


@dataclass(frozen=True)
class Grain:
    """One grain.

    Args:
        name: user, account or member.
        key: SQL for the entity's key in tables that hold `account_key` and `user_key`.
        needs: SQL that holds for rows of such tables that have the key.
        noun: What one is called, plural, for people.
    """

    name: str
    key: str
    needs: str
    noun: str

    @property
    def is_narrowed(self) -> bool:
        """Whether facts, which are of all events, cannot answer."""
        return False

    @property
    def day(self) -> str:
        """Relation (entity_key, day, next_day, events, first_at, last_at, next_at): days with activity, a row each."""
        return f"(SELECT {self.name}_key AS entity_key, * FROM {self.name}_day)"

    @property
    def start(self) -> str:
        """Relation (entity_key, started_at, started_on): everyone known; both are NULL for who has not begun."""
        return f"(SELECT {self.name}_key AS entity_key, started_at, started_on FROM {self.name}_start)"

    @property
    def milestone(self) -> str:
        """Relation (entity_key, milestone, reached_at)."""
        return f"(SELECT {self.name}_key AS entity_key, milestone, reached_at FROM {self.name}_milestone)"

    @property
    def life(self) -> str:
        """Relation (entity_key, feature_key, first_on, adopted_on, first_at): everyone who used a feature, by the plan."""
        return f"(SELECT {self.name}_key AS entity_key, * EXCLUDE ({self.name}_key) FROM {self.name}_feature)"

    @property
    def silence(self) -> str:
        """Relation (entity_key, feature_key, adopted_on, last_on, next_on, longest_before): spans without use."""
        return f"(SELECT {self.name}_key AS entity_key, * EXCLUDE ({self.name}_key) FROM {self.name}_silence)"

    @property
    def present(self) -> str:
        """Relation (entity_key, valid_from, valid_to): when someone was there to be counted."""
        return f"(SELECT {self.name}_key AS entity_key, valid_from, valid_to FROM {self.name}_presence)"

    def of(self, table: str) -> str:
        """Relation (entity_key, ...) over a table that holds `account_key` and `user_key`."""
        return f"(SELECT {self.key} AS entity_key, * FROM {table} WHERE {self.needs})"


USER = Grain("user", "user_key", "user_key IS NOT NULL", "users")
ACCOUNT = Grain("account", "account_key", "account_key IS NOT NULL", "accounts")
MEMBER = Grain("member", MEMBER_KEY, "account_key IS NOT NULL AND user_key IS NOT NULL", "users in accounts")
GRAINS = {grain.name: grain for grain in (USER, ACCOUNT, MEMBER)}


def grain(name: str) -> Grain:
    """The grain of that name.

    Raises:
        QuestionError: There is none.
    """
    if name not in GRAINS:
        raise QuestionError(f"entity is '{name}'.", allowed=GRAINS)
    return GRAINS[name]
