"""Lenses: what each team looks at, as data. All of them ask the same metrics, scores and placements as everybody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uptake.plan import Plan
from uptake.plan.acquisition import ATTRIBUTE as CHANNEL
from uptake.reports.lens import Aims, Groups, Lens, Measure, Numbers, Rows, ScoreMeasure
from uptake.reports.overview import Tile

UNITS = ((1, "day", 7), (7, "week", 4), (31, "month", 3))
"""The longest usage interval, the unit of retention for it, and the unit after the start that says who stayed."""


def _retention(plan: Plan) -> Mapping[str, Any]:
    _, unit, units = _unit(plan)
    return {"unit": unit, "units": units}


def _stayed(plan: Plan) -> Mapping[str, Any]:
    return {"row": "weighted", "unit_index": _unit(plan)[2]}


def _unit(plan: Plan) -> tuple[int, str, int]:
    days = plan.product.usage_interval_days
    return next((one for one in UNITS if days <= one[0]), UNITS[-1])


OBSERVATIONAL = "Observational: groups differ in more than what tells them apart here, so no number shows an effect."
ADOPTION = "adoption"
"""The score that says how far somebody has adopted the product."""
NO_CHANNELS = "Say in the plan under acquisition which properties of first events tell channels apart."

LENSES: tuple[Lens, ...] = (
    Lens(
        "success",
        "Customer success",
        "Which of my accounts need me, and why?",
        (
            Rows(
                "At risk",
                "at_risk",
                "Accounts in the segment at risk, why, and who carries them.",
                "No account is at risk.",
            ),
            Rows(
                "Renewals near",
                "renewals",
                "Renewals of the next 90 days, the next first.",
                "No renewal in the next 90 days. Renewals come with accounts or subscriptions: "
                "uptake import accounts.csv --kind accounts, column renewal_on.",
            ),
            Rows(
                "Changed since last week",
                "changes",
                "Accounts in another segment than seven days earlier, those in trouble now first.",
                "No account is in another segment than a week ago.",
            ),
            Rows(
                "Furthest from their benchmark",
                "distance",
                "What each account has least of, and what it lacks.",
                "No account can be held against a benchmark yet.",
            ),
            Numbers(
                "In numbers",
                (
                    Tile("", "adoption_rate", {"entity": "member"}, {"measure": "adopted"}, "Seats adopted"),
                    Tile(
                        "",
                        "adoption_rate",
                        {"entity": "member"},
                        {"measure": "active"},
                        "Seats active",
                        "Active in 28 days",
                    ),
                    Tile("", "value_realisation", {"entity": "account"}),
                    Tile("", "gross_revenue_retention"),
                ),
                is_of_owner=True,
            ),
        ),
        has_owner=True,
    ),
    Lens(
        "product",
        "Product",
        "Where does the product stand in people's way?",
        (
            Groups(
                "Features: found, tried, kept",
                "feature",
                "Feature",
                (
                    Measure("Tried", "feature_adoption", column="tried_share", side="tried"),
                    Measure("Tried, not adopted", "feature_adoption", column="", side="tried_only"),
                    Measure("Adopted", "feature_adoption", column="adopted_share", side="adopted"),
                    Measure("Let go of", "adoption_decay", side="decayed"),
                    Measure("Half found it in", "feature_discovery_lag", side="waiting"),
                    Measure("Tickets for 100", "tickets_per_100_users", side="counted"),
                ),
                "Tried and not adopted is of those who tried. Let go of is of those who had adopted.",
                "List features in the plan under features, each with the events that are a use of it.",
            ),
            Groups(
                "Set-up, step by step",
                "step",
                "Step",
                (
                    Measure("Done in time", "onboarding_completion", side="did"),
                    Measure("Not done", "onboarding_completion", column="", side="did_not"),
                ),
                "Of those who started in the last 90 days whose time is over. Not done leads to who stopped.",
                "Describe the steps of setting up in the plan under onboarding.",
            ),
            Groups(
                "Tasks: begun and finished",
                "task",
                "Task",
                (
                    Measure("Finished in time", "task_success"),
                    Measure("Met an error", "task_success", column="error_share"),
                    Measure("Begun again", "task_success", column="again_share"),
                    Measure("Half took at most", "task_success", column="median_s"),
                ),
                "Of attempts in the last 90 days.",
                "Describe what people set out to do in the plan under tasks.",
            ),
            Numbers(
                "Work against the product",
                (
                    Tile("", "labouring"),
                    Tile("", "time_to_first_value"),
                    Tile("", "features_used"),
                    Tile("", "breadth"),
                ),
            ),
        ),
        Measure("", "feature_adoption"),
    ),
    Lens(
        "marketing",
        "Marketing",
        "Which channels bring people who stay?",
        (
            Groups(
                "Users by the channel they came through",
                CHANNEL,
                "Channel",
                (
                    Measure("Signed up", "activation_rate", column="n", side="counted"),
                    Measure("Activated", "activation_rate", side="did"),
                    Measure("Came back", "retention", _retention, _stayed, side="returned"),
                    Measure("Active now", "active_users", {"window": "28"}),
                    Measure("Reached value", "value_realisation"),
                    ScoreMeasure("Adoption score", ADOPTION, "user", who="came"),
                ),
                "Sign-ups and activation are of those who started within 90 days that are over for all of them. "
                "Came back is the mean of all cohorts. The score is the mean, on the last day, of everyone who ever came. "
                + OBSERVATIONAL,
                NO_CHANNELS,
            ),
            Groups(
                "Accounts by the channel of their first user",
                CHANNEL,
                "Channel",
                (
                    Measure("Signed up", "activation_rate", column="n", side="counted", entity="account"),
                    Measure("Began to pay", "paid_conversion", entity="account"),
                    Measure("Seats adopted", "adoption_rate", pick={"measure": "adopted"}, entity="account"),
                    ScoreMeasure("Adoption score", ADOPTION, "account", who="came"),
                    Measure("Left", "account_churn"),
                ),
                OBSERVATIONAL,
                NO_CHANNELS,
            ),
            Numbers(
                "All channels together",
                (
                    Tile("", "activation_rate"),
                    Tile("", "paid_conversion", {"entity": "account"}),
                ),
            ),
        ),
        Measure("", "activation_rate", {"by": [CHANNEL]}),
    ),
    Lens(
        "sales",
        "Sales",
        "Who is ready for more?",
        (
            Rows(
                "Qualified accounts",
                "qualified",
                "Accounts that meet a rule of the plan, the latest first.",
                "No account qualifies. Rules stand in the plan under qualified.",
            ),
            Rows(
                "Close to their limit",
                "seats",
                "Accounts whose active users fill 80 % or more of the seats they pay for.",
                "No account fills 80 % of its seats. Seats come with subscriptions, column seats.",
            ),
            Rows(
                "Grown and shrunk this month",
                "ledger",
                "What accounts pay now against the beginning of the month.",
                "No contract changed. Contracts come with subscriptions: "
                "uptake import subscriptions.csv --kind subscriptions.",
            ),
            Numbers(
                "In numbers",
                (
                    Tile("", "expansion", pick={"movement": "expansion"}, title="Expansion in the month"),
                    Tile("", "net_revenue_retention"),
                    Tile("", "paid_conversion", {"entity": "account"}),
                    Tile("", "spread"),
                ),
            ),
        ),
        Measure("", "net_revenue_retention"),
    ),
    Lens(
        "support",
        "Support",
        "Where do people need help?",
        (
            Groups(
                "Tickets by feature",
                "feature",
                "Feature",
                (
                    Measure("For 100 users", "tickets_per_100_users", side="counted"),
                    Measure("Tickets", "tickets_per_100_users", column="tickets", side="counted"),
                    Measure("Users", "tickets_per_100_users", column="users", side="counted"),
                    Measure("Adopted", "feature_adoption", column="adopted_share", side="adopted"),
                    Measure("Content", "feature_adoption", column="satisfied_share", side="satisfied", base="answered"),
                ),
                "Tickets of the last 28 days for every 100 users of the feature in them. Content is of those who keep it"
                " and said so. Tickets that name no feature of the plan stand last.",
                "No tickets have been imported: uptake import tickets.csv --kind tickets, with the column feature.",
                is_ranked=True,
            ),
            Rows(
                "Accounts that ask most",
                "asking",
                "Tickets of the last 28 days for every 100 active users, the most first; of accounts with five or more.",
                "No account has asked for help in the last 28 days, or no tickets were imported: uptake import tickets.csv"
                " --kind tickets.",
            ),
            Numbers(
                "In numbers",
                (
                    Tile("", "tickets_per_100_users", {"per": "product"}),
                    Tile("", "labouring"),
                ),
            ),
        ),
        Measure("", "tickets_per_100_users"),
    ),
    Lens(
        "leadership",
        "Leadership",
        "Do customers adopt, stay and grow?",
        (
            Numbers(
                "Adoption and revenue",
                (
                    Tile("Adoption", "adoption_rate", pick={"measure": "adopted"}, title="Seats adopted"),
                    Tile("Adoption", "activation_rate"),
                    Tile("Revenue", "net_revenue_retention"),
                    Tile("Revenue", "gross_revenue_retention"),
                    Tile("Revenue", "mrr_churn"),
                    Tile("Customers", "account_churn"),
                    Tile(
                        "For comparison",
                        "product_engagement_score",
                        pick={"component": "score"},
                        title="Product engagement score",
                        made_of="Mean of adoption, stickiness and growth, after Pendo; 50 % is 50 of 100",
                    ),
                    Tile(
                        "For comparison",
                        "product_engagement_score",
                        pick={"component": "adoption"},
                        title="Its adoption",
                    ),
                    Tile(
                        "For comparison",
                        "product_engagement_score",
                        pick={"component": "stickiness"},
                        title="Its stickiness",
                    ),
                    Tile(
                        "For comparison", "product_engagement_score", pick={"component": "growth"}, title="Its growth"
                    ),
                ),
            ),
            Groups(
                "By plan",
                "account.plan",
                "Plan",
                (
                    Measure("Paid a year ago", "net_revenue_retention", column="before"),
                    Measure("Net retention", "net_revenue_retention"),
                    Measure("Gross retention", "gross_revenue_retention"),
                    Measure("Seats adopted", "adoption_rate", pick={"measure": "adopted"}, entity="account"),
                    Measure("Left", "account_churn"),
                ),
                "Revenue a month. Net and gross retention are weighted by it; seats adopted is the mean of the accounts' shares,"
                " a small account weighs as much as a large one. " + OBSERVATIONAL,
                "Plans come with accounts: uptake import accounts.csv --kind accounts, column plan.",
                is_ranked=True,
            ),
            Groups(
                "By annual recurring revenue",
                "account.arr",
                "ARR",
                (
                    Measure("Paid a year ago", "net_revenue_retention", column="before"),
                    Measure("Net retention", "net_revenue_retention"),
                    Measure("Gross retention", "gross_revenue_retention"),
                    Measure("Seats adopted", "adoption_rate", pick={"measure": "adopted"}, entity="account"),
                    Measure("Left", "account_churn"),
                ),
                "ARR is 12 times the MRR in force, in the product's currency. A band holds its lower end and not its upper end."
                " Retention is by what accounts paid a year ago, adoption by what they pay now, and who left by what they paid"
                " at the beginning of the month. Who pays nothing stands last. " + OBSERVATIONAL,
                "Say in the plan where bands begin: bands: {account.arr: [0, 1200, 6000]}, with the product's currency."
                " What accounts pay comes with subscriptions: uptake import subscriptions.csv --kind subscriptions.",
            ),
            Aims(),
        ),
        Measure("", "adoption_rate"),
    ),
)
"""The teams, in the order of the page."""
BY_NAME = {lens.name: lens for lens in LENSES}
