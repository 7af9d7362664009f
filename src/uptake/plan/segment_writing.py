"""Writes segments with lists into the files of a plan; every other line of them stays as people wrote it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from uptake.errors import PlanError
from uptake.kinds import LONGEST_ID
from uptake.plan.loader import parse, texts_of
from uptake.plan.model import Plan
from uptake.plan.problems import Problems, shown
from uptake.plan.quoting import scalar
from uptake.plan.segment_list import list_text
from uptake.plan.segments import FOLDER, SIDES
from uptake.plan.words import read_name, read_text

SECTION = "segments"
FILE = "segments.yml"
"""The file that begins the section where no other file has it."""


def save(
    folder: Path, name: str, entity: str, ids: Iterable[str], *, title: str | None = None, replace: bool = False
) -> None:
    """Writes `lists/NAME.csv` and names it in the plan, or does nothing at all.

    Args:
        folder: The folder of the plan.
        name: The segment's name.
        entity: user or account.
        ids: Who is in it, at least one.
        title: How people call it; from its name if not given.
        replace: Whether a segment of that name may be overwritten.

    Raises:
        PlanError: One of these cannot be, the name is taken, or the plan has errors.
    """
    listed = _checked(name, entity, ids, title)
    texts = texts_of(folder)
    before = parse(texts)
    known = before.segments.get(name)
    file = f"{FOLDER}/{name}.csv"
    do = "Choose another name, or replace it."
    if known is not None and not replace:
        raise PlanError(f"There is a segment '{name}' already.", do=do)
    is_own = known is not None and known.list == file
    if f"{folder.name}/{file}" in texts and (_others(before, name, file) or not (is_own or replace)):
        raise PlanError(f"There is a file {folder.name}/{file} already.", do="Choose another name.")
    called = f"title: {scalar(title)}, " if title else ""
    entry = f"{name}: {{entity: {entity}, {called}list: {file}}}"
    changed = _file_of(texts, folder.name)
    written = {changed: _with_entry(texts.get(changed, ""), changed, name, entry)}
    written[f"{folder.name}/{file}"] = list_text(entity, listed)
    _require_the_rest(before, parse({**texts, **written}), name)
    (folder / FOLDER).mkdir(exist_ok=True)
    for path in sorted(written, key=lambda path: path == changed):  # the list first: the plan names it
        write_text(folder.parent / path, written[path])


def delete(folder: Path, name: str) -> None:
    """Takes a segment out of the plan, and its list out of the folder if no other segment has it.

    Args:
        folder: The folder of the plan.
        name: The segment's name.

    Raises:
        PlanError: There is no such segment, or the plan has errors.
    """
    texts = texts_of(folder)
    before = parse(texts)
    if name not in before.segments:
        raise PlanError(f"The plan has no segment '{name}'.", allowed=before.segments)
    changed = _file_of(texts, folder.name)
    text = _with_entry(texts[changed], changed, name, "")
    _require_the_rest(before, parse({**texts, changed: text}), name)
    write_text(folder.parent / changed, text)
    file = before.segments[name].list
    if file is not None and not _others(before, name, file):
        (folder / file).unlink(missing_ok=True)


def _checked(name: str, entity: str, ids: Iterable[str], title: str | None) -> tuple[str, ...]:
    found = tuple(sorted(set(ids)))
    for called, value, read in (("The name", name, read_name), ("title", title, read_text)):
        try:
            if value is not None:
                read(value)
        except Problems as problems:
            raise PlanError(" ".join(problem.text(called) for problem in problems.problems)) from None
    if entity not in SIDES:
        raise PlanError(f"entity is {shown(entity)}.", allowed=SIDES)
    if not found:
        raise PlanError("There are no ids.", do="A segment with a list has at least one.")
    for one in found:
        if one != one.strip() or not 0 < len(one) <= LONGEST_ID or "\0" in one:
            raise PlanError(f"No {entity} can have the id {shown(one)}.")
    return found


def _others(plan: Plan, name: str, file: str) -> list[str]:
    return [one.name for one in plan.segments.values() if one.list == file and one.name != name]


def _require_the_rest(before: Plan, after: Plan, name: str) -> None:
    """Nothing but the one segment has changed: whatever the layout was, no line of somebody else's is touched."""

    def rest(plan: Plan) -> object:
        segments = {key: segment for key, segment in plan.segments.items() if key != name}
        return plan.model_dump(exclude={SECTION}), segments

    if rest(before) != rest(after):
        raise PlanError(f"'{name}' cannot be written where {SECTION} stands.", do="Write it into the plan by hand.")


def _file_of(texts: Mapping[str, str], folder: str) -> str:
    for file, text in texts.items():
        if not file.endswith(".csv") and _section(text):
            return file
    return f"{folder}/{FILE}"


def _section(text: str) -> tuple[Node, Node] | None:
    root = YAML(typ="safe", pure=True).compose(text)
    return _pair(root, SECTION) if isinstance(root, MappingNode) else None


def _pair(mapping: Node, key: str) -> tuple[Node, Node] | None:
    return next(((k, v) for k, v in mapping.value if isinstance(k, ScalarNode) and k.value == key), None)


def _with_entry(text: str, file: str, name: str, entry: str) -> str:
    """The text of a file with the entry of a segment in place of what it had, or without one where that is empty."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    section = _section(text)
    if section is None:
        gap = "" if not text or text.endswith("\n") else line_end
        return f"{text}{gap}{SECTION}:{line_end}  {entry}{line_end}"
    key, value = section
    if isinstance(value, ScalarNode) or not value.value:
        # `segments:` with nothing, `~` or `{}` behind it
        begins = end_of_line(text, key.end_mark.index)
        kept = text[: value.start_mark.index].rstrip(" ") + text[value.end_mark.index : begins]
        if value.start_mark.index >= begins:
            kept = text[:begins]
        return f"{_closed(kept, line_end)}  {entry}{line_end}{text[begins:]}"
    if isinstance(value, CollectionNode) and value.flow_style:
        place = f"{file}:{value.start_mark.line + 1}"
        raise PlanError(f"{place}: {SECTION} stands in braces.", do="Write each segment in a line of its own.")
    indent = " " * value.value[0][0].start_mark.column
    pair = _pair(value, name)
    line = f"{indent}{entry}{line_end}" if entry else ""
    if pair is None:
        begins = end_of_line(text, key.end_mark.index)
        return _closed(text[:begins], line_end) + line + text[begins:]
    begins = pair[0].start_mark.index - pair[0].start_mark.column
    return text[:begins] + line + text[end_of_line(text, last_of(pair[1])) :]


def last_of(node: Node) -> int:
    """Where the last character of a value stands: block mappings and lists end where their last value does."""
    if isinstance(node, ScalarNode):
        is_block = node.style in ("|", ">")  # these end where the next line begins
        return int(node.end_mark.index) - is_block
    if not isinstance(node, CollectionNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return last_of(last[1] if isinstance(last, tuple) else last)


def end_of_line(text: str, index: int) -> int:
    """The index after the line that an index lies in."""
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def _closed(text: str, line_end: str) -> str:
    return text if text.endswith("\n") else text + line_end


def write_text(path: Path, text: str) -> None:
    """Writes a file so that whoever reads it sees the old or the new one, whole."""
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise PlanError(f"{path} cannot be written: {error.strerror}.") from None
