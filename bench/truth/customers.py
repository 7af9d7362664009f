"""Are the planted types of customers found where the industry says another, and are exemplary ones proposed?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import uptake
from bench.truth.found import Found

TYPES = {"agency": "agencies", "product_team": "product_teams", "seasonal_planner": "planners"}
"""Planted type of customer -> the benchmark of the sample's plan that is meant for it."""


def found(workspace: uptake.Workspace, truth: Mapping[str, Any], last: date) -> list[Found]:
    """Who is of which type of customer: by industry as the plan says, and where they fit another better."""
    accounts = [one for one in workspace.benchmark(as_of=last).accounts if one.id not in truth["prospects"]["accounts"]]
    here = {one.id for one in accounts}
    planted = {TYPES[name]: here & set(of["accounts"]) for name, of in truth["customer_types"]["types"].items()}
    is_of = {id_: name for name, ids in planted.items() for id_ in ids}

    def of_type(name: str, how: str, said: Mapping[str, str | None]) -> Found:
        return Found(
            f"type: {name}", how, frozenset(planted[name]), frozenset(id_ for id_ in here if said[id_] == name)
        )

    rows = []
    for name in planted:
        rows.append(of_type(name, "industry", {one.id: one.type for one in accounts}))
        rows.append(
            of_type(name, "industry, or what it fits better", {one.id: one.fits or one.type for one in accounts})
        )
    elsewhere = frozenset(f"{one.id} {is_of[one.id]}" for one in accounts if one.type != is_of[one.id])
    suggested = frozenset(f"{one.id} {one.fits}" for one in accounts if one.fits)
    exemplary = frozenset(here & set(truth["exemplary"]["accounts"]))
    proposed = frozenset(one.id for one in accounts if one.is_exemplary)
    return [
        *rows,
        Found("another type than the industry says", "`fits` of the benchmark", elsewhere, suggested),
        Found("exemplary", "proposed as examples of their type", exemplary, proposed),
    ]
