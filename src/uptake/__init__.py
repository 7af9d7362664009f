"""Uptake measures how far the users and accounts of a product have adopted it.

import uptake
ws = uptake.open("demo-workspace")
ws.metric("activation_rate", by="account.plan", period="month")
"""

from typing import TYPE_CHECKING

from uptake.version import __version__

__all__ = ["Workspace", "__version__", "from_events", "init", "lens", "open"]

if TYPE_CHECKING:
    from uptake.oneoff import from_events
    from uptake.web.lens_answer import lens_answer as lens
    from uptake.workspace import Workspace, init

    open = Workspace  # noqa: A001 - `uptake.open(home)` reads as it should
else:

    def __getattr__(name: str) -> object:
        """Fetches the engine when it is first needed: `uptake --help` has no use for half a second of imports."""
        if name == "from_events":
            from uptake.oneoff import from_events

            return from_events
        if name == "lens":  # says what the pages of teams say, and is made of them
            from uptake.web.lens_answer import lens_answer

            return lens_answer
        if name in ("Workspace", "init", "open"):
            from uptake import workspace

            return workspace.Workspace if name == "open" else getattr(workspace, name)
        raise AttributeError(f"module 'uptake' has no attribute {name!r}")
