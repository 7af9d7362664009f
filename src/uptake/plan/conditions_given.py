"""Conditions as they are given to a metric: a mapping, or short texts such as `seats>=10`."""

from __future__ import annotations

import json
import re

from uptake.errors import QuestionError
from uptake.plan.condition import Condition, Conditions, Test, Value, in_order, read_conditions, read_operand
from uptake.plan.problems import Gathering, refuse, shown
from uptake.plan.words import read_text

_SHORT = re.compile(
    r"(?P<property>[^=!<>~?]+?)\s*(?:(?P<sign>>=|<=|!=|=|>|<|~)\s*(?P<value>.*)|(?P<exists>!?\?))", re.DOTALL
)
_SIGNS: dict[str, Test] = {
    "=": "is", "!=": "is_not", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "~": "contains"
}  # fmt: skip
_PARTS = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^|"][^|]*|)\s*(?:\||$)', re.DOTALL)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,29})(\.[0-9]+)?([eE][-+]?[0-9]+)?")
EXAMPLES = (
    "plan=Pro",
    "plan=Pro|Enterprise",
    "plan!=Free",
    "seats>=10",
    "industry~soft",
    "industry?",
    "industry!?",
    'zip="0815"',
)


def conditions(value: object) -> Conditions:
    """Reads conditions given as a mapping, as a short text, or as a list of these.

    Args:
        value: For instance `{"seats": {"gte": 10}}`, `"seats>=10"`, `["seats>=10", "plan!=Free"]`; None for none.

    Returns:
        The conditions in a fixed order, so that the same conditions written in another order are equal.

    Raises:
        QuestionError: If one cannot be understood; the message says which and what is allowed.

    >>> conditions({"seats": {"gte": 10}}) == conditions(["seats>=10"])
    True
    """
    if value is None:
        return ()
    return in_order(
        condition
        for part in (value if isinstance(value, list | tuple) else (value,))
        for condition in ((parse_condition(part),) if isinstance(part, str) else _asked(part))
    )


def parse_condition(text: str) -> Condition:
    """Reads one condition in the short form of the command line and of URLs.

    `|` separates values of which any may be met. What looks like a number, true or false is one;
    double quotes (with JSON's escapes) make it text and allow `|` inside.

    Args:
        text: A property, then `=`, `!=`, `>`, `>=`, `<`, `<=` or `~` (contains) and a value, or `?` (exists) or `!?` (does not).

    Raises:
        QuestionError: If it cannot be understood.

    >>> parse_condition("seats>=10")
    Condition(property='seats', test='gte', values=(10,))
    >>> parse_condition("account.plan=Pro|Enterprise").values
    ('Pro', 'Enterprise')
    """
    match = _SHORT.fullmatch(text.strip())
    if match is None:
        raise QuestionError(f"The condition {shown(text)} is not understood.", allowed=EXAMPLES)
    gathering = Gathering()
    with gathering.at():
        name = read_text(match["property"].strip())
        if match["exists"]:
            return Condition(property=name, test="exists", values=(match["exists"] == "?",))
        test = _SIGNS[match["sign"]]
        values = _short_values(match["value"], as_text=test == "contains")
        return Condition(property=name, test=test, values=read_operand(test, values[0] if len(values) == 1 else values))
    problem = gathering.problems[0]
    raise QuestionError(f"In the condition {shown(text)} the value {problem.what}.", allowed=problem.allowed)


def split_condition(text: str) -> tuple[str, str, str] | None:
    """Property, sign and value of a condition in the short form, as they were written; None if it is not understood.

    >>> split_condition("seats>=10"), split_condition("industry!?"), split_condition("seats")
    (('seats', '>=', '10'), ('industry', '!?', ''), None)
    """
    try:
        parse_condition(text)
    except QuestionError:
        return None
    match = _SHORT.fullmatch(text.strip())
    return (match["property"].strip(), match["sign"] or match["exists"], match["value"] or "") if match else None


def _asked(value: object) -> Conditions:
    gathering = Gathering()
    with gathering.at():
        return (value,) if isinstance(value, Condition) else read_conditions(value)
    raise QuestionError(" ".join(problem.text("The condition") for problem in gathering.problems))


def _short_values(text: str, *, as_text: bool) -> tuple[Value, ...]:
    values: list[Value] = []
    at = 0
    while match := _PARTS.match(text, at):
        values.append(_short_value(match[1].strip(), as_text=as_text))
        if match.end() == len(text) and not match[0].endswith("|"):
            return tuple(values)
        at = match.end()
    raise refuse("has text outside the quotes", '"like | this"')


def _short_value(text: str, *, as_text: bool) -> Value:
    if text.startswith('"'):
        try:
            return str(json.loads(text, strict=False))
        except ValueError:
            raise refuse(f"is {shown(text)}", "text in double quotes with JSON's escapes") from None
    if as_text or not (text in ("true", "false") or _NUMBER.fullmatch(text)):
        return text
    value: Value = json.loads(text)
    return value
