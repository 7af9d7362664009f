"""Benchmarks of the plan against the data."""

from __future__ import annotations

from pathlib import Path

from check_world import check, event

PLAN = """
features: {tasks: {events: [task]}}
benchmarks:
  all:
    where: {account.plan: Pro}
    exemplars: [a, b, nobody]
    proposed: {by: score.nothing}
    signals:
      bredth:
      active_days: {params: {window: 7}}
"""


def test_what_does_not_exist_is_told_with_its_line(tmp_path: Path) -> None:
    found = check(tmp_path, PLAN, events=[event("task", account_id=one) for one in ("a", "b")])
    said = {(one.where, one.what) for one in found}
    assert ("plan/plan.yml:6", "benchmarks.all.exemplars[3] is 'nobody', which is no account's id.") in said
    assert ("plan/plan.yml:7", "benchmarks.all.proposed.by: There is no score 'nothing'.") in said
    assert ("plan/plan.yml:9", "benchmarks.all.signals.bredth: There is no signal 'bredth'.") in said
    assert any(where == "plan/plan.yml:10" and "window" in what for where, what in said)
    assert any("account.plan" in what for _, what in said)
