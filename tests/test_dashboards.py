"""Dashboards are files: made, filled, reordered, kept with their comments, and refused where they cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from uptake.dashboards import MOST_VIEWS, Dashboards, View
from uptake.errors import DashboardError

BACK = View("Who comes back", "retention", {"unit": "month", "by": ["account.plan"], "where": ["account.plan=Pro"]})
HABIT = View('A "habit": yes', "stickiness", {"date_from": "2026-01-01", "weekends": "true"})


@pytest.fixture
def kept(tmp_path: Path) -> Dashboards:
    return Dashboards(tmp_path)


def test_what_is_saved_is_read_again(kept: Dashboards) -> None:
    made = kept.make("  Monday   review ")
    assert (made.name, made.title, made.views) == ("monday_review", "Monday review", ())
    kept.add(made.name, BACK)
    kept.add(made.name, HABIT)
    again = Dashboards(kept.folder.parent)
    assert again.one(made.name).views == (BACK, HABIT)
    assert [one.name for one in again.every()] == ["monday_review"]


def test_views_move_and_go(kept: Dashboards) -> None:
    name = kept.make("A").name
    for number in range(3):
        kept.add(name, View(str(number), "retention", {"units": str(number + 1)}))
    kept.move(name, kept.one(name).version, 2, -1)
    kept.move(name, kept.one(name).version, 0, -1)
    assert [view.title for view in kept.one(name).views] == ["0", "2", "1"]
    assert kept.remove(name, kept.one(name).version, 0).title == "0"
    assert [view.title for view in kept.one(name).views] == ["2", "1"]
    kept.rename(name, "Of B")
    assert kept.one(name).title == "Of B"
    kept.delete(name)
    assert kept.every() == []


def test_names_are_made_of_titles_and_never_taken_twice(kept: Dashboards) -> None:
    assert [kept.make(title).name for title in ("Über uns", "uber uns", "2026", "???", "../x")] == [
        "uber_uns", "uber_uns_2", "dashboard_2026", "dashboard", "x",
    ]  # fmt: skip


def test_a_view_is_on_a_dashboard_once(kept: Dashboards) -> None:
    name = kept.make("A").name
    kept.add(name, BACK)
    with pytest.raises(DashboardError, match="has this view already"):
        kept.add(name, View("Another title", BACK.metric, BACK.question))


def test_whoever_looks_at_an_older_state_changes_nothing(kept: Dashboards) -> None:
    name = kept.make("A").name
    kept.add(name, BACK)
    old = kept.one(name).version
    kept.add(name, HABIT)
    for change in (lambda: kept.remove(name, old, 0), lambda: kept.move(name, old, 0, 1)):
        with pytest.raises(DashboardError, match="changed meanwhile"):
            change()
    with pytest.raises(DashboardError, match="changed meanwhile"):
        kept.remove(name, kept.one(name).version, 2)
    assert len(kept.one(name).views) == 2


def test_comments_stay(kept: Dashboards) -> None:
    kept.folder.mkdir()
    file = kept.folder / "board.yml"
    file.write_text(
        "# for the board\ntitle: Board\nviews:\n  # most asked\n  - metric: retention\n    question: {units: 6}\n"
    )
    assert kept.one("board").views == (View("retention", "retention", {"units": "6"}),)
    kept.add("board", HABIT)
    kept.rename("board", "The board")
    text = file.read_text()
    assert "# for the board" in text
    assert "# most asked" in text
    assert len(kept.one("board").views) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: [", "is not YAML"),
        ("- a", "is not a mapping"),
        ("views: 3", "has no list under views"),
        ("views: [{title: a}]", "has no metric in view 1"),
        ("views: [{metric: a, question: [b]}]", "no mapping under question in view 1"),
        ("views: [{metric: a, question: {where: {plan: Pro}}}]", "has a dict in the question of view 1"),
        ("title: a\ntitle: b", "is not YAML"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_stays(kept: Dashboards, text: str, said: str) -> None:
    kept.folder.mkdir()
    (kept.folder / "bad.yml").write_text(text)
    (found,) = kept.every()
    assert said in found.problem
    with pytest.raises(DashboardError):
        kept.add("bad", BACK)
    assert (kept.folder / "bad.yml").read_text() == text


def test_what_is_not_there_or_too_much_is_refused(kept: Dashboards) -> None:
    for name in ("nothing", "../plan", "A"):
        with pytest.raises(DashboardError, match="There is no dashboard"):
            kept.one(name)
    for title in ("", " ", "x" * 201):
        with pytest.raises(DashboardError, match="characters"):
            kept.make(title)
    name = kept.make("A").name
    for number in range(MOST_VIEWS):
        kept.add(name, View("v", "retention", {"units": str(number)}))
    with pytest.raises(DashboardError, match="has 40 views"):
        kept.add(name, BACK)
