import importlib
import inspect
import pkgutil
import subprocess
import sys
from types import ModuleType

import pytest

import uptake.stats

MODULES = [
    importlib.import_module(f"uptake.stats.{module.name}") for module in pkgutil.iter_modules(uptake.stats.__path__)
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_public_function_shows_an_example(module: ModuleType) -> None:
    functions = {
        name: function
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert [name for name, function in functions.items() if ">>>" not in (function.__doc__ or "")] == []


def test_importing_the_package_does_not_load_scipy() -> None:
    imports = "; ".join(f"import {module.__name__}" for module in MODULES)
    check = f"import sys; {imports}; print(sorted(name for name in sys.modules if name.startswith('scipy')))"
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
