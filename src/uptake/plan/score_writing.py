"""Writes numbers of a score into the files of a plan; every other character of them stays as people wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from uptake.errors import PlanError
from uptake.plan.loader import parse, texts_of
from uptake.plan.model import Plan
from uptake.plan.scores import DEFAULT_SCORES
from uptake.plan.segment_writing import end_of_line, last_of, write_text

SECTION = "scores"
FILE = "scores.yml"
"""The file that begins the section where no other file has it."""
KEYS = ("weight", "worst", "best")
"""Numbers of a component."""
BANDS = ("good", "poor")
Numbers = Mapping[tuple[str, ...], float]
"""Where a number of a score stands, ("bands", "good") or ("components", NAME, "weight") -> the number."""


def numbers(plan: Plan, score: str) -> dict[tuple[str, ...], float | None]:
    """The numbers of a score that can be written, as they are; None: its signal's own.

    Raises:
        PlanError: There is no such score.
    """
    if score not in plan.all_scores:
        raise PlanError(f"The plan has no score '{score}'.", allowed=plan.all_scores)
    found = plan.all_scores[score]
    made: dict[tuple[str, ...], float | None] = {("bands", key): getattr(found.bands, key) for key in BANDS}
    for name, part in found.components.items():
        made |= {("components", name, key): getattr(part, key) for key in KEYS}
    return made


def with_numbers(texts: Mapping[str, str], folder: str, score: str, wanted: Numbers) -> dict[str, str]:
    """The texts of a plan with other numbers of a score.

    Args:
        texts: Its files.
        folder: The name of their folder.
        score: The score; one of those that come without being written is written out first, with the others.
        wanted: The numbers; one that is as it was is not written.

    Raises:
        PlanError: There is no such score or number, or the plan would have errors.
    """
    before = parse(texts)
    known = numbers(before, score)
    for location in wanted:
        if location not in known:
            raise PlanError(f"The score '{score}' has no number {'.'.join(location)}.", allowed=map(".".join, known))
    changed = {location: value for location, value in wanted.items() if known[location] != value}
    if not changed:
        return dict(texts)
    made = dict(texts)
    if not before.scores:
        name = f"{folder}/{FILE}"
        made[name] = made.get(name, "") + _written_out()
    file = next(name for name, text in made.items() if not name.endswith(".csv") and _has_section(text))
    for location, value in changed.items():
        made[file] = _with(made[file], (SECTION, score, *location), _number(value))
    _require_only(before, parse(made), score, changed)
    return made


def save(folder: Path, score: str, wanted: Numbers) -> None:
    """Writes numbers of a score into the plan's files, or does nothing at all; see `with_numbers`."""
    texts = texts_of(folder)
    put(folder, with_numbers(texts, folder.name, score, wanted))


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


def _require_only(before: Plan, after: Plan, score: str, changed: Numbers) -> None:
    """The numbers are what they should be and nothing else has changed, whatever the layout was."""

    def rest(plan: Plan) -> object:
        others = {name: one for name, one in plan.all_scores.items() if name != score}
        return plan.model_dump(exclude={SECTION}), others

    is_written = numbers(after, score) == {**numbers(before, score), **changed}
    if not is_written or rest(before) != rest(after):
        raise PlanError(f"'{score}' cannot be written where {SECTION} stands.", do="Write it into the plan by hand.")


def _written_out() -> str:
    lines = [f"{SECTION}:"]
    for score in DEFAULT_SCORES.values():
        lines += [
            f"  {score.name}:",
            f"    title: {score.title}",
            f"    entities: [{', '.join(score.entities)}]",
            "    components:",
        ]
        lines += [f"      {name}: {_number(part.weight)}" for name, part in score.components.items()]
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def _has_section(text: str) -> bool:
    root = YAML(typ="safe", pure=True).compose(text)
    return isinstance(root, MappingNode) and _pair(root, SECTION) is not None


def _pair(mapping: Node, key: str) -> tuple[Node, Node] | None:
    return next(((k, v) for k, v in mapping.value if isinstance(k, ScalarNode) and k.value == key), None)


def _with(text: str, location: tuple[str, ...], value: str) -> str:
    """The text of a file with a value at a location, put in where it was not."""
    node: Node = YAML(typ="safe", pure=True).compose(text)
    for depth, key in enumerate(location):
        if not isinstance(node, MappingNode):
            # `nps: 0.1` is short for `nps: {weight: 0.1}`
            short = text[node.start_mark.index : node.end_mark.index]
            said = value if key == "weight" else f"{{weight: {short}, {key}: {value}}}"
            return text[: node.start_mark.index] + said + text[node.end_mark.index :]
        pair = _pair(node, key)
        if pair is None:
            return _put_in(text, node, f"{key}: {_nested(location[depth + 1 :], value)}")
        node = pair[1]
    return text[: node.start_mark.index] + value + text[node.end_mark.index :]


def _nested(location: tuple[str, ...], value: str) -> str:
    return f"{{{location[0]}: {_nested(location[1:], value)}}}" if location else value


def _put_in(text: str, mapping: MappingNode, entry: str) -> str:
    if mapping.flow_style:
        at = mapping.end_mark.index - 1
        kept = text[:at].rstrip()
        return f"{kept}{', ' if mapping.value else ''}{entry}{text[at:]}"
    line_end = "\r\n" if "\r\n" in text else "\n"
    at = end_of_line(text, last_of(mapping))
    kept = text[:at] if text[:at].endswith("\n") else text[:at] + line_end
    return f"{kept}{' ' * mapping.value[0][0].start_mark.column}{entry}{line_end}{text[at:]}"
