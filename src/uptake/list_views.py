"""Saved views of the long lists: a title with what was searched, filtered and sorted by, and which columns are shown.

`plan/views/accounts.yml` and `plan/views/users.yml` hold them, written as dashboards are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uptake.dashboards import Dashboard, Dashboards, Question, View

LISTS = ("accounts", "users")


class ListViews(Dashboards):
    """The saved views of the lists of a plan's folder."""

    FOLDER = "views"

    def of(self, name: str) -> Dashboard:
        """The views of a list; none where nothing was saved."""
        return self.one(name) if (self.folder / f"{name}.yml").is_file() else Dashboard(name, name.capitalize())

    def save(self, name: str, title: str, question: Question) -> None:
        """Saves a view of a list.

        Raises:
            DashboardError: There is such a view already, or there are too many.
        """
        with self._lock:
            if not (self.folder / f"{name}.yml").is_file():
                self._write(name, {"title": name.capitalize(), "views": []})
        self.add(name, View(title, name, question))

    def _entry(self, view: View) -> dict[str, Any]:
        entry = super()._entry(view)
        del entry["metric"]  # the file's name says which list it is of
        return entry

    def _metric(self, name: str, entry: Mapping[str, Any]) -> object:
        del entry
        return name
