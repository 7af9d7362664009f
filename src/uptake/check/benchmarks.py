"""Benchmarks: signals that do not exist, exemplary accounts that nobody knows, words of rules that mean nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from uptake.check.finding import Finding
from uptake.check.refusals import refusal
from uptake.check.subject import Subject
from uptake.metrics.core import params
from uptake.plan import ATTAINED, location_text, rules_in
from uptake.plan.problems import nearest, shown
from uptake.scores.ask import named
from uptake.signals.signal import find


def measures(checked: Subject) -> Iterator[Finding]:
    """Signals that do not exist or take no such parameter, and what proposes that does not exist."""
    for benchmark in checked.plan.benchmarks.values():
        location = ("benchmarks", benchmark.name)
        for one in benchmark.signals.values():
            where = (*location, "signals", one.name)
            unknown = list(refusal(checked, where, partial(find, one.signal)))
            yield from unknown
            if not unknown:
                for name, value in one.params.items():
                    ask = partial(params.read, find(one.signal), {name: value}, checked.plan, one.signal)
                    yield from refusal(checked, (*where, "params", name), ask)
        for position, signal in enumerate(benchmark.alike):
            yield from refusal(checked, (*location, "alike", position), partial(find, signal))
        kind, dot, score = (benchmark.proposed.by or checked.plan.best_by).partition(".")
        yield from refusal(
            checked,
            (*location, "proposed", "by"),
            partial(named, checked.plan, score) if dot else partial(find, kind),
        )


def exemplars(checked: Subject) -> Iterator[Finding]:
    """Exemplary accounts that nobody knows."""
    for benchmark in checked.plan.benchmarks.values():
        for position, account_id in enumerate(benchmark.exemplars or ()):
            if not checked.number("SELECT count(*) FROM accounts WHERE account_id = $id", {"id": account_id}):
                location = ("benchmarks", benchmark.name, "exemplars", position)
                yield Finding(
                    "error",
                    checked.plan.place(location),
                    f"{location_text(location)} is {shown(account_id)}, which is no account's id.",
                    "Correct it, or import the account.",
                )


def words(checked: Subject) -> Iterator[Finding]:
    """Rules that ask for a benchmark of something that no benchmark is made of."""
    known = {ATTAINED, *(name for one in checked.plan.all_benchmarks.values() for name in one.signals)}
    for location, rule in rules_in(checked.plan):
        for below, condition in rule.leaves():
            kind, dot, name = condition.property.partition(".")
            if dot and kind == "benchmark" and name not in known:
                where = (*location, *below)
                yield Finding(
                    "error",
                    checked.plan.place(where),
                    f"{location_text(where)}: no benchmark is made of {shown(name)}.",
                    " ".join(filter(None, (nearest(name, sorted(known)), f"Allowed: {', '.join(sorted(known))}."))),
                )
