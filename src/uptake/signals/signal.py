"""What a signal is, and how one is asked for."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from uptake import signals
from uptake.errors import QuestionError
from uptake.metrics.core.definition import Definition
from uptake.metrics.core.definition import read as read_definition
from uptake.metrics.core.metric import Param
from uptake.metrics.core.params import read as read_params
from uptake.signals.panel import Panel
from uptake.signals.windows import Floats

LABELS = ("Formula", "Account", "Missing")
"""What the docstring of every signal says, after its title and what it is for."""
Read = Callable[[Panel, Mapping[str, Any]], Floats]


@dataclass(frozen=True)
class Signal:
    """One signal; every module of `uptake.signals` that defines `SIGNAL` is one.

    Args:
        unit: Unit of its values: share, days, count, points.
        of_user: Makes the values of users, or of users in accounts; None: it is said of accounts alone.
        of_account: Makes those of accounts; None: the mean of the account's members.
        params: Its parameters.
        worst: The value that stands for 0 where a signal becomes a part of a score.
        best: The value that stands for 1; None: there is none of its own, as more may always be better.
        is_ranked: Whether it is held against peers where a score does not say otherwise.
    """

    unit: str
    of_user: Read | None = None
    of_account: Read | None = None
    params: tuple[Param, ...] = ()
    worst: float = 0.0
    best: float | None = None
    is_ranked: bool = False

    def is_said_of(self, entity: str) -> bool:
        """Whether users, or accounts, have it."""
        return entity == "account" or self.of_user is not None

    @property
    def is_of_members(self) -> bool:
        """Whether an account's value is the mean of its members', a sample that an interval can be given for."""
        return self.of_account is None


@cache
def catalogue() -> dict[str, Signal]:
    """Name -> signal, for every module of `uptake.signals` that defines `SIGNAL`."""
    found = {}
    for module_info in pkgutil.iter_modules(signals.__path__):
        made = getattr(importlib.import_module(f"uptake.signals.{module_info.name}"), "SIGNAL", None)
        if isinstance(made, Signal):
            found[module_info.name] = made
    return dict(sorted(found.items()))


def definition(name: str) -> Definition:
    """What a signal means, in words: its module's docstring."""
    docstring = importlib.import_module(f"uptake.signals.{name}").__doc__ or ""
    return read_definition(name, docstring, LABELS)


def find(name: str) -> Signal:
    """The signal of that name.

    Raises:
        QuestionError: There is none.
    """
    if name not in catalogue():
        raise QuestionError(f"There is no signal '{name}'.", allowed=catalogue())
    return catalogue()[name]


def read(panel: Panel, name: str, given: Mapping[str, Any] | None = None) -> Floats:
    """A signal of everyone on every day of a panel, nan where there is nothing to say.

    Args:
        panel: Whom and when.
        name: The signal.
        given: Parameters that are not the defaults.

    Raises:
        QuestionError: There is no such signal, it is not said of this grain, or it takes no such parameter.
    """
    found = find(name)
    params = read_params(found, given or {}, panel.asked.plan, name)
    if panel.grain.name == "account":
        if found.of_account is not None:
            made: Read = found.of_account
        else:
            return panel.once(
                name,
                tuple(sorted(params.items())),
                lambda panel: panel.mean_of_members(read(panel.members, name, params))[0],
            )
    elif found.of_user is not None:
        made = found.of_user
    else:
        raise QuestionError(f"The signal '{name}' is said of accounts alone.", do="Use it in a score of accounts.")
    return panel.once(name, tuple(sorted(params.items())), lambda panel: made(panel, params))
