"""The catalogue: every metric of this folder, found by looking, never listed."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from uptake import metrics
from uptake.errors import QuestionError
from uptake.metrics.core.definition import read
from uptake.metrics.core.metric import Entry, Metric


@cache
def catalogue() -> dict[str, Entry]:
    """Name -> metric, for every module of `uptake.metrics` that defines `METRIC`."""
    found = {}
    for module_info in pkgutil.iter_modules(metrics.__path__):
        if module_info.ispkg:
            continue
        module = importlib.import_module(f"uptake.metrics.{module_info.name}")
        metric = getattr(module, "METRIC", None)
        if isinstance(metric, Metric):
            found[module_info.name] = Entry(module_info.name, metric, read(module_info.name, module.__doc__ or ""))
    return dict(sorted(found.items()))


def entry(name: str) -> Entry:
    """The metric of that name.

    Raises:
        QuestionError: There is none.
    """
    if name not in catalogue():
        raise QuestionError(f"There is no metric '{name}'.", allowed=catalogue())
    return catalogue()[name]
