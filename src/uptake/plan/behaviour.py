"""What somebody did, how often and when: `{event: report_exported, at_least: 3, last_days: 30}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from uptake.plan.problems import Problem, Problems, refuse, unknown_keys
from uptake.plan.section import Section
from uptake.plan.selectors import KEYS, Selector, SelectorField, read_selector
from uptake.plan.words import MOST_TIMES

Times = Annotated[int, Field(ge=0, le=MOST_TIMES)]
Ago = Annotated[int, Field(ge=0, le=3_660)]
Scope = Literal["this_user", "this_user_in_this_account", "anyone_in_this_account"]
COUNTS, SPANS = ("at_least", "at_most", "exactly", "between"), ("last_days", "more_than_days", "between_days")


class Behaviour(Section):
    """How often an event, or a feature, was used within a span of days; without a span, ever.

    Args:
        selector: Which events; its keys stand among those of the section.
        at_least: At least so many times; once, where no number is given.
        at_most: At most so many times.
        exactly: So many times; 0 for never.
        between: At least and at most, as a pair.
        last_days: In the last so many days, the day itself included.
        more_than_days: More than so many days ago.
        between_days: From so many to so many days ago, as a pair, both included.
        scope: Whose events count. Of a user: theirs, theirs in one of their accounts, or those of anyone in an account
            of theirs. Of an account it is always anyone in it.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("selector",)

    selector: SelectorField
    at_least: Times | None = None
    at_most: Times | None = None
    exactly: Times | None = None
    between: tuple[Times, Times] | None = None
    last_days: Annotated[int, Field(ge=1, le=3_660)] | None = None
    more_than_days: Ago | None = None
    between_days: tuple[Ago, Ago] | None = None
    scope: Scope = "this_user"

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """Those of the events, then the section's own."""
        return (*KEYS, *super().keys())

    @model_validator(mode="before")
    @classmethod
    def _folded(cls, value: object) -> object:
        if not isinstance(value, Mapping) or isinstance(value.get("selector"), Selector):
            return value
        if problems := unknown_keys(value, cls.keys()):
            raise Problems(*problems)
        own = {key: part for key, part in value.items() if key not in KEYS}
        return own | {"selector": read_selector({key: part for key, part in value.items() if key in KEYS})}

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        for names in (COUNTS, SPANS):
            given = [name for name in names if getattr(self, name) is not None]
            if len(given) > 1:
                raise refuse(f"has {' and '.join(given)}", *names, do="Give one of them.")
        for name in ("between", "between_days"):
            pair = getattr(self, name)
            if pair is not None and pair[0] > pair[1]:
                raise Problems(Problem((name,), f"is {pair[0]} to {pair[1]}", ("the smaller first",)))
        return self

    @property
    def times(self) -> tuple[int, int | None]:
        """The least and the most times; None: there is no most."""
        if self.between is not None:
            return self.between
        if self.exactly is not None:
            return self.exactly, self.exactly
        if self.at_most is not None:
            return 0, self.at_most
        return 1 if self.at_least is None else self.at_least, None

    @property
    def days_ago(self) -> tuple[int, int | None]:
        """The latest and the earliest day that counts, in days ago; None: since ever."""
        if self.last_days is not None:
            return 0, self.last_days - 1
        if self.more_than_days is not None:
            return self.more_than_days + 1, None
        return self.between_days or (0, None)
