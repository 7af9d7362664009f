"""Reads the folder of a plan and says everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from uptake.errors import PlanError
from uptake.plan.document import Place, Refusal, Value, nearest_place, read_document
from uptake.plan.model import Plan
from uptake.plan.problems import Location, location_text, shown
from uptake.plan.section import explain
from uptake.plan.segment_list import read_list
from uptake.plan.segments import FOLDER, SIDES, is_list

MOST_BYTES = 1_000_000
MOST_LIST_BYTES = 100_000_000
MOST_SHOWN = 50
"""Problems in one message; the rest is counted."""


def load(folder: Path) -> Plan:
    """Reads every `*.yml` and `*.yaml` of a folder as one plan, and the lists of its segments, `lists/*.csv`.

    Args:
        folder: The folder; a missing or empty one gives the default plan. Other sub-folders and hidden files
            are not read.

    Raises:
        PlanError: With every problem found, each with file, line, the value and what is allowed.
    """
    return parse(texts_of(folder))


def parse(texts: Mapping[str, str]) -> Plan:
    """Reads a plan from texts.

    Args:
        texts: File name, as messages should show it, to the YAML text, or to the CSV text of a list.

    Raises:
        PlanError: With every problem found.

    >>> parse({"plan.yml": "product: {name: Planboard}"}).product.name
    'Planboard'
    """
    content, places, refusals, readable = _merged({name: texts[name] for name in texts if not name.endswith(".csv")})
    if not readable:
        raise _error(refusals)
    refusals += _with_lists(content, places, texts)
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


def content_of(texts: Mapping[str, str]) -> tuple[dict[str, Value], dict[Location, Place]]:
    """What the texts of a plan say, as it is written, the ids of lists in their segments; and where it stands.

    Args:
        texts: Texts that `parse` takes.
    """
    content, places, _, _ = _merged({name: texts[name] for name in texts if not name.endswith(".csv")})
    list(_with_lists(content, places, texts))
    return content, places


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


def _with_lists(
    content: dict[str, Value], places: Mapping[Location, Place], texts: Mapping[str, str]
) -> Iterator[Refusal]:
    """Puts the ids of lists into the segments that name them."""
    segments = content.get("segments")
    if not isinstance(segments, dict):
        return
    for name, segment in segments.items():
        if not isinstance(segment, dict) or not isinstance(listed := segment.get("list"), str):
            continue
        location = ("segments", name, "list")
        if "ids" in segment:
            yield Refusal(places[location], f"{location_text(location[:2])} has list and ids. Give one of them.")
        elif segment.get("entity") in SIDES and is_list(listed):
            file = str(PurePosixPath(places[location].file).parent / listed)
            if file not in texts:
                text = f"{location_text(location)} is {shown(listed)}, and there is no file {file}."
                yield Refusal(places[location], text)
                continue
            ids, wrong = read_list(texts[file], file, str(segment["entity"]))
            segments[name] = {**segment, "ids": ids}
            yield from wrong


def _error(refusals: list[Refusal]) -> PlanError:
    ordered = sorted(refusals, key=lambda refusal: (refusal.place.file, refusal.place.line))
    lines = [f"{refusal.place}: {refusal.text}" for refusal in ordered[:MOST_SHOWN]]
    if len(ordered) > MOST_SHOWN:
        lines.append(f"And {len(ordered) - MOST_SHOWN:,} more.")
    return PlanError("\n".join(lines))


def texts_of(folder: Path) -> dict[str, str]:
    """The texts of a plan's files, by their names as messages show them, "plan/features.yml".

    Raises:
        PlanError: A file cannot be read.
    """
    try:
        if not folder.exists():
            return {}
        found = files(folder)
    except OSError as error:
        raise PlanError(f"The plan's folder {folder} cannot be read: {error.strerror}.") from None
    names = {file: f"{folder.name}/{file.relative_to(folder).as_posix()}" for file in found if not file.is_dir()}
    return {name: _text(file, name) for file, name in names.items()}


def files(folder: Path) -> list[Path]:
    """The files a plan is read from: YAML, and CSV in the folder of lists.

    Raises:
        OSError: The folder cannot be read.
    """
    lists = folder / FOLDER
    found = [path for path in folder.iterdir() if path.suffix in (".yml", ".yaml")]
    found += [path for path in lists.iterdir() if path.suffix == ".csv"] if lists.is_dir() else []
    return sorted(path for path in found if not path.name.startswith("."))


def stamps(folder: Path) -> tuple[tuple[str, int, int, int], ...]:
    """Names, sizes, times and places of a plan's files, by which a change is known without reading them."""
    try:
        stats = [(str(file), file.stat()) for file in files(folder)]
    except OSError:
        return ()  # whoever reads them says what is wrong
    return tuple((name, stat.st_size, stat.st_mtime_ns, stat.st_ino) for name, stat in stats)


def _text(file: Path, called: str) -> str:
    most = MOST_LIST_BYTES if file.suffix == ".csv" else MOST_BYTES
    try:
        if not file.is_file():
            raise PlanError(f"{called} is not a regular file.", do="Move it out of the plan's folder.")
        with file.open("rb") as stream:
            content = stream.read(most + 1)
    except OSError as error:
        raise PlanError(f"{called} cannot be read: {error.strerror}.") from None
    if len(content) > most:
        size = f"{file.stat().st_size:,}"
        raise PlanError(f"{called} has {size} bytes.", allowed=[f"at most {most:,}"], do="Split the file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{content[error.start]:02x}"
        raise PlanError(f"{called}:{line}: {found} is not UTF-8.", do="Save the file as UTF-8.") from None
