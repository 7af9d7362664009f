"""Puts the JavaScript of Uptake's pages into the wheel; none of it is kept in git.

htmx comes out of django-htmx, Vega with Vega-Lite and vega-embed out of vl-convert. Both are build
requirements with exact versions, so the same bytes come out every time, and their SHA-256 is checked.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("src/uptake/web/_vendor")

SHA256 = {
    "htmx.min.js": "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de",
    "vega.js": "373b1f84072b31010f15ceb787be6b415c53936411aae267c8c2b2b6ccde46e7",
}


class JavaScriptChanged(Exception):
    """A build requirement gave other bytes than the ones that were reviewed."""


def read_htmx() -> bytes:
    """The minified htmx 2 that django-htmx carries; Django itself need not be installed."""
    spec = importlib.util.find_spec("django_htmx")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("django-htmx is a build requirement and is not installed")
    return (Path(spec.origin).parent / "static/django_htmx/htmx-2.min.js").read_bytes()


def bundle_vega() -> bytes:
    """Vega, Vega-Lite and vega-embed in one script that defines `window.vegaEmbed`."""
    import vl_convert  # 88 MB of it: read only when the bundle has to be made

    return vl_convert.javascript_bundle("window.vegaEmbed=vegaEmbed;").encode()


SOURCES: dict[str, Callable[[], bytes]] = {"htmx.min.js": read_htmx, "vega.js": bundle_vega}


def write_scripts(folder: Path) -> None:
    """Write every script into the folder, leaving those that are already right.

    Args:
        folder: Where to write; made when absent.

    Raises:
        JavaScriptChanged: The bytes differ from the reviewed ones; the file is not written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, read in SOURCES.items():
        path = folder / name
        if path.exists() and _sha256(path.read_bytes()) == SHA256[name]:
            continue
        script = read()
        if _sha256(script) != SHA256[name]:
            raise JavaScriptChanged(
                f"{name} has SHA-256 {_sha256(script)}, but {SHA256[name]} was reviewed. "
                "Install the versions in requirements/build.txt, or review the new script, its licences in NOTICE "
                "and the pages that use it, and write the new sum into hatch_build.py."
            )
        path.write_bytes(script)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class ScriptsHook(BuildHookInterface[BuilderConfig]):
    """Runs before a wheel or an editable install is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Write the scripts where the wheel takes them from."""
        write_scripts(Path(self.root) / VENDOR)
