"""Uptake measures how far the users and accounts of a product have adopted it.

    import uptake
    ws = uptake.open("demo-workspace")
    ws.metric("activation_rate", by="account.plan", period="month")
"""

from uptake.workspace import Workspace, init

__version__ = "0.1.0"
__all__ = ["Workspace", "__version__", "init", "open"]

open = Workspace  # noqa: A001 - `uptake.open(home)` reads as it should
"""Opens a workspace."""
