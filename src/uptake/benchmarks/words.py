"""What rules of the plan may ask of benchmarks: `benchmark.NAME` is a signal over the benchmark's."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from uptake.benchmarks.measured import measured, part_of
from uptake.errors import QuestionError
from uptake.metrics.core.grain import ACCOUNT, MEMBER
from uptake.plan import ATTAINED
from uptake.signals.panel import Panel
from uptake.signals.signal import read
from uptake.signals.windows import Floats, taken


def over_benchmark(panel: Panel, name: str) -> Floats:
    """A signal of everyone over that of the exemplary accounts of their type; 1 is level with them.

    Of users it is their own signal over that of their account's benchmark, which for a signal of users is the median of
    the exemplary accounts' means; a user of several accounts is held against the mean of their benchmarks.
    `benchmark.attainment` is how much of the whole benchmark an account has, 0 to 1.

    Args:
        panel: Accounts, users, or users in accounts.
        name: A measure of a benchmark, or attainment.

    Raises:
        QuestionError: No benchmark is made of it, or it is not said of users.
    """
    accounts = panel if panel.grain is ACCOUNT else panel.beside(ACCOUNT)
    made = measured(accounts, accounts.asked.plan.all_benchmarks)
    if name == ATTAINED:
        if panel.grain is not ACCOUNT:
            raise QuestionError("benchmark.attainment is said of accounts alone.", do="Use it in a rule of accounts.")
        return made.attainment
    benchmark = np.full(made.type_of.shape, np.nan)
    measures = {number: one.signals[name] for number, one in enumerate(made.types) if name in one.signals}
    if not measures:
        allowed = sorted({key for one in made.types for key in one.signals})
        raise QuestionError(f"No benchmark is made of '{name}'.", allowed=[ATTAINED, *allowed])
    for number, measure in measures.items():
        benchmark = np.where(made.type_of == number, made.median[number, made.at(measure)], benchmark)
    if len({part_of(measure) for measure in measures.values()}) > 1:
        raise QuestionError(f"Benchmarks mean different things by '{name}'.", do="Give the measures different names.")
    measure = next(iter(measures.values()))
    own = read(panel, measure.signal, measure.params)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(own / _spread(panel, accounts, benchmark))


def _spread(panel: Panel, accounts: Panel, benchmark: Floats) -> Floats:
    """The benchmark of everyone's account, the mean of several."""
    if panel is accounts:
        return benchmark
    members = panel if panel.grain is MEMBER else accounts.members
    row = accounts.rows(members.keys >> 32)
    of_member = np.where(members.present, taken(benchmark, row, np.nan), np.nan)
    if panel is members:
        return of_member
    user = panel.rows(members.keys & 0xFFFFFFFF)
    total, n = (np.zeros((panel.n, panel.days)) for _ in range(2))
    is_known = ~np.isnan(of_member) & (user >= 0)[:, None]
    np.add.at(total, user[user >= 0], np.where(is_known, of_member, 0.0)[user >= 0])
    np.add.at(n, user[user >= 0], is_known[user >= 0].astype(np.float64))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total / n)


WORDS: Mapping[str, Callable[[Panel, str], Floats]] = {"benchmark": over_benchmark}
"""For `scores.rules.holds`."""
