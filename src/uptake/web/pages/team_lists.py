"""The lists of accounts on the pages of teams: who to look at, and why; each links to the account and to all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from uptake.charts import dates, words
from uptake.directory.accounts import RENEWAL_DAYS
from uptake.directory.listing import MOST_ROWS, Ask
from uptake.metrics.kinds.status import TOO_FEW
from uptake.plan import Condition
from uptake.reports import overview
from uptake.reports.headline import headline
from uptake.segments.words import joined, since
from uptake.web import links
from uptake.web.pages import in_trouble
from uptake.web.reader import Reader
from uptake.web.words import benchmark_words
from uptake.web.words.plan_words import joined as in_words

Row = dict[str, Any]
SHOWN = 8
"""Rows of a list; the link below it leads to all."""
SEGMENT, AT_RISK, INACTIVE = "segment", "at_risk", "inactive"
WEEK = timedelta(days=7)
NEARLY_FULL = 0.8
"""Of the seats that are paid for, how many are used where it is time to talk about more."""

ACCOUNT: Row = {"name": "name", "title": "Account", "link": "url", "under": "under"}
WHY: Row = {"name": "why", "title": "Why", "type": "sentence", "rank": "wrap"}
SCORE: Row = {"name": "score", "title": "Score", "type": "score", "missing": "not known", "rank": "wide"}
CHANGE: Row = {"name": "score_change", "title": "Change", "type": "points", "missing": "not known", "rank": "wide",
               "about": "Points of the score in the last 28 days."}  # fmt: skip
MRR: Row = {"name": "mrr", "title": "MRR", "type": "number", "unit": "currency", "missing": "pays nothing", "rank": "wide",
            "about": "Monthly revenue of the subscriptions that run."}  # fmt: skip
RENEWAL: Row = {"name": "renewal_on", "title": "Renewal", "type": "date", "rank": "wide"}
SEATS_ACTIVE: Row = {"name": "active_share", "title": "Seats active", "type": "number", "unit": "share",
                     "about": "Of the seats held, those active in the last 28 days."}  # fmt: skip


@dataclass(frozen=True)
class Listing:
    """A list.

    Args:
        columns: As of `_table.html`.
        rows: The first of them.
        total: How many there are in all.
        url: All of them; empty: there is no such page.
        says: What has to be known beside it; empty: nothing.
    """

    columns: Sequence[Row]
    rows: Sequence[Row]
    total: int
    url: str = ""
    says: str = ""


def _listing(reader: Reader, columns: Sequence[Row], rows: Sequence[Row], url: str = "", says: str = "") -> Listing:
    currency = reader.plan.product.currency or ""
    return Listing([{**column, "currency": currency} for column in columns], rows[:SHOWN], len(rows), url, says)


def _mine(reader: Reader, owner: str) -> tuple[dict[str, Row], str]:
    """Accounts that are still here, those that pay most, of one owner if one is named; and what is left out."""
    where = (Condition(property="account.owner", test="is", values=(owner,)),) if owner else ()
    page, _ = reader.accounts(Ask(where=where, sort="-mrr", limit=MOST_ROWS))
    here = {
        row["account_id"]: {**row, "url": links.account(row["account_id"]), "under": _under(row)}
        for row in page.rows
        if row["churned_on"] is None or row["churned_on"] > page.last_day
    }
    left_out = page.total > len(page.rows)
    return here, f"Of the {words.count(len(page.rows))} accounts that pay most." if left_out else ""


def _under(row: Mapping[str, Any]) -> str:
    return " · ".join(str(part) for part in (row["plan"], row["owner"]) if part)


def _all(owner: str, **asked: str) -> str:
    """The list of accounts, narrowed to an owner."""
    return f"/accounts?{urlencode({**({'owner': owner} if owner else {}), **asked})}"


def at_risk(reader: Reader, owner: str) -> Listing:
    """Accounts in the segment at risk, those first that somebody acts on first, with their champions."""
    mine, says = _mine(reader, owner)
    found = reader.placements(SEGMENT, {"entity": "account", "label": AT_RISK})
    rows: list[Row] = [
        mine[one.id]
        | {
            "why": joined(one.reasons),
            "since_says": f"since {day}" if (day := since(one.since, is_longer=one.is_longer)) else "",
        }
        for one in found.everyone
        if one.id in mine
    ]
    until = reader.moment()[1] + timedelta(days=RENEWAL_DAYS)
    is_near = {row["account_id"]: row["renewal_on"] is not None and row["renewal_on"] <= until for row in rows}
    rows.sort(key=lambda row: (-(row["mrr"] or 0), row["name"]))
    rows.sort(key=lambda row: row["renewal_on"] if is_near[row["account_id"]] else date.max)
    told = list(in_trouble.with_champions(reader, rows[:SHOWN])) + rows[SHOWN:]
    columns = (ACCOUNT, {**WHY, "under": "since_says"}, RENEWAL, in_trouble.CHAMPION, SCORE, CHANGE, MRR)
    url = _all(owner, where=f"placement.{SEGMENT}={AT_RISK}")
    return _listing(reader, columns, told, url, f"{in_trouble.ORDER} {says}".strip())


def renewals(reader: Reader, owner: str) -> Listing:
    """Accounts that renew soon, the next first."""
    mine, says = _mine(reader, owner)
    today = reader.moment()[1]
    until = today + timedelta(days=RENEWAL_DAYS)
    rows = [row for row in mine.values() if row["renewal_on"] and today < row["renewal_on"] <= until]
    rows.sort(key=lambda row: (row["renewal_on"], row["name"]))
    renewal = {**RENEWAL, "rank": ""}
    adopted: Row = {"name": "adopted_share", "title": "Adopted", "type": "number", "unit": "share", "rank": "wide",
                    "about": "Of the seats held, those whose users have adopted the product."}  # fmt: skip
    columns = (ACCOUNT, renewal, SEATS_ACTIVE, adopted, SCORE, CHANGE, MRR)
    return _listing(reader, columns, rows, _all(owner, sort="renewal_on", descending="0"), says)


def changes(reader: Reader, owner: str) -> Listing:
    """Accounts in another segment than a week ago; those that are in trouble now first."""
    mine, says = _mine(reader, owner)
    since = reader.moment()[1] - WEEK
    given = {"entity": "account", "since": since.isoformat()}
    titles = {label.name: label.title for label in reader.plan.all_placements[SEGMENT].labels_of("account")}
    rows = [
        mine[one.id]
        | {"from": titles.get(one.before, "not there"), "to": titles.get(one.after, one.after), "why": joined(one.reasons),
           "is_bad": one.after in (AT_RISK, INACTIVE)}
        for one in reader.movement(SEGMENT, given).result().moves
        if one.id in mine
    ]  # fmt: skip
    rows.sort(key=lambda row: (not row["is_bad"], -(row["mrr"] or 0), row["name"]))
    moved = ({"name": "from", "title": "Was", "rank": "wide"}, {"name": "to", "title": "Is"})
    url = f"/placements?{urlencode({'name': SEGMENT, **given})}"
    return _listing(reader, (ACCOUNT, *moved, {**WHY, "rank": "wide wrap"}, CHANGE, MRR), rows, url, says)


def distance(reader: Reader, owner: str) -> Listing:
    """Accounts by what they lack of their benchmark, the furthest first."""
    mine, says = _mine(reader, owner)
    found = reader.with_reasons(reader.benchmark({}).result())
    types = {one.name: one for one in found.types}
    rows = []
    for one in found.accounts:
        if one.id not in mine or one.distance is None or one.type not in types:
            continue
        bars = [bar for bar in benchmark_words.bars(one, types[one.type]) if bar.attained is not None]
        least = min(bars, key=lambda bar: bar.attained or 0.0) if bars else None
        lacks = [f"{why.about}: {why.text}" for why in benchmark_words.why(one, types, reader.plan)]
        rows.append(
            mine[one.id]
            | {"distance": one.distance, "lacks": "; ".join(lacks) or "nothing stands out", "type": types[one.type].title,
               "least": f"{least.title}, {words.share(least.attained)} of the benchmark" if least else None}
        )  # fmt: skip
    missing: Row = {"name": "distance", "title": "Missing", "type": "number", "unit": "share", "under": "type",
                    "about": "Of the median of the exemplary accounts of the type."}  # fmt: skip
    least_of: Row = {"name": "least", "title": "Least of", "type": "sentence", "rank": "wide wrap"}
    lacking: Row = {"name": "lacks", "title": "Lacks", "type": "sentence", "rank": "wide wrap"}
    return _listing(reader, (ACCOUNT, missing, least_of, lacking, SCORE, MRR), rows, "/benchmarks", says)


def qualified(reader: Reader, owner: str) -> Listing:
    """Accounts that meet a rule of the plan, the latest first."""
    mine, says = _mine(reader, owner)
    rules = [rule for rule in reader.plan.all_qualified.values() if rule.entity == "account"]
    rows = [
        mine[row["id"]] | {"as": rule.title, "since": row["since"], "why": row["reasons"]}
        for rule in rules
        for row in reader.qualified(rule.name).rows
        if row["id"] in mine
    ]
    rows.sort(key=lambda row: (-(row["since"].toordinal() if row["since"] else 0), row["name"]))
    named = (
        {"name": "as", "title": "Qualifies as", "type": "sentence", "rank": "soft"},
        {"name": "since", "title": "Since", "type": "date", "rank": "wide"},
    )
    asked = f"Rules: {in_words([rule.title for rule in rules], 'and')}." if rules else ""
    return _listing(
        reader, (ACCOUNT, *named, WHY, {**SEATS_ACTIVE, "rank": "wide"}, MRR), rows, says=f"{asked} {says}".strip()
    )


def seats(reader: Reader, owner: str) -> Listing:
    """Accounts that use most of what they pay for, the fullest first."""
    mine, says = _mine(reader, owner)
    rows = [
        mine[id_] | {"paid": int(found["seats"]), "used": found["seats_used"],
                     "busy": round(found["seats"] * found["seats_used"])}
        for id_, found in reader.signals("account", ("seats", "seats_used")).items()
        if id_ in mine and found["seats"] and found["seats_used"] is not None and found["seats_used"] >= NEARLY_FULL
        and found["seats"] >= TOO_FEW
    ]  # fmt: skip
    rows.sort(key=lambda row: (-row["used"], -(row["mrr"] or 0)))
    columns: tuple[Row, ...] = (
        ACCOUNT,
        {"name": "used", "title": "Seats used", "type": "number", "unit": "share",
         "about": "Users with a seat who were active in 28 days, of the seats that are paid for."},
        {"name": "busy", "title": "Active", "type": "integer"},
        {"name": "paid", "title": "Paid for", "type": "integer"},
        SCORE, MRR, RENEWAL,
    )  # fmt: skip
    return _listing(reader, columns, rows, _all(owner, sort="active_share", descending="1"), says)


def ledger(reader: Reader, owner: str) -> Listing:
    """Accounts whose contracts changed in the last month that is over, the largest change first."""
    mine, _ = _mine(reader, owner)
    given = {"output": "ledger", **overview.months(reader.moment()[1])}
    result = reader.metric("expansion", given).result()
    month = headline(result).first_on
    changed = [row for row in result.rows if row["period_on"] == month and row["estimate"]]
    names = reader.account_names(tuple(sorted(row["account_id"] for row in changed)))
    rows = [
        row
        | {
            "name": names.get(row["account_id"], row["account_id"]),
            "under": mine.get(row["account_id"], {}).get("under"),
            "url": links.account(row["account_id"]),
        }
        for row in changed
        if not owner or row["account_id"] in mine
    ]
    rows.sort(key=lambda row: -abs(row["estimate"]))
    columns: tuple[Row, ...] = (
        ACCOUNT, {"name": "movement", "title": "Movement"},
        {"name": "mrr_before", "title": "Paid before", "type": "number", "unit": "currency", "rank": "wide"},
        {"name": "mrr_after", "title": "Pays now", "type": "number", "unit": "currency", "rank": "wide"},
        {"name": "estimate", "title": "Change", "type": "number", "unit": "currency"},
        {"name": "seats_before", "title": "Seats before", "type": "integer", "rank": "wide", "missing": "not known"},
        {"name": "seats_after", "title": "Seats now", "type": "integer", "rank": "wide", "missing": "not known"},
    )  # fmt: skip
    says = f"{dates.period(month, 'month')}." if month else ""
    return _listing(reader, columns, rows, links.metric("expansion", given), says)


def asking(reader: Reader, owner: str) -> Listing:
    """Accounts by how many tickets they open for each of their users, the most first."""
    mine, says = _mine(reader, owner)
    rows = [
        mine[id_] | {"load": 100 * found["support_load"], "rating": found["ticket_satisfaction"]}
        for id_, found in reader.signals("account", ("support_load", "ticket_satisfaction")).items()
        if id_ in mine and found["support_load"] and mine[id_]["active_users"] >= TOO_FEW
    ]
    rows.sort(key=lambda row: (-row["load"], -(row["mrr"] or 0)))
    columns: tuple[Row, ...] = (
        ACCOUNT,
        {"name": "load", "title": "For 100 users", "type": "number", "unit": "count",
         "about": "Tickets of the last 28 days for every 100 users active in them."},
        {"name": "active_users", "title": "Active users", "type": "integer", "rank": "wide"},
        {"name": "rating", "title": "Rated, of 5", "type": "number", "unit": "count", "missing": "not rated", "rank": "wide",
         "about": "Mean rating of the tickets solved in the last 90 days."},
        SCORE, CHANGE, MRR, RENEWAL,
    )  # fmt: skip
    return _listing(reader, columns, rows, says=says)


LISTS: Mapping[str, Callable[[Reader, str], Listing]] = {
    "asking": asking,
    "at_risk": at_risk,
    "changes": changes,
    "distance": distance,
    "ledger": ledger,
    "qualified": qualified,
    "renewals": renewals,
    "seats": seats,
}
"""The lists that `uptake.reports.lenses` names."""
