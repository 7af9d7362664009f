"""What was read from the projection and is kept in memory, because reading it again costs more than keeping it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from typing import Protocol, TypeVar
from uuid import uuid4

from uptake.store.projection import Cursor, meta, set_meta

MOST_BYTES = 1024 * 2**20
"""Bytes kept; what was not asked for longest goes first."""

STATE = "state"


class Sized(Protocol):
    """Something that knows how much memory it takes."""

    @property
    def nbytes(self) -> int:
        """Bytes it takes."""
        ...


T = TypeVar("T", bound=Sized)


class Kept:
    """Things read from one projection, for threads that ask it at the same time.

    Each belongs to the state of the data it was read in: what was read before an import, a rebuild or a change of plan is
    never given after it.

    Args:
        most_bytes: How much is kept. A thing larger than that is read each time.
        shelf: Where the things are, if they are those of another one.
        state: The state of the data they have to be of; if not given, the one it is in whenever something is asked for.
    """

    def __init__(self, most_bytes: int = MOST_BYTES, *, shelf: _Shelf | None = None, state: str | None = None) -> None:
        self._shelf = shelf or _Shelf(most_bytes)
        self._state = state

    @property
    def nbytes(self) -> int:
        """Bytes that are taken."""
        return self._shelf.nbytes

    def for_one_question(self, cursor: Cursor) -> Kept:
        """The same things for somebody who asks for many of them at once: the state is looked up now, and not again."""
        return Kept(shelf=self._shelf, state=meta(cursor, STATE))

    def get(self, cursor: Cursor, key: Hashable, read: Callable[[], T]) -> T:
        """A thing, read now unless it is kept.

        Args:
            cursor: A cursor of the projection.
            key: What is read; things of one key have one type.
            read: Reads it with that cursor. Two threads that ask for the same at once both read it.

        Returns:
            The thing; must not be changed.
        """
        state = meta(cursor, STATE) if self._state is None else self._state
        found = self._shelf.found(state, key)
        if found is not None:
            return found  # type: ignore[return-value]  # a key has one type
        thing = read()
        if meta(cursor, STATE) == state:
            self._shelf.keep(state, key, thing)
        return thing

    def forget(self, *words: str) -> None:
        """Lets go of the things whose key begins with one of some words: who measures what it takes has it worked out again."""
        self._shelf.forget(words)


class _Shelf:
    """The things of one state, and how much room they have."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._state = ""
        self._things: OrderedDict[Hashable, Sized] = OrderedDict()

    @property
    def nbytes(self) -> int:
        with self._lock:
            return sum(thing.nbytes for thing in self._things.values())

    def found(self, state: str, key: Hashable) -> Sized | None:
        """The thing as it was in a state, if it is there."""
        with self._lock:
            if self._state != state or key not in self._things:
                return None
            self._things.move_to_end(key)
            return self._things[key]

    def keep(self, state: str, key: Hashable, thing: Sized) -> None:
        """Puts a thing there; those of another state are cleared away."""
        with self._lock:
            if self._state != state:
                self._state = state
                self._things.clear()
            if thing.nbytes > self._most_bytes:
                return
            self._things[key] = thing
            while sum(one.nbytes for one in self._things.values()) > self._most_bytes:
                self._things.popitem(last=False)

    def forget(self, words: Collection[str]) -> None:
        """Lets go of the things whose key begins with one of some words."""
        with self._lock:
            for key in [key for key in self._things if isinstance(key, tuple) and key[0] in words]:
                del self._things[key]


def outdate(cursor: Cursor) -> None:
    """Says that the projection has changed: part of every transaction that changes it."""
    set_meta(cursor, STATE, uuid4().hex)
