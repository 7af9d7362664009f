"""What every part of a plan has in common: it is frozen, takes no unknown key, and explains itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any as Anything
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails

from uptake.plan.criterion import KEYS as CRITERIA_KEYS
from uptake.plan.criterion import All, Any, CriteriaField, Criterion
from uptake.plan.problems import Problem, Problems, described, nearest, shown, unknown_keys
from uptake.plan.words import title_of

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "date_type": "a date such as 2025-06-01",
    "tuple_type": "a list",
    "dict_type": "a mapping of names",
}


class Section(BaseModel):
    """A mapping of the plan with fixed keys. Its `ValidationError`s carry `Problems` in people's words."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    unwritten: ClassVar[tuple[str, ...]] = ()
    """Fields that are no keys in a file."""

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """The keys that may be written in a file."""
        return tuple(name for name in cls.model_fields if name not in cls.unwritten)

    @model_validator(mode="wrap")
    @classmethod
    def _explained(cls, value: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(value)
        except ValidationError as error:
            raise Problems(*explain(error, cls)) from None


class Reached(Section):
    """A section with criteria written among its own keys: `{title: Shipped, event: project_completed}`."""

    unwritten: ClassVar[tuple[str, ...]] = ("criteria",)

    criteria: CriteriaField

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """The section's own keys, then those of criteria."""
        return (*super().keys(), *CRITERIA_KEYS)

    @model_validator(mode="before")
    @classmethod
    def _folded(cls, value: object) -> object:
        if not isinstance(value, Mapping) or isinstance(value.get("criteria"), Criterion | All | Any):
            return value
        own = {key: part for key, part in value.items() if key not in CRITERIA_KEYS}
        if problems := unknown_keys(
            (key for key in own if key == "criteria" or key not in cls.model_fields), cls.keys()
        ):
            raise Problems(*problems)
        return own | {"criteria": {key: part for key, part in value.items() if key in CRITERIA_KEYS}}


def named(value: object) -> object:
    """Puts every key of a mapping of sections into its section as `name`.

    Raises:
        Problems: If a section has a key `name` already.
    """
    if not isinstance(value, Mapping):
        return value
    given = [key for key, part in value.items() if isinstance(part, Mapping) and "name" in part]
    if given:
        do = "The name is the key itself; title is what people read."
        raise Problems(*(Problem((key, "name"), f"is {described(value[key]['name'])}", do=do) for key in given))
    return {
        key: {**(part or {}), "name": key} if part is None or isinstance(part, Mapping) else part
        for key, part in value.items()
    }


def key_as_title(data: dict[str, Anything]) -> str:
    """The default of `title`: the name in words."""
    return title_of(data["name"])


def explain(error: ValidationError, section: type[Section]) -> Iterator[Problem]:
    """What pydantic found in a section, as problems with locations as a file has them."""
    for detail in error.errors(include_url=False):
        location = detail["loc"]
        if location[:1] and location[0] in section.unwritten:
            location = location[1:]
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, Problems):
            if location[-1:] == ("[key]",):
                yield Problem(location[:-1], "is not a name", cause.problems[0].allowed)
            else:
                yield from (replace(p, location=(*location, *p.location)) for p in cause.problems)
        elif not _follows_from_another(detail):
            yield _problem(detail, section)


def _follows_from_another(detail: ErrorDetails) -> bool:
    # pydantic counts the entries that were right, so a list with wrong ones looks too short to it.
    return detail["type"] == "default_factory_not_called" or (detail["type"] == "too_short" and bool(detail["input"]))


def _problem(detail: ErrorDetails, section: type[Section]) -> Problem:
    location, found, limits = detail["loc"], detail["input"], detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            return Problem(location, "is not a key here", section.keys(), nearest(location[-1], section.keys()))
        case "missing":
            return Problem(location, "is missing")
        case "model_type":
            return Problem(location, f"is {described(found)}", ("a mapping of keys to values",))
        case "literal_error":
            allowed = tuple(limits["expected"].replace("'", "").replace(" or ", ", ").split(", "))
            return Problem(location, f"is {shown(found)}", allowed)
        case "greater_than_equal":
            return Problem(location, f"is {shown(found)}", (f"{limits['ge']:,.10g} or more",))
        case "greater_than":
            return Problem(location, f"is {shown(found)}", (f"more than {limits['gt']:,.10g}",))
        case "less_than_equal":
            return Problem(location, f"is {shown(found)}", (f"at most {limits['le']:,.10g}",))
        case "too_short":
            return Problem(location, "is an empty list", ("a list with at least one entry",))
        case kind if kind in _WANTED:
            return Problem(location, f"is {described(found)}", (_WANTED[kind],))
        case _:
            return Problem(location, f"is {shown(found)}: {detail['msg']}")
