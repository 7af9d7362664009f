"""Static files: those asked for by version stay in the browser for good, the others are asked for again."""

from __future__ import annotations

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOR_GOOD = "public, max-age=31536000, immutable"
AGAIN = "no-cache"


class Assets(StaticFiles):
    """A folder of files; pages ask for them as `name?v=version`."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = FOR_GOOD if b"v=" in scope["query_string"] else AGAIN
        return response
