"""Addresses of what has a page. Ids are other people's texts: any character may stand in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

_UNSAFE_IN_PATH = re.compile(r"\.{1,2}|.*[\x00-\x1f\x7f].*", re.DOTALL)
"""Browsers take . and .. away from a path however they are written; routes do not match line ends."""


def account(account_id: str) -> str:
    """The page of an account.

    >>> account("acme"), account("a/b 7%"), account("..")
    ('/accounts/acme', '/accounts/a%2Fb%207%25', '/accounts/?id=..')
    """
    return _page("/accounts/", account_id)


def user(user_id: str) -> str:
    """The page of a user."""
    return _page("/users/", user_id)


def profile(entity: str, id_: str) -> str:
    """The page of a user or an account.

    >>> profile("account", "acme"), profile("user", "ann")
    ('/accounts/acme', '/users/ann')
    """
    return account(id_) if entity == "account" else user(id_)


def score(entity: str, id_: str, name: str, more: Iterable[tuple[str, str]] = ()) -> str:
    """Where the part of a page about a score of somebody is fetched from; `more` says as of when and by which plan.

    >>> score("account", "a b", "health")
    '/score?entity=account&id=a+b&score=health'
    """
    return f"/score?{urlencode({'entity': entity, 'id': id_, 'score': name, **dict(more)})}"


def users_of(account_id: str) -> str:
    """The users of an account."""
    return f"/users?{urlencode({'account': account_id})}"


def numbers(section: str, name: str) -> str:
    """Where the numbers of a score or a rule are changed.

    >>> numbers("alerts", "health_poor")
    '/plan/alerts/health_poor'
    """
    return f"/plan/{section}/{quote(name, safe='')}"


def plan_version(version: str) -> str:
    """Where a version of the plan says what it changed.

    >>> plan_version("206e8d438bb6")
    '/plan#version-206e8d438bb6'
    """
    return f"/plan#version-{version}"


def feature(name: str) -> str:
    """The page of a feature of the plan."""
    return _page("/features/", name)


def launch(name: str, pairs: Iterable[tuple[str, str]] = (), suffix: str = "") -> str:
    """The page of a launch of the plan, or with a suffix a part of it."""
    query = urlencode(list(pairs))
    return f"{_page('/launches/', name)}{suffix}{'?' + query if query else ''}"


def metric(name: str, given: Mapping[str, Any] | Iterable[tuple[str, Any]] = (), suffix: str = "") -> str:
    """A question to a metric, or with a suffix a file of its answer.

    >>> metric("retention", {"unit": "week", "by": ["account.plan"], "start": None}, ".csv")
    '/metrics/retention.csv?unit=week&by=account.plan'
    """
    pairs = given.items() if isinstance(given, Mapping) else given
    said = [(key, value) for key, value in pairs if value not in (None, "", [], ())]
    query = urlencode(said, doseq=True)
    return f"/metrics/{name}{suffix}{'?' + query if query else ''}"


def people(name: str, given: Mapping[str, Any] | Iterable[tuple[str, Any]], suffix: str = "") -> str:
    """Where the users or accounts behind the numbers of an answer are; a cell is added by `cell`.

    >>> people("retention", {"unit": "week"}) + cell({"unit_index": 1}, "away")
    '/metrics/retention/people?unit=week&cell=%7B%22unit_index%22%3A1%7D&side=away'
    """
    address = metric(name, given, f"/people{suffix}")
    return address + ("&" if "?" in address else "?")


def cell(row: Mapping[str, Any], side: str = "") -> str:
    """A cell of an answer, as a part of an address."""
    text = json.dumps(row, default=date.isoformat, separators=(",", ":"), ensure_ascii=False)
    return urlencode({"cell": text} | ({"side": side} if side else {}))


def _page(folder: str, name: str) -> str:
    if _UNSAFE_IN_PATH.fullmatch(name):
        return f"{folder}?{urlencode({'id': name})}"
    return folder + quote(name, safe="")
