"""The answer to a question to a metric, as a file to keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from uptake import charts
from uptake.metrics.core import export
from uptake.web.pages import question
from uptake.web.pages.answer_chart import chart_of
from uptake.web.reader import Reader

FILES = {"csv": "CSV", "parquet": "Parquet", "json": "JSON", "svg": "SVG", "png": "PNG"}
TRIANGLE = "retention_heatmap"
"""The other picture of retention, which the page has as a table."""
PICTURES: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "svg": lambda spec: charts.svg(spec).encode(),
    "png": charts.png,
}
"""Pictures as files show what the page shows."""
FILE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "png": "image/png",
    "svg": "image/svg+xml",
}


def file(reader: Reader, request: Request) -> Response:
    """The answer as a file."""
    found, ending = question.entry(request), request.path_params["ending"]
    if ending not in export.FORMATS:
        raise HTTPException(404)
    given = question.read(request.query_params)
    is_triangle = given.pop("picture", "") == TRIANGLE
    result = reader.metric(found.name, question.as_asked(given)).result()
    if ending not in PICTURES:
        return attachment(export.FORMATS[ending](result), found.name, ending)
    spec = chart_of(reader, result, (), TRIANGLE if is_triangle and result.kind == "retention" else "")
    return attachment(PICTURES[ending](dict(spec)), f"{found.name}{'_triangle' * is_triangle}", ending)


def attachment(content: bytes, name: str, ending: str) -> Response:
    """A file to keep."""
    headers = {"content-disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(content, media_type=FILE_TYPES[ending], headers=headers)
