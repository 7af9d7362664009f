"""Reads the folder of a plan and says everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from uptake.errors import PlanError
from uptake.plan.document import Place, Refusal, Value, nearest_place, read_document
from uptake.plan.model import Plan
from uptake.plan.problems import Location, location_text
from uptake.plan.section import explain

MOST_BYTES = 1_000_000
MOST_SHOWN = 50
"""Problems in one message; the rest is counted."""


def load(folder: Path) -> Plan:
    """Reads every `*.yml` and `*.yaml` of a folder as one plan.

    Args:
        folder: The folder; a missing or empty one gives the default plan. Sub-folders and hidden files
            are not read.

    Raises:
        PlanError: With every problem found, each with file, line, the value and what is allowed.
    """
    return parse(_texts(folder))


def parse(texts: Mapping[str, str]) -> Plan:
    """Reads a plan from texts.

    Args:
        texts: File name, as messages should show it, to the YAML text.

    Raises:
        PlanError: With every problem found.

    >>> parse({"plan.yml": "product: {name: Planboard}"}).product.name
    'Planboard'
    """
    content, places, refusals, readable = _merged(texts)
    if not readable:
        raise _error(refusals)
    try:
        plan = Plan.model_validate(content, context=places)
    except ValidationError as error:
        top = Place(min(texts, default="plan"), 1)
        for problem in explain(error, Plan):
            place = nearest_place(places, problem.location) or top
            refusals.append(Refusal(place, problem.text("The plan")))
    if refusals:
        raise _error(refusals)
    return plan


def _merged(
    texts: Mapping[str, str],
) -> tuple[dict[str, Value], dict[Location, Place], list[Refusal], bool]:
    """All files as one mapping. Not readable: a file is missing from it, so looking further would mislead."""
    content: dict[str, Value] = {}
    places: dict[Location, Place] = {}
    refusals: list[Refusal] = []
    readable = True
    for file in sorted(texts):
        document = read_document(texts[file], file)
        refusals += document.refusals
        if document.value is None:
            readable = readable and not document.refusals
            continue
        if not isinstance(document.value, dict):
            keys = ", ".join(Plan.keys())
            refusals.append(Refusal(Place(file, 1), f"The file is not a mapping of keys to values. Allowed: {keys}."))
            readable = False
            continue
        # A key whose whole content is commented out is not there.
        given = {key: value for key, value in document.value.items() if value is not None}
        for key in given.keys() & content.keys():
            text = f"{location_text((key,))} is given here and in {places[(key,)]}. Write it in one file."
            refusals.append(Refusal(document.places[(key,)], text))
        new = {key: value for key, value in given.items() if key not in content}
        content |= new
        places |= {location: place for location, place in document.places.items() if location[0] in new}
    return content, places, refusals, readable


def _error(refusals: list[Refusal]) -> PlanError:
    ordered = sorted(refusals, key=lambda refusal: (refusal.place.file, refusal.place.line))
    lines = [f"{refusal.place}: {refusal.text}" for refusal in ordered[:MOST_SHOWN]]
    if len(ordered) > MOST_SHOWN:
        lines.append(f"And {len(ordered) - MOST_SHOWN:,} more.")
    return PlanError("\n".join(lines))


def _texts(folder: Path) -> dict[str, str]:
    try:
        if not folder.exists():
            return {}
        files = sorted(path for path in folder.iterdir() if path.suffix in (".yml", ".yaml"))
    except OSError as error:
        raise PlanError(f"The plan's folder {folder} cannot be read: {error.strerror}.") from None
    return {
        f"{folder.name}/{file.name}": _text(file, f"{folder.name}/{file.name}")
        for file in files
        if not file.name.startswith(".") and not file.is_dir()
    }


def _text(file: Path, shown: str) -> str:
    try:
        if not file.is_file():
            raise PlanError(f"{shown} is not a regular file.", do="Move it out of the plan's folder.")
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise PlanError(f"{shown} cannot be read: {error.strerror}.") from None
    if len(content) > MOST_BYTES:
        size = f"{file.stat().st_size:,}"
        raise PlanError(f"{shown} has {size} bytes.", allowed=[f"at most {MOST_BYTES:,}"], do="Split the file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{content[error.start]:02x}"
        raise PlanError(f"{shown}:{line}: {found} is not UTF-8.", do="Save the file as UTF-8.") from None
