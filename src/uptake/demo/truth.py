"""What was planted, in a form tests can ask and people can read.

Every entry says what it is about, how it is defined, and either the planted numbers with a tolerance or the ids of
those it was done to. Nothing here was measured on the tables: it comes from the parameters and the draws.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from uptake.demo import catalogue, planted
from uptake.demo.accounts import DEEP_USERS, Accounts
from uptake.demo.contracts import History
from uptake.demo.launch import Launch
from uptake.demo.people import DEEP, LABOURING, People
from uptake.demo.period import FAR, Period
from uptake.demo.planted import COHORTS, MONTHS
from uptake.demo.usage import Usage

Entry = dict[str, Any]
CURVE_DAYS = (7, 14, 30, 60, 90)


def truth(
    accounts: Accounts, people: People, launch: Launch, usage: Usage, history: list[History], period: Period
) -> Entry:
    """Everything that was planted, ready for JSON."""
    return {
        "about": (
            "Planboard is a made-up project planner. What its data holds was planted, and this file says what: "
            "shares are 0 to 1, days are dates, an end is the first day that does not count. Expected values hold "
            "for 200 accounts or more; smaller worlds have the same causes and more chance."
        ),
        "starts_on": period.starts_on.isoformat(),
        "ends_on": period.ends_on.isoformat(),
        "active_events": [name for name in catalogue.NAMES if name not in catalogue.PASSIVE],
        "cohorts": [_cohort(index, people, period) for index in range(min(len(COHORTS), period.months // 3))],
        "retention": _retention(period),
        "time_to_first_value": _time_to_first_value(),
        "activation": _activation(people, usage),
        "decoy": _decoy(),
        "onboarding_completion": _onboarding(people),
        "customer_types": _customer_types(accounts),
        "launch": _launch(people, launch, period),
        "shelfware": _shelfware(accounts, people),
        "labouring": _labouring(people),
        **_lives(accounts, people, period),
        "pulse": _pulse(),
        "never_came": _never_came(accounts, people),
        "consultants": _consultants(accounts, people, period),
        "changes": _changes(accounts, history, period),
    }


def prospects(steps: dict[str, str]) -> Entry:
    """Companies that are no customers yet.

    Args:
        steps: Id -> the step of the journey each stands on.
    """
    return {
        "definition": "Companies that the CRM knows and of which nobody has come; the latest stage of the deal tells the step.",
        "accounts": {id_: {"step": step} for id_, step in steps.items()},
    }


def _cohort(index: int, people: People, period: Period) -> Entry:
    begins, ends = period.quarter(index)
    cohort = COHORTS[index]
    users = int((people.cohort == index).sum())
    return {
        "name": cohort.name,
        "onboarding": cohort.onboarding,
        "from": begins.isoformat(),
        "to": ends.isoformat(),
        "users": users,
    }


def _retention(period: Period) -> Entry:
    return {
        "about": (
            "Share of the users who signed up in a quarter (founders, other self-serve users and invited users alike) "
            "with at least one active event in month n after their own signup. Later quarters are treated like the "
            "third."
        ),
        "definition": {
            "entity": "user",
            "start": "users.created_at, which is the instant of the event 'signup'",
            "unit": "month",
            "month_days": planted.MONTH_DAYS,
            "clock": "rolling: month n is [start + 30 n days, start + 30 (n + 1) days)",
            "criterion": "on",
            "return": "any of active_events",
            "denominator": "users whose month n has closed before ends_on",
        },
        "months": list(MONTHS),
        "expected": {cohort.name: list(cohort.retention) for cohort in COHORTS[: period.months // 3]},
        "tolerance": 0.025,
    }


def _time_to_first_value() -> Entry:
    return {
        "about": (
            "Days from users.created_at to the user's first 'project_completed', estimated by Kaplan-Meier with those "
            "who have not got there censored at ends_on. The change between the quarters is the change of onboarding."
        ),
        "event": "project_completed",
        "expected_median_days": {cohort.name: cohort.value_median_days for cohort in COHORTS},
        "tolerance_days": 1.0,
    }


def _activation(people: People, usage: Usage) -> Entry:
    retention: Entry = {}
    for index, cohort in enumerate(COHORTS):
        of_cohort = people.cohort == index
        retention[cohort.name] = {
            str(month): {
                "with": _mean(usage.months[of_cohort & people.has_aha, month]),
                "without": _mean(usage.months[of_cohort & ~people.has_aha, month]),
            }
            for month in MONTHS[1:]
        }
    rates = [people.has_aha[people.cohort == index] for index in range(len(COHORTS))]
    return {
        "about": (
            "The aha moment. It adds to what holds a user, so it causes later retention here; only both together do, "
            "tasks alone or an invitation alone add nothing. Within a cohort the stickiest share is active, so the "
            "aha moment decides who stays and the cohort's onboarding how many."
        ),
        "rule": {
            "within_days": planted.AHA_DAYS,
            "all": [
                {"event": "task_created", "at_least": planted.AHA_TASKS},
                {"event": "invitation_sent", "at_least": planted.AHA_INVITATIONS},
            ],
        },
        "effect_on_stickiness": planted.AHA_EFFECT,
        "expected_rate": {cohort.name: _mean(rate) for cohort, rate in zip(COHORTS, rates, strict=True)},
        "tolerance": 0.01,
        "expected_retention": retention,
        "retention_tolerance": 0.04,
    }


def _decoy() -> Entry:
    return {
        "about": (
            "Happens in a fixed share of active months, whoever the user is. 'Ever did it' goes with long life only "
            "because a long life has more months; within the first 7 days it says nothing about later retention."
        ),
        "event": "whats_new_opened",
        "expected_lift_within_7_days": 0.0,
        "tolerance": 0.06,
    }


def _onboarding(people: People) -> Entry:
    is_done = people.has_profile & (people.tasks > 0)
    return {
        "about": "Share of users that opens a board, creates a task and fills in the profile within 7 days of signup.",
        "steps": ["board_viewed", "task_created", "profile_completed"],
        "within_days": planted.AHA_DAYS,
        "expected": {cohort.name: _mean(is_done[people.cohort == index]) for index, cohort in enumerate(COHORTS)},
        "tolerance": 0.01,
    }


def _customer_types(accounts: Accounts) -> Entry:
    return {
        "about": (
            "Agencies work most days, product teams on one favourite day of the week, seasonal planners on one day a "
            "month and more in the last month of a quarter. The data shows the type through the industry only."
        ),
        "types": {
            kind.name: {
                "cadence_days": kind.cadence_days,
                "median_gap_days": {1: [1, 2], 7: [6, 8], 30: [24, 32]}[kind.cadence_days],
                "accounts": _ids(accounts, np.flatnonzero(accounts.type == index)),
            }
            for index, kind in enumerate(planted.TYPES)
        },
    }


def _launch(people: People, launch: Launch, period: Period) -> Entry:
    there = np.flatnonzero(launch.eligible_from == launch.day)
    curve = planted.launch_share(np.array(CURVE_DAYS, float))
    return {
        "about": (
            "A feature launched half-way. Of the users whose plan includes it the ceiling ever tries it, spread over "
            "the days since the launch by Bass diffusion; of those who tried it, the kept share goes on. Expected "
            "shares are of the eligible users who were active in each of the three 30-day blocks after the launch."
        ),
        "feature": "workload",
        "event": "workload_viewed",
        "launched_on": period.date_of(launch.day).isoformat(),
        "eligible_plans": [planted.PLANS[planted.PRO], planted.PLANS[planted.ENTERPRISE]],
        "eligible_at_launch": [str(id_) for id_ in people.ids[there]],
        "ceiling": planted.LAUNCH_CEILING,
        "innovation": planted.LAUNCH_INNOVATION,
        "imitation": planted.LAUNCH_IMITATION,
        "kept": planted.LAUNCH_KEPT,
        "expected_share_by_day": {str(day): round(float(s), 4) for day, s in zip(CURVE_DAYS, curve, strict=True)},
        "tolerance": 0.05,
    }


def _shelfware(accounts: Accounts, people: People) -> Entry:
    of_account: Entry = {}
    for account in accounts.of(planted.SHELFWARE):
        deep = (people.account == account) & (people.style == DEEP)
        of_account[accounts.ids[account]] = {
            "seats": int(accounts.users[account] + accounts.missing[account]),
            "deep_users": [str(id_) for id_ in people.ids[deep]],
        }
    return {
        "about": f"Many seats, of which {DEEP_USERS} users use everything, nearly daily, and the rest next to nothing.",
        "accounts": of_account,
        "expected_active_share_at_most": 0.2,
        "expected_core_features_of_deep_users_at_least": 6,
    }


def _labouring(people: People) -> Entry:
    return {
        "about": (
            "Long sessions full of imports that fail, never a completed task, project or import, unhappy tickets: "
            "activity that is labour."
        ),
        "users": [str(id_) for id_ in people.ids[people.style == LABOURING]],
        "expected_session_minutes_at_least": 15,
        "expected_import_success": 0.0,
        "expected_import_success_of_others": 1 - planted.FAILURE_SHARE,
        "expected_satisfaction_at_most": 2.5,
        "expected_satisfaction_of_others_at_least": 3.5,
    }


def _lives(accounts: Accounts, people: People, period: Period) -> Entry:
    founders = np.cumsum(accounts.users) - accounts.users

    def decays(archetype: int) -> Entry:
        rows: Entry = {}
        for account in accounts.of(archetype):
            left = int(people.leaves[founders[account]])
            has_left = left < min(FAR, int(accounts.churned[account]))
            rows[accounts.ids[account]] = {
                "decay_from": period.date_of(int(accounts.decay_from[account])).isoformat(),
                "decay_to": period.date_of(int(accounts.decay_to[account])).isoformat(),
                "churned_on": _date(period, int(accounts.churned[account])),
                "champion_left_on": _date(period, left) if has_left else None,
            }
        return rows

    never = accounts.of(planted.NEVER_ADOPTED)
    return {
        "decaying": {
            "about": "Slow churn: use decays for eight to fourteen weeks until the account churns at a renewal.",
            "accounts": decays(planted.DECAYING),
            "floor": planted.DECAY_FLOOR,
            "expected_use_before_churn_at_most": 0.5,
        },
        "fading": {
            "about": "Decaying on the last day of the data and not churned yet; decay_to is their renewal.",
            "accounts": decays(planted.FADING),
            "floor": planted.DECAY_FLOOR,
        },
        "never_adopted": {
            "about": "Early churn: a first month of trying, nothing after it, gone at the first renewal.",
            "accounts": {
                accounts.ids[account]: {"churned_on": _date(period, int(accounts.churned[account]))}
                for account in never
            },
        },
        "exemplary": {
            "about": "Customers to measure the others against: users who stay and use most of the product.",
            "accounts": _ids(accounts, accounts.of(planted.EXEMPLARY)),
        },
    }


def _pulse() -> Entry:
    return {
        "about": (
            "What the owner of an account thinks of it, 1 to 5, every four to seven weeks after it went live. It hides "
            "what use shows: shelfware is praised, and a decay is heard of when half of it is over."
        ),
        "survey": "pulse",
        "expected_mean": dict(zip(planted.ARCHETYPES, planted.PULSE, strict=True)),
        "expected_mean_late_in_a_decay": planted.PULSE_LATE,
        "tolerance": 0.2,
        "share_never_rated": planted.PULSE_NEVER,
        "share_no_longer_rated": planted.PULSE_STOPPED,
        "silent_days": planted.PULSE_SILENT_DAYS,
    }


def _never_came(accounts: Accounts, people: People) -> Entry:
    counts = np.bincount(people.missing_account, minlength=accounts.n)
    return {
        "about": "Seats in the roster whose users never came: no row in users, no event.",
        "seats": [str(id_) for id_ in people.missing_ids],
        "by_account": {accounts.ids[account]: int(counts[account]) for account in np.flatnonzero(counts)},
    }


def _consultants(accounts: Accounts, people: People, period: Period) -> Entry:
    second = np.flatnonzero(people.second >= 0)
    return {
        "about": "Users who work in two accounts from a day on; every event says for which.",
        "users": {
            str(people.ids[user]): {
                "accounts": [accounts.ids[people.account[user]], accounts.ids[people.second[user]]],
                "second_from": _date(period, int(people.second_day[user])),
            }
            for user in second
        },
    }


def _changes(accounts: Accounts, history: list[History], period: Period) -> Entry:
    moves, counts = [], dict.fromkeys(("renewed", "expanded", "contracted", "churned"), 0)
    for states in history:
        for before, state in pairwise(states):
            if state.day < 0:
                continue
            for reason in counts.keys() & set(state.reasons):
                counts[reason] += 1
            if state.plan != before.plan:
                moves.append(
                    {
                        "account_id": accounts.ids[state.account],
                        "on": _date(period, state.day),
                        "from": planted.PLANS[before.plan],
                        "to": planted.PLANS[state.plan],
                    }
                )
    return {
        "about": "Changes of contracts within the period. A change of plan is a dated row of accounts.csv.",
        "plan_moves": moves,
        "counts": counts,
    }


def _ids(accounts: Accounts, indexes: npt.NDArray[np.intp]) -> list[str]:
    return [accounts.ids[index] for index in indexes]


def _date(period: Period, day: int) -> str | None:
    return None if day >= FAR else period.date_of(day).isoformat()


def _mean(flags: npt.NDArray[np.bool_]) -> float | None:
    return round(float(flags.mean()), 4) if len(flags) else None
