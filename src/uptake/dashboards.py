"""Dashboards: saved views, each a metric with a question, in an order. They are files in the plan's folder.

`plan/dashboards/NAME.yml` holds one, so that it lives in git beside the plan, without being part of what numbers mean:
the plan's version does not change with it. Files are written whole; comments in them are kept.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from uptake.errors import DashboardError
from uptake.plan.segment_writing import write_text
from uptake.plan.words import NAME, free_name

LONGEST_TITLE = 200
MOST_VIEWS = 40
Question = Mapping[str, str | list[str]]


@dataclass(frozen=True)
class View:
    """A metric with a question.

    Args:
        title: How people call it.
        metric: The metric's name; there may be none of that name any more.
        question: Parameters as an address has them.
    """

    title: str
    metric: str
    question: Question


@dataclass(frozen=True)
class Dashboard:
    """Views in an order.

    Args:
        name: The name of its file.
        title: How people call it.
        views: The views.
        version: Changes with the file.
        problem: Why the file cannot be read; empty: it can.
    """

    name: str
    title: str
    views: tuple[View, ...] = ()
    version: str = ""
    problem: str = ""


class Dashboards:
    """The dashboards of a plan's folder.

    Args:
        plan: The plan's folder.
    """

    FOLDER = "dashboards"

    def __init__(self, plan: Path) -> None:
        self.folder = plan / self.FOLDER
        self._lock = Lock()

    def every(self) -> list[Dashboard]:
        """All, by title."""
        files = sorted(self.folder.glob("*.yml")) if self.folder.is_dir() else []
        found = [self._read(path) for path in files if NAME.fullmatch(path.stem)]
        return sorted(found, key=lambda dashboard: (dashboard.title.lower(), dashboard.name))

    def one(self, name: str) -> Dashboard:
        """The dashboard of that name.

        Raises:
            DashboardError: There is none.
        """
        path = self.folder / f"{name}.yml"
        if not NAME.fullmatch(name) or not path.is_file():
            raise DashboardError(f"There is no dashboard '{name}'.", allowed=[one.name for one in self.every()])
        return self._read(path)

    def make(self, title: str) -> Dashboard:
        """A new dashboard without views, under a name made from its title.

        Raises:
            DashboardError: The title is empty or too long.
        """
        with self._lock:
            title = _title(title)
            name = free_name(title, {one.name for one in self.every()}, "dashboard")
            self._write(name, {"title": title, "views": []})
        return self.one(name)

    def add(self, name: str, view: View) -> None:
        """Puts a view at the end.

        Raises:
            DashboardError: It is there already, or there are too many.
        """
        with self._lock:
            now = self._readable(name)
            if any((one.metric, one.question) == (view.metric, view.question) for one in now.views):
                raise DashboardError(f"'{now.title}' has this view already.", do="Nothing was changed.")
            if len(now.views) >= MOST_VIEWS:
                raise DashboardError(f"'{now.title}' has {MOST_VIEWS} views.", do="Make another dashboard.")
            content = self._content(name)
            entry = self._entry(view) | ({"question": dict(view.question)} if view.question else {})
            content.setdefault("views", [])
            content["views"] = content["views"] or []
            content["views"].append(entry)
            self._write(name, content)

    def move(self, name: str, version: str, position: int, by: int) -> None:
        """Moves a view up (by -1) or down (by 1); at an end it stays.

        Raises:
            DashboardError: The dashboard has changed since that version.
        """
        with self._lock:
            content, views = self._views(name, version, position)
            to = min(max(position + by, 0), len(views) - 1)
            views.insert(to, views.pop(position))
            self._write(name, content)

    def remove(self, name: str, version: str, position: int) -> View:
        """Takes a view away.

        Returns:
            The view, for putting it back.

        Raises:
            DashboardError: The dashboard has changed since that version.
        """
        with self._lock:
            content, views = self._views(name, version, position)
            gone = self.one(name).views[position]
            del views[position]
            self._write(name, content)
        return gone

    def rename(self, name: str, title: str) -> None:
        """Gives a dashboard another title; its address stays.

        Raises:
            DashboardError: The title is empty or too long.
        """
        with self._lock:
            self._readable(name)
            content = self._content(name)
            content["title"] = _title(title)
            self._write(name, content)

    def delete(self, name: str) -> None:
        """Takes a dashboard away.

        Raises:
            DashboardError: There is none.
        """
        with self._lock:
            self.one(name)
            (self.folder / f"{name}.yml").unlink()

    def _entry(self, view: View) -> dict[str, Any]:
        """What a file says of a view beside its question."""
        return {"title": _title(view.title), "metric": view.metric}

    def _metric(self, name: str, entry: Mapping[str, Any]) -> object:
        """The metric of a view of a file."""
        del name
        return entry.get("metric")

    def _readable(self, name: str) -> Dashboard:
        found = self.one(name)
        if found.problem:
            raise DashboardError(found.problem, do="Put the file right first. Nothing was changed.")
        return found

    def _views(self, name: str, version: str, position: int) -> tuple[Any, list[Any]]:
        now = self._readable(name)
        if now.version != version or not 0 <= position < len(now.views):
            raise DashboardError(
                f"'{now.title}' was changed meanwhile.", do="Look at it as it is now, and do it again."
            )
        content = self._content(name)
        return content, content["views"]

    def _content(self, name: str) -> Any:  # noqa: ANN401 - a YAML document, with its comments
        return _yaml().load((self.folder / f"{name}.yml").read_text(encoding="utf-8")) or {}

    def _write(self, name: str, content: Any) -> None:  # noqa: ANN401 - as above
        text = io.StringIO()
        _yaml().dump(content, text)
        self.folder.mkdir(exist_ok=True)
        write_text(self.folder / f"{name}.yml", text.getvalue())

    def _read(self, path: Path) -> Dashboard:
        name = path.stem
        try:
            text = path.read_text(encoding="utf-8")
            version = hashlib.sha256(text.encode()).hexdigest()[:16]
            content = YAML(typ="safe", pure=True).load(text) or {}
            if not isinstance(content, dict):
                raise _Unreadable("is not a mapping with title and views")
            views = content.get("views") or []
            if not isinstance(views, list):
                raise _Unreadable("has no list under views")
            title = str(content.get("title") or name.replace("_", " ").capitalize())
            return Dashboard(
                name, title, tuple(self._view(name, view, number) for number, view in enumerate(views, 1)), version
            )
        except MarkedYAMLError as error:
            line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
            return Dashboard(name, name, problem=f"{path}{line} is not YAML: {error.problem}.")
        except (_Unreadable, YAMLError, OSError, UnicodeDecodeError) as error:
            return Dashboard(name, name, problem=f"{path} {error}.")

    def _view(self, name: str, view: object, number: int) -> View:
        metric = self._metric(name, view) if isinstance(view, dict) else None
        if not isinstance(view, dict) or not isinstance(metric, str):
            raise _Unreadable(f"has no metric in view {number}")
        question = view.get("question") or {}
        if not isinstance(question, dict):
            raise _Unreadable(f"has no mapping under question in view {number}")
        return View(
            str(view.get("title") or metric),
            metric,
            {str(k): _value(v, number) for k, v in question.items()},
        )


def _yaml() -> YAML:
    found = YAML()  # keeps comments
    found.width = 120
    found.indent(mapping=2, sequence=4, offset=2)
    return found


class _Unreadable(ValueError):
    """What is wrong with a file, as the end of a sentence that begins with its name."""


def _value(value: object, number: int) -> str | list[str]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(_value(one, number)) for one in value]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str | int | float):
        raise _Unreadable(f"has a {type(value).__name__} in the question of view {number}; write account.plan=Pro")
    return str(value)


def _title(title: str) -> str:
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE:
        raise DashboardError(f"The title has {len(title)} characters.", allowed=[f"1 to {LONGEST_TITLE}"])
    return title
