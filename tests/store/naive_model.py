"""A second opinion: the facts, worked out from the imported rows by plain loops that share no code with the store.

Rows are dicts of texts as they were imported, in order; every batch is one file of one import.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Person = tuple[str, bool]
"""An id, and whether it is anonymous."""
ALWAYS, NEVER = datetime(1970, 1, 1), datetime(9999, 12, 31)
VANITY = {"login", "page", "signup"}


def instant(text: str | None) -> datetime | None:
    """A UTC instant without zone."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None) if text else None


@dataclass
class Model:
    """Everything that was imported.

    Args:
        zone: The product's time zone.
        batches: (kind, rows, received_at) in the order of the imports.
    """

    zone: str
    batches: list[tuple[str, list[Row], datetime]] = field(default_factory=list)

    def rows(self, kind: str) -> list[tuple[Row, datetime]]:
        """The rows of a kind that count, in order, with the instant they were received.

        A message id counts once; a row without one as often as the file that has it most often.
        """
        kept, seen_ids = [], set()
        most: dict[tuple[Any, ...], int] = defaultdict(int)
        for found, rows, received_at in self.batches:
            if found != kind:
                continue
            here: dict[tuple[Any, ...], int] = defaultdict(int)
            for row in rows:
                if row.get("message_id"):
                    if row["message_id"] not in seen_ids:
                        seen_ids.add(row["message_id"])
                        kept.append((row, received_at))
                    continue
                content = tuple(sorted((name, value) for name, value in row.items() if value is not None))
                here[content] += 1
                if here[content] > most[content]:
                    most[content] = here[content]
                    kept.append((row, received_at))
        return kept

    def people(self) -> dict[Person, Person]:
        """Everyone who was merged -> who they became."""
        became: dict[Person, Person] = {}

        def end(person: Person) -> Person:
            return end(became[person]) if person in became else person

        for row, _ in sorted(self.rows("aliases"), key=lambda found: instant(found[0]["alias_at"]) or ALWAYS):
            previous, user = (row["previous_id"], row["is_anonymous"] == "true"), (row["user_id"], False)
            if previous != user:
                became.pop(previous, None)
                if end(user) == previous:
                    became.pop(user)
                became[previous] = user
        return {person: end(person) for person in became}

    def events(self) -> list[Row]:
        """Events with `person`, `account`, `at` and `day`, in the order of arrival."""
        people = self.people()
        told = []
        for row, _ in self.rows("events"):
            sender = (
                (row["user_id"], False)
                if row["user_id"]
                else (row["anonymous_id"], True)
                if row["anonymous_id"]
                else None
            )
            at = instant(row["timestamp"])
            assert at is not None
            day = at.replace(tzinfo=UTC).astimezone(ZoneInfo(self.zone)).date()
            person = people.get(sender, sender) if sender else None
            told.append(row | {"person": person, "account": row["account_id"], "at": at, "day": day})
        members = self.memberships(told)
        for event in told:
            if event["account"] is None and event["person"] is not None:
                where = {a for (p, a), spans in members.items() if p == event["person"] and _in(event["at"], spans)}
                event["account"] = where.pop() if len(where) == 1 else None
        return told

    def memberships(self, events: Iterable[Row]) -> dict[tuple[Person, str], list[tuple[datetime, datetime]]]:
        """(person, account) -> spans, joined where they touch."""
        people = self.people()
        spans: dict[tuple[Person, str], list[tuple[datetime, datetime]]] = defaultdict(list)
        ends: dict[tuple[Person, str], set[datetime]] = defaultdict(set)
        for kind in ("memberships", "seats"):
            begun: dict[tuple[tuple[Person, str], datetime], datetime] = {}
            ended: dict[tuple[Person, str], set[datetime]] = defaultdict(set)
            for row, _ in self.rows(kind):
                person = people.get((row["user_id"], False), (row["user_id"], False))
                pair = (person, row["account_id"])
                since, until = instant(row["valid_from"]), instant(row["valid_to"])
                if since is None and until is not None:
                    ended[pair].add(until)
                else:
                    begun[pair, since or ALWAYS] = until or NEVER
            if kind == "memberships":
                for pair, instants in ended.items():
                    ends[pair] |= instants
            for (pair, since), until in begun.items():
                cut = [end for end in ended[pair] if end > since] if kind == "seats" else []
                spans[pair].append((since, min([until, *cut])))
            if kind == "seats":
                for pair, instants in ended.items():
                    for end in instants:
                        if not any(p == pair and since < min(end, until) for (p, since), until in begun.items()):
                            spans[pair].append((ALWAYS, min(instants)))
        for pair, said in self._said_by_users(people).items():
            spans[pair] += said
        for pair, instants in ends.items():
            for end in instants:
                if not any(since < end and since < until for since, until in spans[pair]):
                    spans[pair].append((ALWAYS, min(instants)))
            spans[pair] = [(since, min([until, *(e for e in instants if e > since)])) for since, until in spans[pair]]
        declared = {pair: _joined(found) for pair, found in spans.items() if _joined(found)}
        first: dict[Person, dict[str, datetime]] = defaultdict(dict)
        for event in sorted(events, key=lambda event: event["at"]):
            if event["person"] is not None and event["account_id"]:
                first[event["person"]].setdefault(event["account_id"], event["at"])
        observed = {}
        for person, accounts in first.items():
            unknown = sorted((at, account) for account, at in accounts.items() if (person, account) not in declared)
            is_member = any(p == person for p, _ in declared)
            for number, (at, account) in enumerate(unknown):
                observed[person, account] = [(ALWAYS if number == 0 and not is_member else at, NEVER)]
        for pair, early in declared.items():
            began = first.get(pair[0], {}).get(pair[1], NEVER)
            if began < early[0][0]:
                declared[pair] = [(began, early[0][0]), *early]
        return declared | observed

    def _said_by_users(self, people: dict[Person, Person]) -> dict[tuple[Person, str], list[tuple[datetime, datetime]]]:
        by_user: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        for row, received_at in self.rows("users"):
            if row["account_id"]:
                told = by_user[row["user_id"]]
                since = instant(row["valid_from"]) or (received_at if told else ALWAYS)
                told[:] = [(at, account) for at, account in told if at != since] + [(since, row["account_id"])]
        spans: dict[tuple[Person, str], list[tuple[datetime, datetime]]] = defaultdict(list)
        for user_id, told in by_user.items():
            moves = sorted(told)
            person = people.get((user_id, False), (user_id, False))
            for number, (since, account) in enumerate(moves):
                until = next((at for at, other in moves[number + 1 :] if other != account), NEVER)
                spans[person, account].append((since, until))
        return spans

    def active_days(self) -> dict[tuple[Any, ...], int]:
        """(account, person, day) -> active events."""
        counted: dict[tuple[Any, ...], int] = defaultdict(int)
        for event in self.events():
            if event["event"] not in VANITY:
                counted[event["account"], event["person"], event["day"]] += 1
        return dict(counted)

    def feature_days(self, feature: str) -> dict[tuple[Any, ...], int]:
        """(account, person, day) -> uses of a feature that is one event."""
        counted: dict[tuple[Any, ...], int] = defaultdict(int)
        for event in self.events():
            if event["event"] == feature:
                counted[event["account"], event["person"], event["day"]] += 1
        return dict(counted)

    def sessions(self, gap: timedelta = timedelta(minutes=30)) -> list[tuple[Any, ...]]:
        """(account, person, day, started_at, ended_at, events), in order."""
        by_person: dict[tuple[Any, ...], list[tuple[datetime, date]]] = defaultdict(list)
        for event in self.events():
            if event["person"] is not None:
                by_person[event["account"], event["person"]].append((event["at"], event["day"]))
        found = []
        for (account, person), instants in by_person.items():
            run: list[tuple[datetime, date]] = []
            for at, day in sorted(instants):
                if run and at - run[-1][0] >= gap:
                    found.append((account, person, run[0][1], run[0][0], run[-1][0], len(run)))
                    run = []
                run.append((at, day))
            found.append((account, person, run[0][1], run[0][0], run[-1][0], len(run)))
        return sorted(found, key=str)

    def nth_event(self, name: str, times: int) -> dict[Person, datetime]:
        """Person -> when an event had happened so many times."""
        instants: dict[Person, list[datetime]] = defaultdict(list)
        for event in self.events():
            if event["event"] == name and event["person"] is not None:
                instants[event["person"]].append(event["at"])
        return {person: sorted(found)[times - 1] for person, found in instants.items() if len(found) >= times}


def _in(at: datetime, spans: list[tuple[datetime, datetime]]) -> bool:
    return any(since <= at < until for since, until in spans)


def _joined(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for since, until in sorted(span for span in spans if span[0] < span[1]):
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((since, until))
    return joined
