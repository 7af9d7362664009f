"""Asking where everyone stands on a day: how many where, who, since when and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from uptake.errors import QuestionError
from uptake.metrics.core.names import names_of
from uptake.metrics.core.result import Column
from uptake.plan import Label, Placement, Plan
from uptake.scores.ask import arrived_by, days, key_of, last_known_day
from uptake.scores.rules import Meanings
from uptake.segments.answer import Count, OfPlacement
from uptake.segments.placing import Codes, entity_of, meanings, named, place
from uptake.segments.stays import Stay, stays
from uptake.segments.why import Held, Reason, apart, because, lacking
from uptake.segments.words import joined, told
from uptake.signals.panel import Panel
from uptake.store.projection import Cursor

WHO = ("label", "id", "limit", "offset")


@dataclass(frozen=True)
class Standing:
    """Where somebody stands, and why.

    Args:
        id: Whose.
        name: How people call them.
        label: The label.
        since: The first day of it without a break; None: it is not written down.
        is_longer: Whether it may have begun before that day, with which history begins.
        before: The label before this one; None: there was none, or it is not written down.
        is_down: On a ladder, whether they stood higher before.
        reasons: By which conditions its rule holds; none for the rest, and for `unknown`.
        next: On a ladder, the label above; None at the top.
        lacks: The conditions of the label above that are not met.
    """

    id: str
    name: str
    label: str
    since: date | None
    is_longer: bool
    before: str | None
    is_down: bool
    reasons: tuple[Reason, ...]
    next: str | None
    lacks: tuple[Reason, ...]


@dataclass(frozen=True)
class Placements(OfPlacement):
    """Where everyone stands; what else it says stands with `OfPlacement`.

    Args:
        labels: Every label with how many have it, in order; together they are everybody.
        total: How many were asked for, by `label` and `id`.
        everyone: They, by label and id; as many as `limit` says.
    """

    labels: tuple[Count, ...]
    total: int
    everyone: tuple[Standing, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Names and types of the rows."""
        names = ("name", "label", "since", "before", "why", *(("next", "lacks") if self.ladder else ()))
        return (
            Column(f"{self.entity}_id", "text"),
            *(Column(name, "date" if name == "since" else "text") for name in names),
        )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Everyone, a row each."""
        return [
            {
                f"{self.entity}_id": one.id, "name": one.name, "label": one.label, "since": one.since,
                "before": one.before, "why": joined(one.reasons),
            }
            | ({"next": one.next, "lacks": joined(one.lacks)} if self.ladder else {})
            for one in self.everyone
        ]  # fmt: skip


def placements(
    cursor: Cursor, plan: Plan, name: str, given: Mapping[str, Any], others: Meanings | None = None
) -> Placements:
    """Where everyone stands on a day.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        name: The placement.
        given: `entity`, `as_of`, `timezone`, `known_by` (the cursor finds those facts); whom to list: `label`, `id`,
            `limit`, `offset`.
        others: What words before a dot mean beside those that placements know themselves.

    Raises:
        QuestionError: A name or a value is not known.
    """
    scheme = named(plan, name)
    now, _, asked = days(cursor, plan, "placement", name, scheme.entities, given, WHO)
    panel = Panel(asked, now, now)
    codes = place(panel, scheme, others)
    labels = scheme.labels_of(asked.question.entity)
    who = names_of(cursor, asked.question.entity, asked.question.as_of)
    chosen = _chosen(panel, codes, labels, who, given)
    shown = page(chosen, given)
    known_by = arrived_by(asked, given)
    # history is of all that is known
    stood = {} if known_by else stays(cursor, asked, scheme, now, [int(panel.keys[row]) for row in shown])
    held, counts = Held(panel, meanings(others)), np.bincount(codes[codes >= 0], minlength=len(labels))
    return Placements(
        scheme.name, scheme.title, asked.question.entity, scheme.ladder, now, last_known_day(asked),
        asked.question.as_of, known_by, plan.version,
        tuple(Count(label.name, label.title, int(count)) for label, count in zip(labels, counts, strict=True)),
        len(chosen),
        tuple(_standing(held, scheme, panel, codes, who, row, stood.get(int(panel.keys[row]))) for row in shown),
    )  # fmt: skip


def standings(
    cursor: Cursor, plan: Plan, entity: str, id_: str, others: Meanings | None = None
) -> list[tuple[Placement, Standing]]:
    """Where somebody stands by every placement of the plan, at the end of the data; nothing where they are not there.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        entity: user or account.
        id_: Whose.
        others: As for `placements`.

    Raises:
        QuestionError: Nobody has that id.
    """
    now, _, asked = days(cursor, plan, "placement", "", (entity,), {"entity": entity})
    panel = Panel(asked, now, now)
    row, held = row_of(panel, id_), Held(panel, meanings(others))
    key = int(panel.keys[row])
    who = names_of(cursor, entity, asked.question.as_of, [key])
    found = []
    for scheme in plan.all_placements.values():
        if entity in scheme.entities and (codes := place(panel, scheme, others))[row, -1] >= 0:
            stay = stays(cursor, asked, scheme, now, [key]).get(key)
            found.append((scheme, _standing(held, scheme, panel, codes, who, row, stay)))
    return found


def labels_in_words(scheme: Placement) -> str:
    """Whom a placement places where, in a line."""
    names = list(dict.fromkeys(label.name for label in scheme.labels))
    whose = " and ".join(f"{entity}s" for entity in scheme.entities)
    return f"{whose}: {', '.join(names)}{'; a ladder, the highest first' if scheme.ladder else ''}"


def label_number(labels: Sequence[Label], name: object) -> int:
    """The number of a label.

    Raises:
        QuestionError: There is none of that name.
    """
    names = [label.name for label in labels]
    if name not in names:
        raise QuestionError(f"There is no label '{name}'.", allowed=names)
    return names.index(str(name))


def page(rows: Sequence[int], given: Mapping[str, Any]) -> Sequence[int]:
    """Those of the rows that are to be listed."""
    offset, limit = int(given.get("offset") or 0), given.get("limit")
    return rows[offset:] if limit is None else rows[offset : offset + int(limit)]


def row_of(panel: Panel, id_: object) -> int:
    """The row of a user or an account.

    Raises:
        QuestionError: Nobody has that id.
    """
    entity = entity_of(panel)
    row = int(panel.rows(np.array([key_of(panel.cursor, entity, str(id_))]))[0])
    if row < 0:
        raise QuestionError(f"There is no {entity} '{id_}'.", do="Look the id up with search.")
    return row


def _chosen(
    panel: Panel, codes: Codes, labels: Sequence[Label], who: Mapping[int, tuple[str, str]], given: Mapping[str, Any]
) -> list[int]:
    wanted = codes[:, -1] >= 0
    if given.get("label"):
        wanted &= codes[:, -1] == label_number(labels, given["label"])
    if given.get("id"):
        wanted &= np.arange(panel.n) == row_of(panel, given["id"])
    found = np.flatnonzero(wanted).tolist()
    return sorted(found, key=lambda row: (int(codes[row, -1]), who[int(panel.keys[row])][0]))


def _standing(
    held: Held,
    scheme: Placement,
    panel: Panel,
    codes: Codes,
    who: Mapping[int, tuple[str, str]],
    row: int,
    stay: Stay | None,
) -> Standing:
    plan, entity = panel.asked.plan, entity_of(panel)
    labels = scheme.labels_of(entity)
    code = int(codes[row, -1])
    label, rule = labels[code], labels[code].when
    is_step = scheme.ladder and not (scheme.needs and code == len(labels) - 1)
    above = labels[code - 1] if is_step and code > 0 else None
    before = None if stay is None or stay.before is None else stay.before
    earlier = [] if scheme.ladder else [one.when for one in labels[:code] if one.when]
    return Standing(
        *who[int(panel.keys[row])], label.name,
        None if stay is None else stay.since, stay is not None and stay.is_longer,
        None if before is None else labels[before].name, is_step and before is not None and before < code,
        told((*because(held, rule, row), *apart(held, rule, earlier, row)), plan, entity) if rule else (),
        above.name if above else None,
        told(lacking(held, above.when, row), plan, entity) if above and above.when else (),
    )  # fmt: skip
