"""Passes in SQL: the events of a funnel, its entries, and for each entry the events it goes on to."""

from __future__ import annotations

from uptake.facts.step_events import ARRIVAL, Wanted
from uptake.metrics.core.metric import Asked
from uptake.metrics.funnels.rules import Funnel

NO_EVENT = 2**63 - 1
"""Behind every event's number. The engine lets a pass without an event meet one: to its join, NULL is before all."""


class Following:
    """Relations up to a pass for each entry, with `number_1, at_1, number_2, ...` of the required steps.

    Args:
        asked: The question.
        found: Its funnel.
        wanted: The events that are read.
    """

    def __init__(self, asked: Asked, found: Funnel, wanted: Wanted) -> None:
        self._asked = asked
        self._found = found
        self._rules = found.rules
        self._wanted = wanted
        self._required = [step + 1 for step in found.required]
        self._is_strict = self._rules.order == "strict"
        self._tolerance = self._rules.tolerance if self._rules.order != "unordered" else None
        self._history = "history" if found.held else "entity_key"
        self._all = "p.*" if self._tolerance is None else "p.* EXCLUDE (next_number)"
        self._relations: dict[str, str] = {}

    def follow(self) -> str:
        """Makes the relations up to the passes; their name."""
        self._relations["step_event"] = self._events()
        self._relations["entry"] = self._entries()
        if self._rules.order == "unordered":
            return self._in_any_order()
        if self._is_strict or self._rules.step_windows:
            return self._backwards()
        return self._forwards()

    # Events and entries

    def _events(self) -> str:
        wanted = self._wanted
        order = f"{wanted.key}, {wanted.held}, event_at" if wanted.held else f"{wanted.key}, event_at"
        columns = "".join(f", {test} AS fits_{step}" for step, test in enumerate(wanted.tests, 1))
        if wanted.held:
            columns += f", {wanted.held} AS held, dense_rank() OVER (ORDER BY {wanted.key}, {wanted.held}) AS history"
        events = f"""SELECT {wanted.key} AS entity_key, event_at,
                row_number() OVER (ORDER BY {order}, {ARRIVAL}) AS number{columns}
            FROM event WHERE {wanted.condition()} AND event_at < $as_of"""
        further = []
        if self._tolerance is not None:
            further.append(
                f"min(number) OVER (PARTITION BY {self._history} ORDER BY event_at"
                f" RANGE INTERVAL {self._tolerance} MICROSECONDS PRECEDING) AS tied"
            )
        if self._is_strict:
            for gap in range(1, len(self._required)):
                is_foreign = f"(NOT {self._allowed(gap)})::INT"
                further.append(f"sum({is_foreign}) OVER (ORDER BY number ROWS UNBOUNDED PRECEDING) AS foreign_to_{gap}")
                further.append(f"foreign_to_{gap} - {is_foreign} AS foreign_before_{gap}")
        if not further:
            return events
        return f"SELECT *, {', '.join(further)} FROM (\n            {events}\n            )"

    def _allowed(self, gap: int) -> str:
        """SQL for what may lie between two required steps where order is strict."""
        first = self._required[gap - 1] + (self._rules.between == "nothing")
        return "(" + (" OR ".join(f"fits_{step}" for step in range(first, self._required[gap])) or "false") + ")"

    def _entries(self) -> str:
        begins = "e.event_at >= p.begins_at"
        if self._asked.question.date_from is None:
            begins = f"({begins} OR p.begins_at = (SELECT min(begins_at) FROM period))"
        starts = "e.fits_1"
        if self._rules.order == "unordered":
            starts = f"({' OR '.join(f'e.fits_{step}' for step in range(1, len(self._found.steps) + 1))})"
        first = ""
        if self._rules.entry == "first":
            first = (
                f"\n            QUALIFY row_number() OVER (PARTITION BY {self._history}, period_on ORDER BY number) = 1"
            )
        return f"""SELECT {self._keys("e")}, p.period_on, e.event_at AS at_1, e.number AS number_1{self._kept("e", 1)}
            FROM step_event e JOIN period p ON e.event_at < p.ends_at AND {begins} WHERE {starts}{first}"""

    def _keys(self, alias: str) -> str:
        return f"{alias}.entity_key" + (f", {alias}.history, {alias}.held" if self._found.held else "")

    def _kept(self, alias: str, place: int) -> str:
        """What is remembered of the event that does a required step, beside its number and instant."""
        kept = f", {alias}.tied AS tied_{place}" if self._tolerance is not None else ""
        if self._is_strict and place < len(self._required):
            kept += f", {alias}.foreign_to_{place} AS foreign_to_{place}"
        return kept

    # Passes

    def _forwards(self) -> str:
        """With no limit but the window of the pass the first event of the next step is as good as any."""
        last = "entry"
        for place, step in enumerate(self._required[1:], 2):
            in_time = self._within(self._rules.window, "e.event_at", "p.at_1")
            taken = [f"p.number_{before}" for before in range(1, place)]
            joined = self._joined(last, f"fits_{step}", f"p.number_{place - 1}", f"p.tied_{place - 1}", taken)
            tied = f", CASE WHEN {in_time} THEN e.tied END AS tied_{place}" if self._tolerance is not None else ""
            self._relations[
                f"pass_{place}"
            ] = f"""SELECT {self._all}, CASE WHEN {in_time} THEN e.event_at END AS at_{place},
                CASE WHEN {in_time} THEN e.number END AS number_{place}{tied}
            FROM {joined}"""
            last = f"pass_{place}"
        return last

    def _joined(self, relation: str, fits: str, after: str, tied: str, taken: list[str]) -> str:
        """SQL that joins the next event that fits: the one that follows, or where ties are open is not taken yet."""
        events = f"(FROM step_event WHERE {fits}) e"
        if self._tolerance is None:
            return (
                f"{relation} p ASOF LEFT JOIN {events} ON e.{self._history} = p.{self._history}"
                f" AND e.number > coalesce({after}, {NO_EVENT})"
            )
        return f"""(
                SELECT p.*, (
                    SELECT min(e.number) FROM step_event e WHERE {fits} AND e.{self._history} = p.{self._history}
                        AND e.number >= {tied} AND {" AND ".join(f"e.number IS DISTINCT FROM {one}" for one in taken)}
                ) AS next_number FROM {relation} p
            ) p LEFT JOIN step_event e ON e.number = p.next_number"""

    def _backwards(self) -> str:
        """Where a step limits the next, from the last step back: only events from which the others can still be done."""
        steps = self._required
        tried = ["SELECT p.*, 1 AS depth" + self._padding(1, len(steps)) + " FROM entry p"]
        for depth in range(2, len(steps) + 1):
            for place in range(depth, 0, -1):
                self._relations[f"way_{depth}_{place}"] = self._way(depth, place)
            columns = "".join(self._columns(place, "w") for place in range(2, depth + 1))
            tried.append(f"""SELECT p.*, {depth} AS depth{columns}{self._padding(depth, len(steps))}
            FROM entry p JOIN way_{depth}_1 w ON w.number_1 = p.number_1
            WHERE {self._within(self._rules.window, f"w.at_{depth}", "p.at_1")}""")
        self._relations["tried"] = "\n            UNION ALL ".join(tried)
        self._relations["passes"] = """SELECT * EXCLUDE (depth) FROM tried
            QUALIFY row_number() OVER (PARTITION BY number_1 ORDER BY depth DESC) = 1"""
        return "passes"

    def _way(self, depth: int, place: int) -> str:
        fits = f"fits_{self._required[place - 1]}"
        own = f"e.number AS number_{place}, e.event_at AS at_{place}{self._kept('e', place)}"
        before = f", e.foreign_before_{place - 1}" if self._is_strict and place > 1 else ""
        if place == depth:
            return f"SELECT {self._keys('e')}, {own}{before} FROM step_event e WHERE e.{fits}"
        columns = "".join(self._columns(later, "n") for later in range(place + 1, depth + 1))
        tests = [self._within(self._window_of(place + 1), f"n.at_{place + 1}", "e.event_at")]
        if self._is_strict:
            tests.append(f"n.foreign_before_{place} = e.foreign_to_{place}")
        return f"""SELECT {self._keys("e")}, {own}{before}{columns}
            FROM (FROM step_event WHERE {fits}) e ASOF JOIN way_{depth}_{place + 1} n
                ON n.{self._history} = e.{self._history} AND n.number_{place + 1} > e.number
            WHERE {" AND ".join(tests)}"""

    def _columns(self, place: int, alias: str) -> str:
        names = [f"number_{place}", f"at_{place}"]
        if self._is_strict and place < len(self._required):
            names.append(f"foreign_to_{place}")
        return "".join(f", {alias}.{name} AS {name}" for name in names)

    def _padding(self, depth: int, steps: int) -> str:
        padding = ""
        for place in range(depth + 1, steps + 1):
            padding += f", NULL AS number_{place}, NULL AS at_{place}"
            if self._is_strict and place < steps:
                padding += f", NULL AS foreign_to_{place}"
        return padding

    def _in_any_order(self) -> str:
        last = "entry"
        steps = range(1, len(self._found.steps) + 1)
        for step in steps:
            in_time = self._within(self._rules.window, "e.event_at", "p.at_1")
            self._relations[
                f"found_{step}"
            ] = f"""SELECT p.*, CASE WHEN {in_time} THEN e.number END AS found_number_{step},
                CASE WHEN {in_time} THEN e.event_at END AS found_at_{step}
            FROM {last} p ASOF LEFT JOIN (FROM step_event WHERE fits_{step}) e
                ON e.{self._history} = p.{self._history} AND e.number >= p.number_1"""
            last = f"found_{step}"
        ordered = {
            what: f"list_sort([{', '.join(f'found_{what}_{step}' for step in steps)}], 'ASC', 'NULLS LAST')"
            for what in ("number", "at")
        }
        columns = "".join(f", {ordered[what]}[{step}] AS {what}_{step}" for step in steps[1:] for what in ordered)
        self._relations["passes"] = f"SELECT {self._keys('p')}, period_on, at_1, number_1{columns} FROM {last} p"
        return "passes"

    # Limits

    def _window_of(self, place: int) -> int | None:
        """The window of a required step, by its place."""
        return self._rules.step_windows[self._required[place - 1] - 1] if self._rules.step_windows else None

    def _within(self, limit: int | None, later: str, earlier: str) -> str:
        return "true" if limit is None else f"epoch_us({later}) - epoch_us({earlier}) <= {limit}"
