"""One module a family of pages: what each page needs to know, as a documented dataclass, and where it comes from."""

from uptake.web.pages import (
    accounts,
    alerts,
    benchmarks,
    dashboards,
    data,
    explore,
    features,
    kept_elsewhere,
    metric,
    metrics,
    overview,
    people,
    placements,
    plan,
    score,
    search,
    segments,
    users,
)

FAMILIES = (
    overview,
    dashboards,
    explore,
    metrics,
    people,
    metric,
    features,
    accounts,
    users,
    benchmarks,
    placements,
    score,
    alerts,
    kept_elsewhere,
    segments,
    plan,
    data,
    search,
)
"""Modules with `routes(site)`, in the order in which addresses are matched."""
