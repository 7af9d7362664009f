"""The simulated tables as data frames, for questions that share no code with the generator.

Simulations are kept, so that the test files share them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import pandas as pd
import pyarrow as pa

from uptake.demo import Simulation, simulate


@dataclass(frozen=True)
class World:
    """The tables of a simulation and the truth about them."""

    tables: dict[str, pd.DataFrame]
    truth: dict[str, Any]

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    @property
    def end(self) -> pd.Timestamp:
        """The first instant that is not in the data: midnight where Planboard is made."""
        return pd.Timestamp(self.truth["ends_on"], tz="Europe/Berlin").tz_convert("UTC")

    @property
    def active(self) -> pd.DataFrame:
        """The events that make a user active."""
        return self["events"][self["events"].event_name.isin(self.truth["active_events"])]

    @property
    def signups(self) -> pd.Series[Any]:
        """The instant of signup of every user."""
        signups: pd.Series[Any] = self["users"].drop_duplicates("user_id").set_index("user_id").created_at
        return signups

    def cohort(self, name: str) -> pd.Series[Any]:
        """Signups of the users of one signup quarter."""
        (cohort,) = (cohort for cohort in self.truth["cohorts"] if cohort["name"] == name)
        dates = self.signups.dt.tz_convert("Europe/Berlin").dt.strftime("%Y-%m-%d")
        signups: pd.Series[Any] = self.signups[(dates >= cohort["from"]) & (dates < cohort["to"])]
        return signups

    def since_signup(self, events: pd.DataFrame) -> pd.Series[float]:
        """Days from the user's signup to each event."""
        days: pd.Series[float] = (events.event_at - events.user_id.map(self.signups)).dt.total_seconds() / 86_400
        return days


@cache
def shipped() -> Simulation:
    """The demo as it is shipped."""
    return simulate()


@cache
def small() -> Simulation:
    """The smallest demo, of another seed."""
    return simulate(seed=11, accounts=40, months=12)


@cache
def shipped_world() -> World:
    """The demo as it is shipped, as data frames."""
    simulation = shipped()
    tables = {
        field.name: _frame(getattr(simulation, field.name)) for field in fields(simulation) if field.name != "truth"
    }
    return World(tables, simulation.truth)


def _frame(table: pa.Table) -> pd.DataFrame:
    types = [(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type) for field in table.schema]
    frame: pd.DataFrame = table.cast(pa.schema(types)).to_pandas(date_as_object=False)
    return frame
