"""Segment's specification: one record says which kinds of rows it makes.

| call | rows |
|---|---|
| track | an event |
| page, screen | an event `page` or `screen` with properties `name` and `category` |
| identify | a user with the traits as attributes |
| group | an account with the traits as attributes; a membership, if it names a user |
| alias | an alias |
| any with both ids | an alias of the anonymous id, when the user behind it is new or another |
| track "Account Removed User" | the event, and a membership that ends |

A call happened at `timestamp`, else at `receivedAt - (sentAt - originalTimestamp)`, which takes the
sender's wrong clock out, else at the first of `originalTimestamp`, `receivedAt`, `sentAt` it has.
A batch lends its calls its context and its times. Rows beside the first of a call carry its message
id with `#alias` or `#membership`.

Segment has no call for leaving an account, so the B2B event "Account Removed User" does it: the user
of its properties, else of the call, leaves the account of its properties (`groupId`, `accountId`),
else of the context. An identify without `userId` says something of nobody and is rejected.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pyarrow as pa

from uptake.sources.json_lines import DECODE_ERRORS, PACKED, Records, as_text, encode, explain, records
from uptake.sources.reading import LINE, Piece, Source, rejected

CALLS = ("track", "page", "screen", "identify", "group", "alias")
COLUMNS = {
    "events": ("message_id", "event_name", "user_id", "anonymous_id", "account_id", "event_at", PACKED),
    "users": ("message_id", "user_id", "account_id", "created_at", "valid_from", PACKED),
    "accounts": ("message_id", "account_id", "created_at", "valid_from", PACKED),
    "memberships": ("message_id", "user_id", "account_id", "valid_from", "valid_to"),
    "aliases": ("message_id", "previous_id", "is_anonymous", "user_id", "alias_at"),
}
"""Kinds and their columns, in the order in which chunks of them come."""
REMOVED_USER = "Account Removed User"
CAMPAIGN = {"source": "utm_source", "medium": "utm_medium", "name": "utm_campaign"}
MOST_LINKS_REMEMBERED = 1_000_000
RECORDS_TO_SNIFF = 100

Id = str | int | None
Object = dict[str, object]


class Context(msgspec.Struct, rename="camel"):
    """What a call happened in; the parts that are read."""

    group_id: Id = None
    campaign: object = None


class Call(msgspec.Struct, rename="camel"):
    """One call, or the envelope of several."""

    type: str | None = None
    event: str | None = None
    name: object = None
    category: object = None
    user_id: Id = None
    anonymous_id: Id = None
    previous_id: Id = None
    group_id: Id = None
    message_id: Id = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    received_at: str | None = None
    context: Context | None = None
    properties: Object | None = None
    traits: Object | None = None
    batch: list[msgspec.Raw] | None = None


_decode = msgspec.json.Decoder(Call).decode


class Refused(Exception):
    """A call that makes no row; the message is the reason."""


def is_segment(batch: Records) -> bool:
    """Whether the first records of a file look like Segment calls: at least half of those that are JSON."""
    calls = others = 0
    for text in batch.texts[:RECORDS_TO_SNIFF]:
        try:
            call = _decode(text)
        except DECODE_ERRORS:
            others += bool(text.strip())
            continue
        has_id = call.message_id is not None or call.user_id is not None or call.anonymous_id is not None
        is_call = (call.type in CALLS and has_id) or (call.batch is not None and call.event is None)
        calls, others = calls + is_call, others + (not is_call)
    return calls > 0 and calls >= others


Row = tuple[str, tuple[str | None, ...]]
"""A kind, and a value for each of its `COLUMNS`."""


class Reader:
    """Reads files of calls; links between two ids are told once over all of its files."""

    def __init__(self) -> None:
        self._links: dict[str, str] = {}

    def read(self, source: Source) -> Iterator[Piece]:
        """Reads one file; every piece holds rows of one kind.

        Args:
            source: The file.

        Raises:
            ImportFailed: As for `json_lines.records`.
        """
        number = 0
        for batch in records(source):
            found: dict[str, list[tuple[str | int | None, ...]]] = {kind: [] for kind in COLUMNS}
            rejects = list(batch.rejects)
            for line, text in zip(batch.lines, batch.texts, strict=True):
                if not text or text.isspace():
                    continue
                for item, call in _items(text):
                    number = max(line, number + 1)
                    try:
                        for kind, values in self._rows(call, item):
                            found[kind].append((*values, number))
                    except Refused as refusal:
                        rejects.append(rejected(source.name, line, str(refusal), item))
            for kind, rows in found.items():
                if rows or rejects:
                    yield Piece(kind, _table(kind, rows), tuple(rejects), batch.position)
                    rejects = []

    def _rows(self, call: Call | Refused, text: bytes) -> list[Row]:
        if isinstance(call, Refused):
            raise call
        user, anonymous, at = identifier(call.user_id), identifier(call.anonymous_id), happened_at(call)
        if user is None and anonymous is None:
            raise Refused("call has neither userId nor anonymousId")
        rows = _own_rows(call, user, anonymous, at)
        if rb"\u0000" in text and any("\0" in value for _, values in rows for value in values if value):
            raise Refused("row holds a NUL character")
        if user and anonymous and call.type != "alias" and user != anonymous and self._links.get(anonymous) != user:
            if len(self._links) >= MOST_LINKS_REMEMBERED:
                # A link told twice changes nothing; memory without bound would.
                self._links.clear()
            self._links[anonymous] = user
            rows.append(("aliases", (_message(call, "alias"), anonymous, "true", user, at)))
        return rows


def _items(text: bytes) -> Iterator[tuple[bytes, Call | Refused]]:
    call = _read(text)
    if isinstance(call, Refused) or call.batch is None:
        yield text, call
        return
    for raw in call.batch:
        item = bytes(raw)
        one = _read(item)
        if isinstance(one, Call):
            _lend(call, one)
        yield item, one


def _read(text: bytes) -> Call | Refused:
    try:
        return _decode(text)
    except DECODE_ERRORS as error:
        return Refused(f"row is not a Segment call: {explain(error)}")


def _lend(envelope: Call, call: Call) -> None:
    """Gives a call of a batch what the batch says for all of them."""
    call.sent_at = call.sent_at or envelope.sent_at
    call.received_at = call.received_at or envelope.received_at
    if lent := envelope.context:
        own = call.context or Context()
        group_id = lent.group_id if own.group_id is None else own.group_id
        call.context = Context(group_id, lent.campaign if own.campaign is None else own.campaign)


def _own_rows(call: Call, user: str | None, anonymous: str | None, at: str) -> list[Row]:
    account = identifier(call.context.group_id) if call.context else None
    message = identifier(call.message_id)
    match call.type:
        case "track":
            event = (call.event or "").strip() or _refuse("track has no event")
            rows: list[Row] = [("events", (message, event, user, anonymous, account, at, _properties(call)))]
            return rows + _leaving(call, user, account, at) if event == REMOVED_USER else rows
        case "page" | "screen":
            return [("events", (message, call.type, user, anonymous, account, at, _properties(call)))]
        case "identify":
            user = user or _refuse("identify has no userId")
            return [("users", (message, user, account, *_traits(call, at)))]
        case "group":
            account = identifier(call.group_id) or _refuse("group has no groupId")
            rows = [("accounts", (message, account, *_traits(call, at)))]
            if user:
                rows.append(("memberships", (_message(call, "membership"), user, account, at, None)))
            return rows
        case "alias":
            user = user or _refuse("alias has no userId")
            previous = identifier(call.previous_id)
            gone = previous or anonymous or _refuse("alias has no previousId")
            return [("aliases", (message, gone, "false" if previous else "true", user, at))]
        case _:
            raise Refused(f"type is {str(call.type)[:80]!r}, allowed: {', '.join(CALLS)}")


def _refuse(reason: str) -> str:
    raise Refused(reason)


def _leaving(call: Call, user: str | None, account: str | None, at: str) -> list[Row]:
    properties = call.properties or {}
    user = identifier(properties.get("userId")) or user
    account = identifier(properties.get("groupId")) or identifier(properties.get("accountId")) or account
    if user is None or account is None:
        return []
    return [("memberships", (_message(call, "membership"), user, account, None, at))]


def _properties(call: Call) -> str:
    properties = call.properties or {}
    if call.type != "track":
        more = {"name": call.name, "category": call.category}
        properties = {name: value for name, value in more.items() if value is not None} | properties
    if call.context and isinstance(call.context.campaign, dict):
        campaign = call.context.campaign
        properties = {label: campaign[part] for part, label in CAMPAIGN.items() if part in campaign} | properties
    return encode(properties).decode()


def _traits(call: Call, at: str) -> tuple[str | None, str, str]:
    """`created_at`, `valid_from` and the other traits."""
    traits = call.traits or {}
    created = next((name for name in ("createdAt", "created_at") if isinstance(traits.get(name), str)), None)
    created_at = as_text(traits.pop(created)) if created else None
    return created_at, at, encode(traits).decode()


def _message(call: Call, row: str) -> str | None:
    message = identifier(call.message_id)
    return f"{message}#{row}" if message else None


def identifier(value: object) -> str | None:
    """An id as text, or None for what is none: null, blanks, anything but text and whole numbers."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def happened_at(call: Call) -> str:
    """When a call happened, as ISO 8601 text.

    Args:
        call: The call, with what its batch lent it.

    Returns:
        Its own text; only a corrected time is written anew, in UTC.

    Raises:
        Refused: It has no time at all.

    References:
        Segment's specification, common fields: `timestamp = receivedAt - (sentAt - originalTimestamp)`.
    """
    if call.timestamp:
        return call.timestamp
    if call.original_timestamp and call.sent_at and call.received_at:
        try:
            delay = datetime.fromisoformat(call.sent_at) - datetime.fromisoformat(call.original_timestamp)
            return (datetime.fromisoformat(call.received_at) - delay).astimezone(UTC).isoformat()
        except (ValueError, TypeError, OverflowError):
            # Not all three are times, or not all have an offset: nothing to correct with.
            return call.original_timestamp
    return call.original_timestamp or call.received_at or call.sent_at or _refuse("call has no timestamp")


def _table(kind: str, rows: list[tuple[str | int | None, ...]]) -> pa.Table:
    names = COLUMNS[kind]
    values = zip(*rows, strict=True) if rows else [()] * (len(names) + 1)
    types = [pa.string()] * len(names) + [pa.int64()]
    arrays = [pa.array(column, type_) for column, type_ in zip(values, types, strict=True)]
    return pa.table(arrays, names=[*names, LINE])
