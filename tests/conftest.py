"""What all tests share: Hypothesis without a clock, and empty workspaces that open fast."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

import uptake

# No test asserts a time: the first call of a library may be slow on a busy machine.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

NewHome = Callable[..., Path]


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Keeps the engine from sharing out a handful of rows, which takes it longer than the work."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("UPTAKE_THREADS", "1")
        yield


@pytest.fixture(scope="session")
def _opened_homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Plan -> an empty home that was opened once, so that a copy of it opens without making a calendar first."""
    return {}


@pytest.fixture(scope="session")
def lasting_home(tmp_path_factory: pytest.TempPathFactory, _opened_homes: dict[str, Path]) -> NewHome:
    """Makes the home of an empty workspace with a plan, for what the tests of many modules share."""

    def make(plan: str = "product: {timezone: UTC}", folder: Path | None = None) -> Path:
        if plan not in _opened_homes:
            first = tmp_path_factory.mktemp("opened") / "home"
            uptake.init(first, {"plan.yml": plan})
            uptake.open(first).close()
            _opened_homes[plan] = first
        home = folder or tmp_path_factory.mktemp("copied") / "home"
        shutil.copytree(_opened_homes[plan], home)
        return home

    return make


@pytest.fixture(scope="module")
def new_home(lasting_home: NewHome) -> Iterator[NewHome]:
    """Makes the home of an empty workspace with a plan; it goes with its module, as all of them together fill a disk."""
    made: list[Path] = []

    def make(plan: str = "product: {timezone: UTC}", folder: Path | None = None) -> Path:
        made.append(lasting_home(plan, folder))
        return made[-1]

    yield make
    for home in made:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def workspace(new_home: NewHome) -> Iterator[uptake.Workspace]:
    """An empty workspace, UTC, without features."""
    with uptake.open(new_home()) as opened:
        yield opened


@pytest.fixture(scope="module")
def scenario(new_home: NewHome, one_thread: None) -> Iterator[Callable[..., uptake.Workspace]]:
    """`scenario("name", plan)`: a workspace with the rows of a scenario, shared within the module and not to be changed."""
    from scenario_rows import reading  # beside the tests that ask for it

    with ExitStack() as opened:
        made: dict[tuple[str, str], uptake.Workspace] = {}

        def make(name: str, plan: str = "product: {timezone: UTC}") -> uptake.Workspace:
            if (name, plan) not in made:
                workspace = opened.enter_context(uptake.open(new_home(plan)))
                summary = workspace.import_rows(reading(name), "events")
                assert not summary.reasons, summary.reasons
                made[name, plan] = workspace
            return made[name, plan]

        yield make
