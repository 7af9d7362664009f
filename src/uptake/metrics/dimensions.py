"""Breakdowns and filters: attributes of users and accounts as they were at the moment that counts.

Every entity row has an instant, `anchor_at` (a start, the end of a period); attributes are looked up
at that instant, so who moved from Free to Pro in May is Free in April's numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from uptake.errors import QuestionError
from uptake.facts.selection import property_sql
from uptake.metrics.grain import ACCOUNT, MEMBER, USER, Grain
from uptake.plan import Condition
from uptake.store.projection import Cursor
from uptake.store.sql import literal, name

MISSING = "(none)"
"""Label of those without the attribute; missing is a group of its own, never 0 and never dropped."""


@dataclass(frozen=True)
class Attribute:
    """An attribute of one entity.

    Args:
        entity: user or account.
        name: The attribute; `id` is the entity's id itself.
    """

    entity: str
    name: str

    @property
    def label(self) -> str:
        """How it is called in answers: `account.plan`."""
        return f"{self.entity}.{self.name}"


def known(cursor: Cursor) -> list[Attribute]:
    """Every attribute that was ever said of a user or an account, by entity and name."""
    rows = cursor.execute(
        """SELECT 'user', name FROM user_attribute GROUP BY name UNION ALL
        SELECT 'account', name FROM account_attribute GROUP BY name ORDER BY ALL"""
    ).fetchall()
    return [Attribute("account", "id"), Attribute("user", "id"), *(Attribute(*row) for row in rows)]


def find(attributes: list[Attribute], text: str, entity: str) -> Attribute:
    """The attribute that a word means: `account.plan`, or `plan` if that is clear.

    Args:
        attributes: All that exist.
        text: The word.
        entity: The question's grain; its own attributes come first.

    Raises:
        QuestionError: There is no such attribute.
    """
    if text in ("account", "user"):
        text = f"{text}.id"
    first = "account" if entity == "account" else "user"
    order = [first, "account" if first == "user" else "user"]
    for candidate in [text, *(f"{side}.{text}" for side in order)]:
        for attribute in attributes:
            if attribute.label == candidate:
                return attribute
    raise QuestionError(
        f"There is no attribute '{text}'.",
        allowed=[attribute.label for attribute in attributes],
        do="Attributes come with imported users and accounts.",
    )


def grain_for(entity: Grain, attributes: list[Attribute]) -> Grain:
    """The grain that can answer: users looked at by an account's attribute are counted per account.

    Raises:
        QuestionError: Accounts were asked for by an attribute of their users.
    """
    sides = {attribute.entity for attribute in attributes}
    if entity is ACCOUNT and "user" in sides:
        users = next(attribute.label for attribute in attributes if attribute.entity == "user")
        raise QuestionError(
            f"Accounts cannot be told apart by {users}: an account has many users.",
            do="Ask with entity=user, or use an attribute of the account.",
        )
    return MEMBER if entity is USER and "account" in sides else entity


def labelled(grain: Grain, by: list[Attribute], where: list[tuple[Attribute, Condition]], zone: str) -> str:
    """SQL for the relation `labelled`: the rows of `entity_row` with a column a breakdown, filtered.

    Args:
        grain: Whose rows they are.
        by: Attributes to break down by.
        where: Conditions on attributes that all must hold.
        zone: The product's time zone, in which dates begin.
    """
    attributes = list(dict.fromkeys([*by, *(attribute for attribute, _ in where)]))
    joins, texts, numbers = [], {}, {}
    for position, attribute in enumerate(attributes):
        key = _key(grain, attribute.entity)
        alias = f"a{position}"
        if attribute.name == "id":
            table, column = ("users", "user_id") if attribute.entity == "user" else ("accounts", "account_id")
            joins.append(f"LEFT JOIN {table} {alias} ON {alias}.{attribute.entity}_key = {key}")
            texts[attribute], numbers[attribute] = f"{alias}.{column}", f"try_cast({alias}.{column} AS DOUBLE)"
            continue
        joins.append(
            f"LEFT JOIN {attribute.entity}_attribute {alias} ON {alias}.{attribute.entity}_key = {key}"
            f" AND {alias}.name = {literal(attribute.name)}"
            f" AND r.anchor_at >= {alias}.valid_from AND r.anchor_at < {alias}.valid_to"
        )
        texts[attribute], numbers[attribute] = f"{alias}.text", f"{alias}.number"
    columns = "".join(f", coalesce({texts[a]}, {literal(MISSING)}) AS {name(a.label)}" for a in by)
    tests = [property_sql(condition, texts[attribute], numbers[attribute], zone) for attribute, condition in where]
    condition = f" WHERE {' AND '.join(tests)}" if tests else ""
    return f"SELECT r.*{columns} FROM entity_row r {' '.join(joins)}{condition}"


def _key(grain: Grain, entity: str) -> str:
    if grain is MEMBER:
        return "(r.entity_key & 4294967295)" if entity == "user" else "(r.entity_key >> 32)"
    return "r.entity_key"
