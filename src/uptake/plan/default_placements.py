"""The placements that every workspace has, so that everyone stands somewhere from the first import on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uptake.plan.account_journey import CRM_STEPS, Journey
from uptake.plan.fit import PEOPLE, PRODUCT, SPLITS
from uptake.plan.journey import Activation
from uptake.plan.placements import Placement
from uptake.plan.product import Product
from uptake.plan.scores import Score

QUIET_INTERVALS = 2
"""Usage intervals without a value event after which somebody is inactive."""
WINDOW_DAYS = 28
"""Days that signals look back on by default."""
OFTEN_DAYS = WINDOW_DAYS // 2
"""How often somebody has to come by nature for such a window to tell how much, and by how many, the product is used."""

LIVE = 0.25
"""Of an account's users, how many have to be beyond this for the whole to count as using it, as GitLab counts stages."""
MUCH = {"account_breadth": {"gte": SPLITS[PRODUCT]}}
MANY = {"people_active": {"gte": SPLITS[PEOPLE]}}
"""Of the product, and of the people, as the map has it."""


def default_placements(
    product: Product,
    activation: Activation | None,
    has_value: bool,
    scores: Mapping[str, Score],
    journey: Journey | None,
) -> dict[str, Placement]:
    """Segment, stage, level, maturity, state, fit and the journey, with thresholds by the product's usage interval.

    Args:
        product: The product.
        activation: When users and accounts are activated, or None.
        has_value: Whether the plan has value moments.
        scores: Its scores.
        journey: How far accounts are, or None: there is no such placement.
    """
    quiet = QUIET_INTERVALS * product.usage_interval_days
    weekly = max(1, WINDOW_DAYS // max(7, product.usage_interval_days))
    made: dict[str, dict[str, Any]] = {
        "segment": {
            "labels": [
                *_prospect(journey),
                *_new(activation, quiet),
                *_inactive(has_value, quiet),
                *_at_risk(scores, max(OFTEN_DAYS, product.usage_interval_days)),
                {"name": "power", "when": {"adopters.breadth": {"gt": 1}, "adopters.frequency": {"gte": 1}}},
                {"name": "steady"},
            ]
        },
        "stage": {
            "ladder": True,
            "labels": [
                {"name": "value_realisation", "when": _deep(weekly) | {"value_reached": {"gte": 0.5}}},
                {
                    "name": "expansion",
                    "of": "account",
                    "when": _deep(weekly) | {"any": [{"revenue_kept": {"gt": 1}}, {"seats_used": {"gte": 0.9}}]},
                },
                {"name": "deepening", "when": _deep(weekly)},
                {"name": "adoption", "when": {"adopted": {"gt": LIVE}}},
                {"name": "activation", "when": {"any": [{"activated": 1}, {"days_since_value": {"exists": True}}]}},
                {"name": "discovery"},
            ],
        },
        "level": {
            "entities": ["user"],
            "ladder": True,
            "needs": ["features_used"],
            "labels": [
                {"name": "deep", "when": {"features_used": {"gte": 1}, "advanced_days": {"gte": weekly}}},
                {"name": "regular", "when": {"features_used": {"gte": 1}, "frequency": {"gte": 0.5}}},
                {"name": "light", "when": {"features_used": {"gte": 1}}},
                {"name": "none", "title": "No core use"},
            ],
        },
        "maturity": {
            "entities": ["account"],
            "ladder": True,
            "needs": ["adopters.penetration"],
            "labels": [
                {
                    "name": "advanced",
                    "when": {
                        "adopters.penetration": {"gte": 0.75},
                        "any": [
                            {"goals_met": {"gt": 0}},
                            {"goals_met": {"exists": False}, "value_reached": {"gte": 0.5}},
                        ],
                    },
                },
                {"name": "established", "when": {"adopters.penetration": {"gte": 0.5}}},
                {"name": "developing", "when": {"adopters.penetration": {"gte": 0.25}}},
                {"name": "low"},
            ],
        },
        "state": {
            "labels": [
                *_states(has_value, quiet),
                {"name": "not_started"},
            ]
        },
        "fit": {
            "title": "Product and people",
            "entities": ["account"],
            "needs": ["account_breadth", "people_active"],
            "labels": [
                {"name": "embedded", "when": MUCH | MANY},
                {"name": "shelfware", "title": "Shelfware risk", "when": MUCH},
                {"name": "thin", "when": MANY},
                {"name": "dormant"},
            ],
        },
    }
    if journey is not None:
        made["journey"] = _journey(journey)
    return {name: Placement.model_validate({"name": name} | _with_tuples(section)) for name, section in made.items()}


def _journey(journey: Journey) -> dict[str, Any]:
    """The steps that the CRM has stages for, and those of use; an account of which neither says anything is `unknown`."""
    known = [(number, step) for number, step in enumerate(CRM_STEPS, 1) if getattr(journey, step)]
    test = len(CRM_STEPS) + 1
    adopted = {"journey_step": test + 1} if journey.adoption else {"adopted": {"gte": journey.adopted_share}}
    (_, first), *later = [*known, (test, "test")]
    return {
        "entities": ["account"],
        "ladder": True,
        "needs": ["journey_step"],
        "labels": [
            {"name": "adoption", "when": adopted},
            *({"name": step, "when": {"journey_step": number}} for number, step in reversed(later)),
            {"name": first},
        ],
    }


def _with_tuples(section: Mapping[str, Any]) -> dict[str, Any]:
    """Lists as the plan's files are read."""
    return {key: tuple(part) if isinstance(part, list) else part for key, part in section.items()}


def _prospect(journey: Journey | None) -> list[dict[str, Any]]:
    """Accounts that only the CRM knows: their life has not begun, and nobody has come. A plan without a journey tells none."""
    if journey is None:
        return []
    has_not_come = [{"journey_step": {"lt": len(CRM_STEPS) + 1}}, {"journey_step": {"exists": False}}]
    when = {"tenure_days": {"exists": False}, "any": has_not_come}
    return [{"name": "prospect", "title": "Not a customer yet", "of": "account", "when": when}]


def _new(activation: Activation | None, otherwise: int) -> list[dict[str, Any]]:
    """Inside the time for activation, which users and accounts may have more or less of."""
    days = {
        "user": activation.user.within_days if activation else otherwise,
        "account": activation.account.within_days if activation else otherwise,
    }
    return [{"name": "new", "of": entity, "when": {"tenure_days": {"lte": days[entity]}}} for entity in days]


def _inactive(has_value: bool, quiet: int) -> list[dict[str, Any]]:
    """Silent for two of the own rhythms: accounts without a value event, users without activity."""
    # People may well be there without anything of value coming of it: the title says which of the two is meant.
    titles = {"value": "Without value", "active": "Inactive"}
    return [
        {"name": "inactive", "title": titles[what], "of": entity, "when": _silent(what, quiet)}
        for entity, what in _told_by(has_value).items()
    ]


def _states(has_value: bool, quiet: int) -> list[dict[str, Any]]:
    """Value beside activity. Nobody thrives who is inactive, nor an account of which few people come though they often do."""
    made: list[dict[str, Any]] = []
    for entity, what in _told_by(has_value).items():
        among: dict[str, Any] = {"any": [MANY, {"own_interval": {"gt": OFTEN_DAYS}}]} if entity == "account" else {}
        goes_on = {"any": [_lately("active"), _lately(what)]} if what != "active" else _lately(what)
        made += [
            {"name": "thriving", "of": entity, "when": _gained(has_value) | _lately(what) | among},
            {"name": "fading", "of": entity, "when": _gained(has_value) | _silent(what, quiet)},
            {"name": "busy_but_shallow", "of": entity, "when": goes_on},
        ]
    return made


def _told_by(has_value: bool) -> dict[str, str]:
    """What users, and accounts, are silent without. A user may work on what a colleague ends: theirs is not to come."""
    return {"user": "active", "account": "value" if has_value else "active"}


def _silent(what: str, quiet: int) -> dict[str, Any]:
    """Neither within so many days nor within two of somebody's own rhythms, which may be longer; or never."""
    silent = {f"days_since_{what}": {"gte": quiet}, f"rhythms_since_{what}": {"gte": QUIET_INTERVALS}}
    return {"any": [silent, {f"days_since_{what}": {"exists": False}}]}


def _lately(what: str) -> dict[str, Any]:
    """The opposite of silent: a rhythm is never shorter than the product's usage interval."""
    return {f"rhythms_since_{what}": {"lt": QUIET_INTERVALS}}


def _at_risk(scores: Mapping[str, Score], often: int) -> list[dict[str, Any]]:
    """Never activated, far below those who have adopted, or falling; users and accounts by a score that they have.

    The score of who comes less often by nature falls and rises with every visit, as it looks back on four weeks.
    """
    made = []
    for entity in ("user", "account"):
        score = next((one for one in scores.values() if entity in one.entities and one.higher_is == "better"), None)
        narrow = {"adopters.breadth": {"lt": 0.5}, "own_interval": {"lte": OFTEN_DAYS}}
        ways: list[dict[str, Any]] = [{"activated": 0}, narrow]
        if score is not None:
            ways.append({f"fall.{score.name}": {"gte": 0.2}, "own_interval": {"lte": often}})
        made.append({"name": "at_risk", "title": "At risk", "of": entity, "when": {"any": ways}})
    return made


def _deep(weekly: int) -> dict[str, Any]:
    return {"adopted": {"gt": LIVE}, "advanced_days": {"gte": weekly}}


def _gained(has_value: bool) -> dict[str, Any]:
    """Whether value was ever reached; a plan that names no value has nothing but adoption to go by."""
    return {"days_since_value": {"exists": True}} if has_value else {"adopted": {"gte": 0.5}}
