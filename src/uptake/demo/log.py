"""The table of events, with the few properties a product would send."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from uptake.demo import columns
from uptake.demo.accounts import Accounts
from uptake.demo.catalogue import CODES, EVENTS, NAMES
from uptake.demo.events import Happenings
from uptake.demo.people import CHANNELS, INVITATION, People
from uptake.demo.period import Period

VIEWS = ("kanban", "list", "timeline")
BROWSERS = ("Chrome", "Firefox", "Safari", "Edge")
REASONS = ("bad_dates", "missing_column", "too_large", "timeout")
"""Why an import failed."""
IN_A_PROJECT = ("boards", "tasks", "projects", "comments", "files", "timeline", "workload")
"""Features whose events name a project."""
Codes = npt.NDArray[np.int16]


def table(
    rng: np.random.Generator, accounts: Accounts, people: People, happenings: Happenings, period: Period
) -> pa.Table:
    """One row per event in order of time; names are dictionary-encoded."""
    name, user = happenings.name, happenings.user
    projects, project = _projects(rng, accounts, happenings)
    channel = np.where(people.channel == INVITATION, -1, people.channel)
    return pa.table(
        {
            "message_id": _ids(len(name)),
            "event_name": columns.labels(name, NAMES),
            "user_id": columns.labels(user, tuple(people.ids)),
            "account_id": columns.labels(happenings.account, tuple(accounts.ids)),
            "event_at": columns.instants(period, happenings.at),
            "project": columns.labels(project, projects),
            "view": columns.labels(_views(rng, people, happenings), VIEWS),
            "reason": columns.labels(_only(happenings, "import_failed", people.rank[user] % len(REASONS)), REASONS),
            "browser": columns.labels(rng.choice(4, people.n, p=(0.58, 0.14, 0.18, 0.10))[user], BROWSERS),
            "utm_source": columns.labels(_only(happenings, "signup", channel[user]), CHANNELS),
        }
    )


def _ids(n: int) -> pa.Array:
    """Message ids: a letter and a running number, which a column file keeps in almost no room."""
    numbers = pc.utf8_lpad(pa.array(np.arange(1, n + 1)).cast(pa.string()), width=8, padding="0")
    return pc.binary_join_element_wise("e", numbers, "")


def _only(happenings: Happenings, name: str, codes: npt.NDArray[np.integer]) -> Codes:
    """A property that only one kind of event has."""
    return np.where(happenings.name == CODES[name], codes, -1).astype(np.int16)


def _projects(
    rng: np.random.Generator, accounts: Accounts, happenings: Happenings
) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    """Names of the projects of all accounts and the project of each event; an account's first ones are the busiest."""
    count = 3 + accounts.users // 6
    first = np.cumsum(count) - count
    names = tuple(
        f"{id_}-p{number:02d}" for id_, n in zip(accounts.ids, count, strict=True) for number in range(1, n + 1)
    )
    chance = rng.random(len(happenings.name), dtype=np.float32)
    number = (chance * chance * count[happenings.account]).astype(np.int32)
    has_project = np.array([feature in IN_A_PROJECT for feature in EVENTS.values()])[happenings.name]
    return names, np.where(has_project, first[happenings.account] + number, -1).astype(np.int32)


def _views(rng: np.random.Generator, people: People, happenings: Happenings) -> Codes:
    """How a board was looked at: mostly in the user's own way."""
    own = rng.choice(3, people.n, p=(0.56, 0.34, 0.10))
    # The other ways are the boards' two: whoever never plans on a timeline never sees one.
    other = rng.random(len(happenings.name), dtype=np.float32) < 0.2
    return _only(happenings, "board_viewed", np.where(other, happenings.at % 2, own[happenings.user]))
