"""Writes numbers of scores and of rules into the files of a plan; every other character of them stays as people wrote it.

Rules are those of placements, of alerts, of who qualifies and of segments; their numbers are thresholds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml.nodes import MappingNode

from uptake.errors import PlanError
from uptake.plan import written_out
from uptake.plan.condition import BOUNDS
from uptake.plan.group import Group
from uptake.plan.in_place import put_in, section_of, with_value, without
from uptake.plan.loader import content_of, parse, texts_of
from uptake.plan.model import Plan
from uptake.plan.problems import Location, location_text
from uptake.plan.quoting import number
from uptake.plan.scores import DEFAULT_SCORES
from uptake.plan.segment_writing import write_text

Section = Literal["scores", "placements", "alerts", "qualified", "segments"]
"""Sections whose numbers can be written; each has a file of its name where no other file has it."""
NOUNS: Mapping[Section, str] = {
    "scores": "score", "placements": "placement", "alerts": "alert", "qualified": "rule to qualify by", "segments": "segment",
}  # fmt: skip
OPTIONAL = ("worst", "best")
KEYS = ("weight", *OPTIONAL)
"""Numbers of a component of a score; without one of the optional ones its signal's own counts."""
BANDS = ("good", "poor")
RULES: Mapping[Section, tuple[str, ...]] = {
    "alerts": ("when", "clears"), "qualified": ("when",), "segments": ("where", "when"),
}  # fmt: skip
"""Where something has rules."""
OWN: Mapping[Section, tuple[str, ...]] = {"alerts": ("quiet_days",), "qualified": ("within_days",)}
"""Its numbers beside them."""
COUNTED = ("at_least", "at_most", "exactly", "last_days", "more_than_days")
"""Numbers of what somebody of a segment did."""
SAID_ELSEWHERE = ("journey",)
"""Placements whose numbers, unless they are written out, come from another section: metrics go by that one too."""
WRITTEN_TOGETHER: tuple[Section, ...] = ("scores", "alerts")
"""Sections of which what comes by itself goes as soon as one is written."""
Numbers = Mapping[Location, float | None]
"""Where a number stands, ("bands", "good") or ("labels", 0, "when", "breadth", "lt") -> the number; None: it is taken out."""


def numbers(plan: Plan, section: Section, name: str) -> dict[Location, float | None]:
    """The numbers of something in a section that can be written, as they are; None: its signal's own.

    Raises:
        PlanError: There is none of that name.
    """
    known = named(plan, section)
    if name not in known:
        raise PlanError(f"The plan has no {NOUNS[section]} '{name}'.", allowed=known)
    if section == "scores":
        return _of_score(plan, name)
    return _of_placement(plan, name) if section == "placements" else _of_rules(known[name], section)


def named(plan: Plan, section: Section) -> Mapping[str, Any]:
    """What a section holds by name, with what comes without being written."""
    return {
        "scores": plan.all_scores, "placements": plan.all_placements, "alerts": plan.all_alerts,
        "qualified": plan.all_qualified, "segments": plan.segments,
    }[section]  # fmt: skip


def _of_score(plan: Plan, name: str) -> dict[Location, float | None]:
    found = plan.all_scores[name]
    made: dict[Location, float | None] = {("bands", key): getattr(found.bands, key) for key in BANDS}
    for part, component in found.components.items():
        made |= {("components", part, key): getattr(component, key) for key in KEYS}
    return made


def _of_placement(plan: Plan, name: str) -> dict[Location, float | None]:
    made: dict[Location, float | None] = {}
    if name in SAID_ELSEWHERE and name not in plan.placements:
        return made
    for position, label in enumerate(plan.all_placements[name].labels):
        made |= _of_rule(label.when, ("labels", position, "when"))
    return made


def _of_rules(found: Any, section: Section) -> dict[Location, float | None]:  # noqa: ANN401 - of one of three sections
    made: dict[Location, float | None] = {}
    for key in RULES[section]:
        made |= _of_rule(getattr(found, key), (key,))
    if section == "segments":
        for position, behaviour in enumerate(found.did or ()):
            given = {key: getattr(behaviour, key) for key in COUNTED}
            made |= {("did", position, key): value for key, value in given.items() if value is not None}
    return made | {(key,): getattr(found, key) for key in OWN.get(section, ())}


def _of_rule(rule: Group | None, at: Location) -> dict[Location, float | None]:
    """The thresholds of a rule: numbers that something is held against."""
    made: dict[Location, float | None] = {}
    for below, condition in rule.leaves() if rule is not None else ():
        bound = condition.values[0]
        if condition.test in BOUNDS and not isinstance(bound, str):
            made[*at, *below, condition.test] = bound
    return made


