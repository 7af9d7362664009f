"""Reference ranges: is there such a metric, and does it take such parameters."""

from __future__ import annotations

from collections.abc import Iterator

from uptake.check.finding import Finding
from uptake.check.subject import Subject
from uptake.errors import QuestionError
from uptake.metrics import params
from uptake.metrics.catalogue import catalogue
from uptake.plan import Reference, location_text
from uptake.plan.problems import nearest, shown


def unknown(checked: Subject) -> Iterator[Finding]:
    """References of metrics that do not exist, and of parameters or values that their metric does not take."""
    for name, reference in checked.plan.references.items():
        if reference.metric in catalogue():
            yield from _unknown_params(checked, reference)
            continue
        is_written = reference.metric != name
        location = ("references", name, *(("metric",) if is_written else ()))
        do = [nearest(reference.metric, catalogue()), f"Allowed: {', '.join(catalogue())}."]
        if not is_written:
            do.append("Under a name of your own say which is meant: metric.")
        yield Finding(
            "error",
            checked.plan.place(location),
            f"{location_text(location)}: there is no metric {shown(reference.metric)}.",
            " ".join(filter(None, do)),
        )


def _unknown_params(checked: Subject, reference: Reference) -> Iterator[Finding]:
    metric = catalogue()[reference.metric].metric
    for name, value in reference.params.items():
        try:
            params.read(metric, {name: value}, checked.plan, reference.metric)
        except QuestionError as error:
            location = ("references", reference.name, "params", name)
            allowed = f"Allowed: {', '.join(error.allowed)}." if error.allowed else ""
            yield Finding(
                "error",
                checked.plan.place(location),
                f"{location_text(location)}: {error.what}",
                " ".join(filter(None, (allowed, error.do))),
            )
