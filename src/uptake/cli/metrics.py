"""`uptake metrics`: what can be asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from uptake.cli import screen

if TYPE_CHECKING:
    from uptake.metrics.core.metric import Entry, Param

EXAMPLES = ("uptake metrics", "uptake metrics retention        (its definition and parameters)")
_END = re.compile(r"(?<![.])[.] ")
"""The end of a sentence, but not "first, second ... unit"."""
OPTIONS = (
    "--entity, --by, --top, --where, --segment, --properties, --from, --to, --period, --as-of, --compare, --timezone and"
    " --week-start (uptake metric --help says what they mean)"
)


def metrics(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A metric: prints its definition.", show_default=False)
    ] = None,
) -> None:
    """Lists the metrics, or explains one: formula, population, pitfalls, parameters."""
    from uptake.metrics import catalogue

    if name is None:
        show_names()
    else:
        _show(catalogue.entry(name))


def show_names() -> None:
    """Prints every metric with its title, unit and one sentence."""
    from uptake.metrics.catalogue import catalogue

    rows = [
        (entry.name, entry.definition.title, entry.metric.unit, sentence(entry.definition.purpose))
        for entry in catalogue().values()
    ]
    screen.out().print(screen.table(("name", "title", "unit", "what it says"), rows))
    screen.say("\nuptake metrics NAME explains one, uptake metric NAME asks it.")


def sentence(text: str) -> str:
    """The first sentence of a text."""
    return _END.split(text, maxsplit=1)[0].rstrip(".") + "."


def _show(entry: Entry) -> None:
    screen.say(entry.definition.title, style="bold")
    screen.say(f"{entry.definition.purpose}\n")
    for label, text in entry.definition.parts.items():
        screen.say(f"{label}: {text}")
    screen.say()
    if entry.metric.params:
        show_params("--param", entry.metric.params)
    screen.say(f"\nEvery metric also takes {OPTIONS}; here --entity is one of {', '.join(entry.metric.entities)}.")


def show_params(title: str, params: tuple[Param, ...]) -> None:
    """Prints a table of parameters."""
    rows = [(param.name, _values(param), _default(param), param.about) for param in params]
    screen.out().print(screen.table((title, "values", "default", "meaning"), rows))


def _values(param: Param) -> str:
    if param.choices:
        return ", ".join(param.choices)
    if param.least is not None and param.most is not None:
        return ", ".join((f"{param.least:g} to {param.most:g}", *param.words))
    return f"{param.least:g} or more" if param.least is not None else param.type


def _default(param: Param) -> str:
    if callable(param.default):
        return "by the plan"
    return "" if param.default is None else str(param.default)
