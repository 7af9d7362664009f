"""What is kept elsewhere about a user or an account: links out of the plan, as a part of their pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from starlette.requests import Request
from starlette.routing import Route

from uptake.plan import Plan, links_of
from uptake.web.reader import Reader
from uptake.web.site import Part, Site

DAYS = 28
"""The days that are meant where nothing else is: these, up to the last."""


@dataclass(frozen=True, kw_only=True)
class EvidencePart(Part):
    """Links to what is kept elsewhere.

    Args:
        links: (title, address); none where the plan names no place.
    """

    template: ClassVar[str] = "part_evidence.html"

    links: Sequence[tuple[str, str]]


def routes(site: Site) -> list[Route]:
    """The part."""
    return [Route("/evidence", site.endpoint(_show))]


def of(plan: Plan, user_id: str | None, account_id: str | None, first: date, last: date) -> list[tuple[str, str]]:
    """Title and address of what there may be about somebody between two days."""
    values = {"user_id": user_id, "account_id": account_id, "from": first.isoformat(), "to": last.isoformat()}
    return links_of(plan.evidence, values)


def _show(reader: Reader, request: Request) -> Part:
    last = reader.moment()[1]
    asked = request.query_params
    found = of(reader.plan, asked.get("user"), asked.get("account"), last - timedelta(days=DAYS - 1), last)
    return EvidencePart(links=found)
