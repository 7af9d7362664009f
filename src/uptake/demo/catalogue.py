"""What can happen in Planboard: events, the features they belong to, and who does what how often."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from uptake.demo.planted import ENTERPRISE, FREE, PRO

FEATURES: dict[str, tuple[int, float]] = {
    "boards": (FREE, 1.0),
    "tasks": (FREE, 1.0),
    "projects": (FREE, 1.0),
    "comments": (FREE, 0.86),
    "files": (FREE, 0.66),
    "timeline": (FREE, 0.62),
    "dashboards": (FREE, 0.60),
    "imports": (FREE, 0.45),
    "mobile": (FREE, 0.35),
    "automations": (PRO, 0.30),
    "reports": (PRO, 0.38),
    "integrations": (PRO, 0.25),
    "goals": (ENTERPRISE, 0.40),
    "workload": (PRO, 0.0),
}
"""Feature -> the least plan that includes it, and the share of users who make it one of their tools. Nobody takes up
`workload` by themselves: `launch` decides."""

EVENTS: dict[str, str] = {
    "signup": "",
    "signin": "",
    "page_viewed": "",
    "help_opened": "",
    "whats_new_opened": "",
    "profile_completed": "",
    "invitation_sent": "",
    "invitation_accepted": "",
    "board_viewed": "boards",
    "task_created": "tasks",
    "task_completed": "tasks",
    "project_created": "projects",
    "project_completed": "projects",
    "comment_added": "comments",
    "file_attached": "files",
    "timeline_opened": "timeline",
    "dashboard_viewed": "dashboards",
    "import_started": "imports",
    "import_completed": "imports",
    "import_failed": "imports",
    "mobile_opened": "mobile",
    "automation_created": "automations",
    "automation_run": "automations",
    "report_built": "reports",
    "report_exported": "reports",
    "integration_connected": "integrations",
    "goal_set": "goals",
    "goal_reviewed": "goals",
    "workload_viewed": "workload",
}
"""Event -> the feature that gates it; empty: everyone may."""

VANITY = ("signup", "signin", "page_viewed", "help_opened", "whats_new_opened", "profile_completed", "mobile_opened")
PASSIVE = (*VANITY, "invitation_sent", "invitation_accepted", "import_failed")
"""Events that are not work; every other event makes a user active, here and in the plan."""

NORMAL_MIX = {
    "board_viewed": 12.0,
    "task_created": 13.0,
    "task_completed": 12.0,
    "comment_added": 10.0,
    "page_viewed": 8.0,
    "file_attached": 5.0,
    "timeline_opened": 5.0,
    "dashboard_viewed": 5.0,
    "project_created": 1.4,
    "project_completed": 4.5,
    "import_started": 2.5,
    "mobile_opened": 2.5,
    "automation_created": 0.6,
    "automation_run": 2.4,
    "report_built": 1.2,
    "report_exported": 1.5,
    "integration_connected": 0.4,
    "goal_set": 0.5,
    "goal_reviewed": 1.5,
    "invitation_sent": 0.8,
    "help_opened": 0.7,
}
MIXES: tuple[dict[str, float], ...] = (
    NORMAL_MIX,
    {
        "board_viewed": 42.0,
        "page_viewed": 16.0,
        "comment_added": 12.0,
        "dashboard_viewed": 12.0,
        "timeline_opened": 10.0,
        "mobile_opened": 5.0,
        "file_attached": 3.0,
    },
    NORMAL_MIX | {"automation_run": 6.0, "report_built": 4.0, "report_exported": 5.0, "goal_reviewed": 4.0},
    {"import_started": 36.0, "help_opened": 14.0, "page_viewed": 14.0, "board_viewed": 14.0, "task_created": 10.0},
)
"""How often which event happens, by style of use as in `people.STYLES`: normal, viewer, deep, labouring."""

SHARE_WITHOUT = 0.45
"""What is left of the share without a feature where the account is exemplary."""

NAMES = tuple(EVENTS)
CODES = {name: code for code, name in enumerate(NAMES)}
FEATURE_NAMES = tuple(FEATURES)
FEATURE_OF = np.array([FEATURE_NAMES.index(feature) if feature else 0 for feature in EVENTS.values()], np.int8)
"""Feature of each event; an event without one counts as `boards`, which everyone has."""
LEAST_PLAN = np.array([plan for plan, _ in FEATURES.values()], np.int8)


def mixes() -> npt.NDArray[np.float32]:
    """The running sums of the shares of all events, by style; shape (styles, events)."""
    weights = np.array([[mix.get(name, 0.0) for name in NAMES] for mix in MIXES])
    return np.asarray((weights / weights.sum(axis=1, keepdims=True)).cumsum(axis=1), np.float32)
