"""Reference ranges, targets and owners: is there such a metric, and does it take such parameters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from uptake.check.finding import Finding
from uptake.check.refusals import refusal
from uptake.check.subject import Subject
from uptake.errors import QuestionError
from uptake.metrics.catalogue import catalogue
from uptake.metrics.core import params
from uptake.plan import Reference, Target, location_text
from uptake.plan.problems import Location, nearest, shown


def unknown(checked: Subject) -> Iterator[Finding]:
    """References, targets and owners of metrics that do not exist, and parameters that their metric does not take."""
    for section, named in (("references", checked.plan.references), ("targets", checked.plan.targets)):
        for name, one in named.items():
            if one.metric in catalogue():
                yield from _unknown_params(checked, section, one)
                continue
            is_written = one.metric != name
            location = (section, name, *(("metric",) if is_written else ()))
            hint = () if is_written else ("Under a name of your own say which is meant: metric.",)
            yield _no_metric(checked, location, one.metric, *hint)
    for name in checked.plan.owners:
        if name not in catalogue():
            yield _no_metric(checked, ("owners", name), name)


def _no_metric(checked: Subject, location: Location, metric: str, *hints: str) -> Finding:
    return Finding(
        "error",
        checked.plan.place(location),
        f"{location_text(location)}: there is no metric {shown(metric)}.",
        " ".join(filter(None, (nearest(metric, catalogue()), f"Allowed: {', '.join(catalogue())}.", *hints))),
    )


def _unknown_params(checked: Subject, section: str, one: Reference | Target) -> Iterator[Finding]:
    metric = catalogue()[one.metric].metric
    for name, value in one.params.items():
        location = (section, one.name, "params", name)
        if name == "entity" and isinstance(one, Target):
            yield from refusal(checked, location, partial(_entity, one, value))
        else:
            yield from refusal(checked, location, partial(params.read, metric, {name: value}, checked.plan, one.metric))


def _entity(target: Target, given: object) -> None:
    entities = catalogue()[target.metric].metric.entities
    if given not in entities:
        raise QuestionError(f"{target.metric} cannot be asked with entity='{given}'.", allowed=entities)
