"""Lists under `all` and `any`, of which every part or any part is meant; parts can be such lists again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from uptake.plan.problems import Gathering, Problem, described, refuse

Part = TypeVar("Part")


def read_parts(key: str, value: Mapping[str, object], read: Callable[[object], Part], noun: str) -> tuple[Part, ...]:
    """Reads the list under `all` or `any`.

    Args:
        key: all or any.
        value: The mapping; has the key, and nothing else.
        read: Reads one part.
        noun: What the parts are called, "criteria".

    Raises:
        Problems: With locations inside the mapping, all at once.
    """
    gathering = Gathering()
    gathering.problems += [
        Problem((other,), f"does not go with {key}", (key,), f"Write it inside the list of {key}.")
        for other in value
        if other != key
    ]
    parts: list[Part] = []
    with gathering.at(key):
        given = value[key]
        if not isinstance(given, list | tuple) or not given:
            raise refuse("is an empty list" if given == () else f"is {described(given)}", f"a list of {noun}")
        for position, part in enumerate(given):
            with gathering.at(key, position):
                parts.append(read(part))
    gathering.end()
    return tuple(parts)
