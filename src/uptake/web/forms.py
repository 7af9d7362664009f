"""Forms that change something: read, and refused unless a page of this server sent them.

A page of another site can make a browser send a form here, though not read what comes back. Whoever sends one has to
know a token that stands in the pages of this server alone; browsers also say from where a request comes.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

TOKEN = "form_token"  # noqa: S105 - the field's name, not its value
MOST_BYTES = 100_000
TYPE = "application/x-www-form-urlencoded"

Form = Mapping[str, str]
"""Name of a field -> its value, without blanks around it; of several the last."""


async def read(request: Request, token: str) -> Form:
    """The fields of a form that a page of this server sent.

    Args:
        request: The request.
        token: What stands in this server's pages.

    Raises:
        HTTPException: It is from elsewhere, or no such form.
    """
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise HTTPException(403, "The form was sent by another site.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TYPE:
        raise HTTPException(415, f"A form is sent as {TYPE}.")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise HTTPException(413, "The form is too long.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=100)
    except ValueError:
        raise HTTPException(400, "The form is not readable.") from None
    form = {name: value.strip() for name, value in pairs}
    if not hmac.compare_digest(form.pop(TOKEN, "").encode(), token.encode()):
        raise HTTPException(
            403, "The form is from before the server was started. Load the page again and send it again."
        )
    return form
