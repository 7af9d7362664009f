"""Writes numbers of scores and placements into the files of a plan; every other character of them stays as people wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml.nodes import MappingNode

from uptake.errors import PlanError
from uptake.plan import written_out
from uptake.plan.condition import BOUNDS
from uptake.plan.in_place import put_in, section_of, with_value
from uptake.plan.loader import parse, texts_of
from uptake.plan.model import Plan
from uptake.plan.problems import Location, location_text
from uptake.plan.quoting import number
from uptake.plan.scores import DEFAULT_SCORES
from uptake.plan.segment_writing import write_text

Section = Literal["scores", "placements"]
"""Sections whose numbers can be written; each has a file of its name where no other file has it."""
KEYS = ("weight", "worst", "best")
"""Numbers of a component of a score."""
BANDS = ("good", "poor")
Numbers = Mapping[Location, float]
"""Where a number stands, ("bands", "good") or ("labels", 0, "when", "breadth", "lt") -> the number."""


def numbers(plan: Plan, section: Section, name: str) -> dict[Location, float | None]:
    """The numbers of a score or a placement that can be written, as they are; None: its signal's own.

    Raises:
        PlanError: There is none of that name.
    """
    known = plan.all_scores if section == "scores" else plan.all_placements
    if name not in known:
        raise PlanError(f"The plan has no {section.removesuffix('s')} '{name}'.", allowed=known)
    return _of_score(plan, name) if section == "scores" else _of_placement(plan, name)


def _of_score(plan: Plan, name: str) -> dict[Location, float | None]:
    found = plan.all_scores[name]
    made: dict[Location, float | None] = {("bands", key): getattr(found.bands, key) for key in BANDS}
    for part, component in found.components.items():
        made |= {("components", part, key): getattr(component, key) for key in KEYS}
    return made


def _of_placement(plan: Plan, name: str) -> dict[Location, float | None]:
    made: dict[Location, float | None] = {}
    for position, label in enumerate(plan.all_placements[name].labels):
        for below, condition in label.when.leaves() if label.when is not None else ():
            bound = condition.values[0]
            if condition.test in BOUNDS and not isinstance(bound, str):
                made["labels", position, "when", *below, condition.test] = bound
    return made


def with_numbers(texts: Mapping[str, str], folder: str, section: Section, name: str, wanted: Numbers) -> dict[str, str]:
    """The texts of a plan with other numbers of a score or a placement.

    Args:
        texts: Its files.
        folder: The name of their folder.
        section: scores or placements.
        name: Which one; one that comes without being written is written out first, a score with the others.
        wanted: The numbers; one that is as it was is not written.

    Raises:
        PlanError: There is no such score, placement or number, or the plan would have errors.
    """
    before = parse(texts)
    known = numbers(before, section, name)
    for location in wanted:
        if location not in known:
            what = f"The {section.removesuffix('s')} '{name}' has no number {location_text(location)}."
            raise PlanError(what, allowed=map(location_text, known))
    changed = {location: value for location, value in wanted.items() if known[location] != value}
    if not changed:
        return dict(texts)
    made = _with_entry(texts, folder, before, section, name)
    file = next(file for file, text in made.items() if _section(file, text, section) is not None)
    for location, value in changed.items():
        made[file] = with_value(made[file], (section, name, *location), number(value))
    _require_only(before, parse(made), section, name, changed)
    return made


def save(folder: Path, section: Section, name: str, wanted: Numbers) -> None:
    """Writes numbers into the plan's files, or does nothing at all; see `with_numbers`."""
    texts = texts_of(folder)
    put(folder, with_numbers(texts, folder.name, section, name, wanted))


def put(folder: Path, texts: Mapping[str, str]) -> None:
    """Makes the files of a plan what texts say: writes those that differ, and takes away those that are not among them."""
    now = texts_of(folder)
    parse(texts)
    for name, text in sorted(
        texts.items(), key=lambda item: not item[0].endswith(".csv")
    ):  # lists first: the plan names them
        if now.get(name) != text:
            path = folder.parent / name
            path.parent.mkdir(exist_ok=True)
            write_text(path, text)
    for name in now.keys() - texts.keys():
        (folder.parent / name).unlink()


def _with_entry(texts: Mapping[str, str], folder: str, plan: Plan, section: Section, name: str) -> dict[str, str]:
    """The texts with the score or the placement written out, if nobody has written it."""
    made, new = dict(texts), f"{folder}/{section}.yml"
    if section == "scores":
        return made if plan.scores else made | {new: made.get(new, "") + written_out.scores(DEFAULT_SCORES.values())}
    if name in plan.placements:
        return made
    entry = written_out.placement(plan.all_placements[name])
    for file, text in texts.items():
        node = _section(file, text, section)
        if isinstance(node, MappingNode) and node.value and not node.flow_style:
            return made | {file: put_in(text, node, entry)}
        if node is not None:
            raise PlanError(f"{file}: {section} stands in braces or is empty.", do="Write each in lines of its own.")
    indented = "".join(f"{written_out.INDENT}{line}\n" for line in entry.split("\n"))
    return made | {new: f"{made.get(new, '')}{section}:\n{indented}"}


def _section(file: str, text: str, section: Section) -> object:
    return None if file.endswith(".csv") else section_of(text, section)


def _require_only(before: Plan, after: Plan, section: Section, name: str, changed: Numbers) -> None:
    """The numbers are what they should be and nothing else has changed, whatever the layout was."""

    def rest(plan: Plan) -> object:
        known = plan.all_scores if section == "scores" else plan.all_placements
        others = {key: one for key, one in known.items() if key != name}
        whole = plan.model_dump(exclude={"scores"} if section == "scores" else {"placements"})
        return whole, others, None if section == "scores" else _without_thresholds(known[name].model_dump())

    is_written = numbers(after, section, name) == {**numbers(before, section, name), **changed}
    if not is_written or rest(before) != rest(after):
        raise PlanError(f"'{name}' cannot be written where {section} stands.", do="Write it into the plan by hand.")


def _without_thresholds(said: Any) -> Any:  # noqa: ANN401 - contents are of any type
    """What a placement says beside its numbers."""
    if isinstance(said, dict):
        is_threshold = said.get("test") in BOUNDS and not isinstance(said["values"][0], str)
        return {key: _without_thresholds(part) for key, part in said.items() if not (is_threshold and key == "values")}
    return [_without_thresholds(part) for part in said] if isinstance(said, list | tuple) else said
