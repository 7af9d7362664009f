"""Puts a value into the text of a YAML file; every other character of it stays as people wrote it."""

from __future__ import annotations

import re

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from uptake.plan.problems import Location
from uptake.plan.segment_writing import end_of_line, last_of

_COMMA_AFTER, _COMMA_BEFORE = re.compile(r"\s*,[ \t]*"), re.compile(r",\s*\Z")


def section_of(text: str, name: str) -> Node | None:
    """What a file says under a key of its own; None: it has no such key."""
    root = YAML(typ="safe", pure=True).compose(text)
    pair = _pair(root, name) if isinstance(root, MappingNode) else None
    return pair[1] if pair else None


def with_value(text: str, location: Location, value: str) -> str:
    """The text of a file with a value at a location, put in where it was not.

    Args:
        text: The text; where the location leads through a list, it is long enough.
        location: Keys, and positions in lists.
        value: The value as it is to stand there.
    """
    node: Node = YAML(typ="safe", pure=True).compose(text)
    for depth, key in enumerate(location):
        if isinstance(node, SequenceNode) and isinstance(key, int):
            node = node.value[key]
            continue
        if not isinstance(node, MappingNode):
            # `nps: 0.1` is short for `nps: {weight: 0.1}`
            short = text[node.start_mark.index : node.end_mark.index]
            said = value if key == "weight" else f"{{weight: {short}, {key}: {value}}}"
            return text[: node.start_mark.index] + said + text[node.end_mark.index :]
        pair = _pair(node, str(key))
        if pair is None:
            return put_in(text, node, f"{key}: {_nested(location[depth + 1 :], value)}")
        node = pair[1]
    return text[: node.start_mark.index] + value + text[node.end_mark.index :]


def without(text: str, location: Location) -> str:
    """The text of a file without what stands at a location; a comment on the same line goes with it.

    Args:
        text: The text.
        location: Keys, and positions in lists, that lead to something in a mapping.
    """
    *above, last = location
    node: Node = YAML(typ="safe", pure=True).compose(text)
    for key in above:
        pair = _pair(node, str(key)) if isinstance(node, MappingNode) else None
        node = pair[1] if pair else node.value[key]
    assert isinstance(node, MappingNode)
    pair = _pair(node, str(last))
    if pair is None:
        return text
    begins, ends = pair[0].start_mark.index, pair[1].end_mark.index
    if node.flow_style:
        after, before = _COMMA_AFTER.match(text, ends), _COMMA_BEFORE.search(text, 0, begins)
        if after:
            ends = after.end()
        elif before:
            begins = before.start()
    elif len(node.value) == 1:
        return f"{text[:begins]}{{}}{text[ends:]}"
    else:
        begins, ends = text.rfind("\n", 0, begins) + 1, end_of_line(text, ends)
    return text[:begins] + text[ends:]


def put_in(text: str, mapping: MappingNode, entry: str) -> str:
    """The text with a further entry at the end of a mapping that is not empty, or stands in braces.

    Args:
        text: The text.
        mapping: Where in it.
        entry: The entry, of several lines where the mapping is not in braces, the first without indent.
    """
    if mapping.flow_style:
        at = mapping.end_mark.index - 1
        kept = text[:at].rstrip()
        return f"{kept}{', ' if mapping.value else ''}{entry}{text[at:]}"
    line_end = "\r\n" if "\r\n" in text else "\n"
    at = end_of_line(text, last_of(mapping))
    kept = text[:at] if text[:at].endswith("\n") else text[:at] + line_end
    indent = " " * mapping.value[0][0].start_mark.column
    lines = "".join(f"{indent}{line}{line_end}" for line in entry.split("\n"))
    return f"{kept}{lines}{text[at:]}"


def _pair(mapping: MappingNode, key: str) -> tuple[Node, Node] | None:
    return next(((k, v) for k, v in mapping.value if isinstance(k, ScalarNode) and k.value == key), None)


def _nested(location: Location, value: str) -> str:
    return f"{{{location[0]}: {_nested(location[1:], value)}}}" if location else value
