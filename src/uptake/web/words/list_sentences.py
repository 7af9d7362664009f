"""What a long list says before its rows: who is well, who is not, and what comes up; of those who fit the filters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uptake.charts import words
from uptake.directory.accounts import RENEWAL_DAYS

Totals = Mapping[str, Any]


def accounts(totals: Totals, currency: str, owner: str = "") -> str:
    """What a list of accounts says.

    Args:
        totals: As `uptake.directory.accounts` counts them; empty where no account fits.
        currency: Code of the product's currency.
        owner: Whose accounts they are; empty: everybody's.
    """
    said = _accounts_say(totals, currency)
    return f"{owner}: {said}" if owner and said else said


def _accounts_say(totals: Totals, currency: str) -> str:
    if not totals:
        return ""
    customers = totals["customers"]
    if not customers:
        return _no_customers_say(totals["total"], totals["left"])
    if not totals["renewing"]:
        active = f"{words.count(totals['active'])} of {_customers(customers)} were active in the last 28 days"
        return f"{active}; at {words.count(totals['slack'])} fewer than half of the seats were."
    said = (
        f"{words.count(totals['renewing'])} of {_customers(customers)} {_verb(totals['renewing'], 'renew')} within"
        f" {RENEWAL_DAYS} days"
    )
    slack = totals["renewing_slack"]
    if not slack:
        return f"{said}, and at each of them half of the seats or more are active."
    money = f", {words.money(totals['mrr_slack'], currency)} a month" if totals["mrr_slack"] else ""
    return f"{said}; at {words.count(slack)} of them fewer than half of the seats are active{money}."


def _no_customers_say(total: int, left: int) -> str:
    waiting = total - left
    if not waiting:
        return f"{_accounts(total)} {_have(total)} left."
    yet = f"{'is no customer' if waiting == 1 else 'are no customers'} yet"
    if not left:
        return f"{_accounts(total)} {yet}."
    return f"Of {_accounts(total)} {words.count(waiting)} {yet}, {words.count(left)} {_have(left)} left."


def users(totals: Totals) -> str:
    """What a list of users says.

    Args:
        totals: As `uptake.directory.users` counts them; empty where no user fits.
    """
    if not totals:
        return ""
    total = totals["total"]
    active = f"{words.count(totals['active'])} of {words.count(total)} user{'' if total == 1 else 's'}"
    return (
        f"{active} {'was' if totals['active'] == 1 else 'were'} active in the last 28 days;"
        f" {words.count(totals['lapsed'])} who had been activated {'was' if totals['lapsed'] == 1 else 'were'} not."
    )


def _accounts(number: int) -> str:
    return f"{words.count(number)} account{'' if number == 1 else 's'}"


def _customers(number: int) -> str:
    """Those that have not left; the list below has the others too."""
    return f"{words.count(number)} customer{'' if number == 1 else 's'}"


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _verb(number: int, verb: str) -> str:
    return f"{verb}s" if number == 1 else verb
