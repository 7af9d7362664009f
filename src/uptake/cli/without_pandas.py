"""Keeps pandas out of the command's own process, where it happens to be installed.

DuckDB imports pandas at the first bound parameter, and pyarrow at the first list, only to see whether what they were
given is of pandas. No command gives them anything of pandas, and loading it takes 0.9 s of processor time and 54 MB:
more than all the rest of a start. Neither has an option for it, so the import is refused, which both are made for.
Programs that use Uptake as a library are not touched.
"""

from __future__ import annotations

import sys


class _WithoutPandas:
    """A finder that says at once that there is no pandas."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        del path, target
        if name == "pandas":
            raise ModuleNotFoundError("Uptake's commands work without pandas.", name=name)


def refuse() -> None:
    """From now on, importing pandas in this process says that it is not installed."""
    # Not `sys.modules["pandas"] = None`: pyarrow takes any entry there for pandas itself.
    sys.meta_path.insert(0, _WithoutPandas)
