"""Values as YAML on one line, whatever they contain."""

from __future__ import annotations

import re

# Words a YAML reader of any version takes for something else than text.
_RESERVED = {"null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"}
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def scalar(text: str) -> str:
    r"""The text as a YAML scalar: plain where that is safe, else in double quotes with escapes.

    The result has no line break and no invisible character, so it can stand in a flow list and in a comment.

    >>> scalar("score.adoption"), scalar("yes"), scalar("a: #1\n")
    ('score.adoption', '"yes"', '"a: #1\\n"')
    """
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*", text) and text.lower() not in _RESERVED:
        return text
    return '"' + "".join(_character(character) for character in text) + '"'


def _character(character: str) -> str:
    if character in _ESCAPED:
        return _ESCAPED[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def flow(value: object) -> str:
    """A value on one line, as it can stand in a file."""
    match value:
        case None:
            return "~"
        case bool():
            return "true" if value else "false"
        case str():
            return scalar(value)
        case dict():
            return "{" + ", ".join(f"{scalar(key)}: {flow(part)}" for key, part in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(flow, value)) + "]"
        case float():
            return number(value)
        case _:
            return str(value)


def number(value: float) -> str:
    """A number as people write it: without a point where it is whole."""
    return str(int(value)) if value == int(value) else repr(float(value))
