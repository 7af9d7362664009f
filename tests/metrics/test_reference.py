"""The page that lists everything that can be asked is complete: outsiders write code against it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

from uptake.metrics.catalogue import catalogue
from uptake.metrics.core.metric import ParamType
from uptake.metrics.core.question import Question
from uptake.metrics.core.universal import UNIVERSAL
from uptake.metrics.glossary import about

HOOKS = Path(__file__).parents[2] / "docs" / "hooks.py"


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hooks", HOOKS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_metric_and_parameter_is_on_the_page(hooks: ModuleType) -> None:
    ((path, text),) = hooks.questions()
    assert path == "reference/metrics.md"
    for name in UNIVERSAL:
        assert f"| `{name}` |" in text
    for name, entry in catalogue().items():
        _, _, rest = text.partition(f"\n### {name}\n")
        part, _, _ = rest.partition("\n### ")
        assert part, name
        for param in entry.metric.params:
            assert f"| `{param.name}` | {param.type} |" in part


def test_every_type_says_what_it_takes(hooks: ModuleType) -> None:
    assert set(hooks.TYPES) == set(get_args(ParamType))


def test_what_every_metric_takes_is_what_a_question_holds() -> None:
    """And no metric has a parameter of its own by one of these names."""
    fields = {"segment": "segments"}
    assert {fields.get(name, name) for name in UNIVERSAL} <= set(Question.__dataclass_fields__)
    own = {param.name for entry in catalogue().values() for param in entry.metric.params}
    assert not own & set(UNIVERSAL)


def test_every_column_says_what_it_holds(hooks: ModuleType) -> None:
    for name, entry in catalogue().items():
        for _, columns in hooks.answers(entry):
            assert [column.name for column in columns if not about(column.name)] == [], name


def test_every_question_of_a_workspace_is_on_the_page(hooks: ModuleType) -> None:
    """What asks is inherited: metric, people, scores and the rest stand there as much as importing does."""
    ((path, text),) = hooks.python()
    assert path == "reference/python.md"
    for method in ("metric", "people", "scores", "explain", "placements", "rows_of", "import_events", "close"):
        assert f"### Workspace.{method}\n" in text
    assert "`to_pandas`: The rows as a pandas frame." in text
