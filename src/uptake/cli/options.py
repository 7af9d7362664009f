"""Options that several commands share."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from uptake import settings
from uptake.kinds import KINDS

KIND_NAMES = tuple(kind.name for kind in KINDS if kind.name != "aliases")
"""Kinds that people import; aliases come out of Segment's records."""


def _home() -> Path:
    return settings.read().home


Home = Annotated[
    Path,
    typer.Option(
        "--home",
        metavar="FOLDER",
        default_factory=_home,
        show_default=False,
        help="The workspace; without this $UPTAKE_HOME, else ./workspace.",
    ),
]
Maps = Annotated[
    list[str],
    typer.Option(
        "--map",
        metavar="NAME=COLUMN",
        default_factory=list,
        show_default=False,
        help="Which column of the file holds what, user_id=uid; repeatable.",
    ),
]
Sets = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        default_factory=list,
        show_default=False,
        help="One value for all rows, source=crm; repeatable.",
    ),
]
TimeFormat = Annotated[
    str | None,
    typer.Option(
        "--time-format",
        metavar="FORMAT",
        show_default=False,
        help="How times are written, if it is not clear: 'day first', 'month first', 'epoch seconds' ...",
    ),
]


def kind(given: str | None) -> str | None:
    """The value of `--kind`, if it is one.

    Raises:
        BadParameter: It is none.
    """
    if given is not None and given not in KIND_NAMES:
        meant = "".join(f" Did you mean '{name}'?" for name in get_close_matches(given, KIND_NAMES, n=1))
        raise typer.BadParameter(f"'{given}' is no kind.{meant} Allowed: {', '.join(KIND_NAMES)}.")
    return given


def pairs(given: Iterable[str], option: str) -> dict[str, str]:
    """What a repeatable NAME=VALUE option says.

    Raises:
        BadParameter: There is no =, no name, or the same name twice.

    >>> pairs(["user_id=uid", "source=a=b"], "--map")
    {'user_id': 'uid', 'source': 'a=b'}
    """
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"'{text}' is not NAME=VALUE.", param_hint=option)
        if name.strip() in found:
            raise typer.BadParameter(f"'{name.strip()}' is given twice.", param_hint=option)
        found[name.strip()] = value.strip()
    return found


def plan_name(given: str | None) -> str | None:
    """What names a plan, as a server that runs elsewhere understands it: a folder with its whole path."""
    if given is None or re.fullmatch("[0-9a-f]{4,12}", given) or not Path(given).is_dir():
        return given
    return str(Path(given).absolute())


def command(text: str, home: Path) -> str:
    """A command to type next, with `--home` where it is needed."""
    return f"uptake {text}" if home == _home() else f"uptake {text} --home {shlex.quote(str(home))}"


def examples(*lines: str) -> str:
    """The end of a command's help: examples, each on its line."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])
