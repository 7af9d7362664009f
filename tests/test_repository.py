"""What has to hold for the repository itself: locks, version, build, and nothing of others in git."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import uptake

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PINNED = re.compile(r"^([a-z0-9-]+)==([^ ]+)(?: ; (.+))? \\$")
HASHED = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
# In halves, or this file would be the first to hold them.
HOSTS = [
    "".join(halves)
    for halves in (("py", "pi.org"), ("python", "hosted"), ("npm", "js.org"), ("debian", ".org"), ("un", "pkg.com"))
]


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Every file that is in git or would be added to it."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def hatch_build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pins(lock: Path) -> dict[tuple[str, str], str]:
    """(name, marker) -> version."""
    found = (PINNED.match(line) for line in lock.read_text().splitlines())
    return {(pin[1], pin[3] or ""): pin[2] for pin in found if pin}


def test_no_file_names_a_package_registry(tracked: list[Path]) -> None:
    for path in tracked:
        text = path.read_text(encoding="utf-8", errors="ignore").lower()
        assert [host for host in HOSTS if host in text] == [], path


def test_no_script_of_others_is_in_git(tracked: list[Path]) -> None:
    for path in tracked:
        assert "_vendor" not in path.parts, path
        if path.suffix in {".js", ".mjs", ".css"}:
            lines = path.read_text().splitlines()
            assert max(map(len, lines), default=0) < 400, f"{path} looks minified"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_is_pinned_and_hashed(lock: Path) -> None:
    lines = [line for line in lock.read_text().splitlines() if line and not line.lstrip().startswith("#")]
    assert lines
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        assert PINNED.match(line) or HASHED.match(line), line
        assert line.endswith("\\") == bool(HASHED.match(following)), line


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_index_and_no_address(lock: Path) -> None:
    assert not re.search(r"://|^\s*-[a-z]|--(index|extra|find|trusted)", lock.read_text(), flags=re.MULTILINE)


def test_locks_agree_with_each_other() -> None:
    agreed: dict[tuple[str, str], str] = {}
    for lock in LOCKS:
        for key, version in pins(lock).items():
            assert agreed.setdefault(key, version) == version, f"{key} in {lock.name}"


def test_the_runtime_lock_holds_what_the_project_asks_for(pyproject: dict[str, Any]) -> None:
    locked = pins(ROOT / "requirements/runtime.txt")
    for text in pyproject["project"]["dependencies"]:
        wanted = Requirement(text)
        versions = [version for (name, _), version in locked.items() if name == canonicalize_name(wanted.name)]
        assert versions, text
        assert all(version in wanted.specifier for version in versions), text


def test_the_build_lock_holds_what_the_build_asks_for_without_django(pyproject: dict[str, Any]) -> None:
    locked = pins(ROOT / "requirements/build.txt")
    exact = dict(text.split("==") for text in pyproject["build-system"]["requires"])
    assert {name: locked[name, ""] for name in exact} == exact
    assert not any(name == "django" for name, _ in locked)


def test_a_compiled_package_is_locked_for_several_platforms() -> None:
    _, _, after = (ROOT / "requirements/runtime.txt").read_text().partition("\nduckdb==")
    assert len(re.findall("sha256:", after.partition("# via")[0])) > 10


def test_the_version_is_written_in_one_place(pyproject: dict[str, Any]) -> None:
    assert pyproject["project"]["dynamic"] == ["version"]
    assert importlib.metadata.version("uptake") == uptake.__version__
    assert f"\n## {uptake.__version__} " in (ROOT / "CHANGELOG.md").read_text()
    named = [path for path in (ROOT / "src").rglob("*.py") if re.search(r"__version__ *=", path.read_text())]
    assert named == [ROOT / "src/uptake/version.py"]


def test_ci_runs_make_test_and_nothing_else() -> None:
    _, *commands = (ROOT / ".ci/run").read_text().splitlines()
    assert commands == ["set -euo pipefail", 'cd "$(dirname "${BASH_SOURCE[0]}")/.."', "make test"]


def test_the_build_writes_the_same_reviewed_scripts_twice(hatch_build: ModuleType, tmp_path: Path) -> None:
    for folder in (tmp_path / "first", tmp_path / "second"):
        hatch_build.write_scripts(folder)
        sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
        assert sums == hatch_build.SHA256


def test_the_build_replaces_a_script_that_was_changed(hatch_build: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "htmx.min.js").write_text("changed")
    hatch_build.write_scripts(tmp_path)
    content = (tmp_path / "htmx.min.js").read_bytes()
    assert hashlib.sha256(content).hexdigest() == hatch_build.SHA256["htmx.min.js"]


def test_the_build_refuses_a_script_that_nobody_reviewed(
    hatch_build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(hatch_build.SHA256, "htmx.min.js", "0" * 64)
    with pytest.raises(hatch_build.JavaScriptChanged, match=r"htmx\.min\.js has SHA-256 71ea67.*NOTICE"):
        hatch_build.write_scripts(tmp_path)
    assert not (tmp_path / "htmx.min.js").exists()


def test_the_wheel_holds_scripts_and_licences_and_is_the_same_twice(hatch_build: ModuleType, tmp_path: Path) -> None:
    wheels: list[Path] = []
    for folder in (tmp_path / "first", tmp_path / "second"):
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        wheels += folder.glob("*.whl")
    first, second = wheels
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as wheel:
        for name, expected in hatch_build.SHA256.items():
            assert hashlib.sha256(wheel.read(f"uptake/web/_vendor/{name}")).hexdigest() == expected
        names = wheel.namelist()
    assert "uptake/py.typed" in names
    assert {name.rpartition("/")[2] for name in names if "/licenses/" in name} == {"LICENSE", "NOTICE"}
    assert {name.split("/")[0].split("-")[0] for name in names} == {"uptake"}