def with_numbers(texts: Mapping[str, str], folder: str, section: Section, name: str, wanted: Numbers) -> dict[str, str]:
    """The texts of a plan with other numbers of a score or a placement.

    Args:
        texts: Its files.
        folder: The name of their folder.
        section: scores, placements, alerts, qualified or segments.
        name: Which one; one that comes without being written is written out first, a score and an alert with the others.
        wanted: The numbers; one that is as it was is not written.

    Raises:
        PlanError: There is no such thing or number, or the plan would have errors.
    """
    before = parse(texts)
    known = numbers(before, section, name)
    for location in wanted:
        if location not in known:
            what = f"The {NOUNS[section]} '{name}' has no number {location_text(location)}."
            raise PlanError(what, allowed=map(location_text, known))
        if wanted[location] is None and location[-1] not in OPTIONAL:
            raise PlanError(f"{location_text(location)} is empty.", allowed=("a number such as 0.25",))
    changed = {location: value for location, value in wanted.items() if known[location] != value}
    if not changed:
        return dict(texts)
    made = _with_entry(texts, folder, before, section, name)
    file = next(file for file, text in made.items() if _section(file, text, section) is not None)
    for location, value in changed.items():
        place = _as_written(made, (section, name, *location))
        made[file] = without(made[file], place) if value is None else with_value(made[file], place, number(value))
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
    """The texts with what is to be changed written out, if nobody has written it."""
    made, new = dict(texts), f"{folder}/{section}.yml"
    written = getattr(plan, section)
    if (section in WRITTEN_TOGETHER and written) or name in written:
        return made
    if section == "scores":
        return made | {new: made.get(new, "") + written_out.scores(DEFAULT_SCORES.values())}
    come = named(plan, section)
    entries = [written_out.entry(come[one]) for one in (come if section in WRITTEN_TOGETHER else [name])]
    for file, text in texts.items():
        node = _section(file, text, section)
        if isinstance(node, MappingNode) and node.value and not node.flow_style:
            return made | {file: put_in(text, node, "\n".join(entries))}
        if node is not None:
            raise PlanError(f"{file}: {section} stands in braces or is empty.", do="Write each in lines of its own.")
    indented = "".join(f"{written_out.INDENT}{line}\n" for line in "\n".join(entries).split("\n"))
    return made | {new: f"{made.get(new, '')}{section}:\n{indented}"}


def _as_written(texts: Mapping[str, str], location: Location) -> Location:
    """A location by the keys that people wrote: in a segment of accounts `seats` is short for `account.seats`."""
    said: Any = content_of(texts)[0]
    spelled: list[str | int] = []
    for key in location:
        short = str(key).partition(".")[2]
        is_short = isinstance(said, dict) and key not in said and short in said
        spelled.append(short if is_short else key)
        said = said.get(spelled[-1]) if isinstance(said, dict) else said[int(key)] if isinstance(said, tuple) else None
    return tuple(spelled)


def _section(file: str, text: str, section: Section) -> object:
    return None if file.endswith(".csv") else section_of(text, section)


def _require_only(before: Plan, after: Plan, section: Section, name: str, changed: Numbers) -> None:
    """The numbers are what they should be and nothing else has changed, whatever the layout was."""

    def rest(plan: Plan) -> object:
        known = named(plan, section)
        others = {key: one for key, one in known.items() if key != name}
        whole = plan.model_dump(exclude={str(section)})
        own = (*OWN.get(section, ()), *COUNTED) if section != "scores" else ()
        return whole, others, None if section == "scores" else _without_numbers(known[name].model_dump(), own)

    is_written = numbers(after, section, name) == {**numbers(before, section, name), **changed}
    if not is_written or rest(before) != rest(after):
        raise PlanError(f"'{name}' cannot be written where {section} stands.", do="Write it into the plan by hand.")


def _without_numbers(said: Any, own: Sequence[str]) -> Any:  # noqa: ANN401 - contents are of any type
    """What something says beside its thresholds and its own numbers."""
    if isinstance(said, dict):
        is_threshold = said.get("test") in BOUNDS and not isinstance(said["values"][0], str)
        left_out = (*own, "values") if is_threshold else own
        return {key: _without_numbers(part, own) for key, part in said.items() if key not in left_out}
    return [_without_numbers(part, own) for part in said] if isinstance(said, list | tuple) else said
