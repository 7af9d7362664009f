"""Parameters of metrics: from whatever a URL, a command line or Python brings to checked values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any, Protocol

from uptake.errors import QuestionError
from uptake.metrics.core.lengths import microseconds
from uptake.metrics.core.metric import Param
from uptake.metrics.core.steps import listed, read_exclusions, read_steps
from uptake.plan import Plan, criteria, quorum, selector

READERS: dict[str, Callable[[Any], object]] = {
    "selector": selector,
    "criteria": criteria,
    "quorum": quorum,
    "moment": criteria,  # a word may be one, anything else has to be criteria
}
"""Type of a parameter in the language of the plan -> what refuses a wrong one; it stays as it was given."""


class Parametrised(Protocol):
    """What takes parameters: a metric, or a signal."""

    @property
    def params(self) -> tuple[Param, ...]:
        """Its parameters."""
        ...


def read(
    metric: Parametrised, given: Mapping[str, Any], plan: Plan, name: str, common: Iterable[str] = ()
) -> dict[str, Any]:
    """All parameters of a metric, or a signal, with defaults from the plan.

    Args:
        metric: What takes them.
        given: What was said of its own.
        plan: For defaults.
        name: What it is called.
        common: What could have been said beside its own: who asks with a name that there is not is told.

    Raises:
        QuestionError: A parameter is unknown or its value is not allowed.
    """
    known = {param.name: param for param in metric.params}
    for key in given:
        if key not in known:
            do = f"Every metric takes {', '.join(common)} as well." if common else ""
            allowed = known or ["none of its own" if common else "none: it has no parameters"]
            raise QuestionError(f"{name} has no parameter '{key}'.", allowed=allowed, do=do)
    return {
        key: _given(param, given[key]) if given.get(key) not in (None, "") else param.default_for(plan)
        for key, param in known.items()
    }


def _given(param: Param, value: Any) -> Any:  # noqa: ANN401 - a parameter's value is of any type until it is read
    return str(value) if str(value) in param.words else _value(param, value)


def _value(param: Param, value: Any) -> Any:  # noqa: ANN401 - as above
    match param.type:
        case "integer" | "number":
            return _number(param, value)
        case "choice":
            if str(value) not in param.choices:
                raise QuestionError(f"{param.name} is '{value}'.", allowed=param.choices)
            return str(value)
        case "boolean":
            if str(value).lower() not in ("true", "false", "1", "0"):
                raise QuestionError(f"{param.name} is '{value}'.", allowed=["true", "false"])
            return str(value).lower() in ("true", "1")
        case "list":
            parts = (
                value.split(",") if isinstance(value, str) else value if isinstance(value, list | tuple) else [value]
            )
            return [_number(param, part) for part in parts]
        case "selector" | "criteria" | "quorum" | "moment":
            READERS[param.type](_parsed(value))
            return _parsed(value)
        case "duration":
            microseconds(param.name, value)
        case "steps" | "exclusions":
            return _steps(param, value)
        case "selectors":
            parts = listed(param.name, value)
            for part in parts:
                selector(part)
            return parts
    return str(value)


def _steps(param: Param, value: Any) -> list[Any]:  # noqa: ANN401 - as above
    parts = listed(param.name, value)
    (read_steps if param.type == "steps" else read_exclusions)(parts)
    return parts


def _parsed(value: Any) -> Any:  # noqa: ANN401 - as above
    """A selector as JSON text is what a URL carries; anything else stays."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return json.loads(value)
        except ValueError as error:
            raise QuestionError(f"'{value}' is not JSON: {error}.") from None
    return value


def _number(param: Param, value: Any) -> int | float:  # noqa: ANN401 - as above
    whole = param.type in ("integer", "list")
    try:
        number = float(value)
        if not isfinite(number) or (whole and not number.is_integer()):
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise QuestionError(
            f"{param.name} is '{value}'.", allowed=["a whole number" if whole else "a number", *param.words]
        ) from None
    if (param.least is not None and number < param.least) or (param.most is not None and number > param.most):
        bounds = f"{param.least:g} to {param.most:g}" if param.most is not None else f"at least {param.least:g}"
        raise QuestionError(f"{param.name} is {value}.", allowed=[bounds, *param.words])
    return int(number) if whole else number
