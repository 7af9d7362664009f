"""Evidence: where recordings, tickets or notes about a user or an account are, as addresses with places in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar
from urllib.parse import quote

from pydantic import BeforeValidator, Field

from uptake.plan.problems import refuse, shown
from uptake.plan.section import Section, key_as_title
from uptake.plan.words import Name, Text, read_text

PLACES = ("user_id", "account_id", "from", "to")
"""What may stand in braces: ids, and the first and the last day that is meant."""
MOST_CHARACTERS = 2_000
_PLACE = re.compile(r"\{([^{}]*)\}")
_ADDRESS = re.compile(r"https?://[a-z0-9][a-z0-9.:-]*([/?#][^\s\x00-\x1f\x7f\"'<>\\^`|]*)?", re.IGNORECASE)
"""The scheme and the host are the plan's own: no value, no name and no password may stand in them."""
UP = (".", "..")
"""Ids that a browser takes for a step in a path, however they are written."""


def read_address(value: object) -> str:
    """An address that leads to the web, whatever is put into its places.

    Raises:
        Problems: It is none, or it has a place for something else.
    """
    address = read_text(value, MOST_CHARACTERS)
    wrong = [place for place in _PLACE.findall(address) if place not in PLACES]
    rest = _PLACE.sub("x", address)
    if wrong or "{" in rest or "}" in rest:
        what = f"has a place for {shown(wrong[0])}" if wrong else "has a brace alone"
        raise refuse(what, *(f"{{{name}}}" for name in PLACES))
    host = re.split(r"[/?#]", address.partition("://")[2], maxsplit=1)[0]
    if not _ADDRESS.fullmatch(rest) or "{" in host:
        raise refuse(f"is {shown(address)}", "an address such as https://example.com/users/{user_id}")
    return address


class Evidence(Section):
    """One place where something is kept about users or accounts.

    Args:
        name: Its key in the plan.
        title: What the link says.
        url: The address; {user_id}, {account_id}, {from} and {to} stand for whom and when.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name",)

    name: Name
    title: Text = Field(default_factory=key_as_title)
    url: Annotated[str, BeforeValidator(read_address)]

    def link(self, values: Mapping[str, str | None]) -> str | None:
        """The address for somebody; None where something that it needs is not known.

        Args:
            values: What stands in the places, by name.

        >>> Evidence(name="a", url="https://a.example/{user_id}?from={from}").link({"user_id": "x/y&", "from": "2026-01-01"})
        'https://a.example/x%2Fy%26?from=2026-01-01'
        """
        wanted = {place: values.get(place) for place in _PLACE.findall(self.url)}
        if any(not value or value in UP for value in wanted.values()):
            return None
        return _PLACE.sub(lambda found: quote(wanted[found[1]] or "", safe=""), self.url)


def links_of(kept: Mapping[str, Evidence], values: Mapping[str, str | None]) -> list[tuple[str, str]]:
    """Title and address of all that there may be about somebody, in the plan's order."""
    return [(one.title, url) for one in kept.values() if (url := one.link(values)) is not None]
