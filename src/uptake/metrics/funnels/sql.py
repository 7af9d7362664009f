"""The same passes in SQL, for people to read and run: one relation a step, each found by joining the next event.

`uptake.sequences` answers in a part of the time; tests hold the two equal. Relations are made one after the other:
`step_event` (the events), `entry`, then a pass for each entry with `number_1, at_1, number_2, ...` of the required
steps, what excluded events did to it, the pass that counts (or those that do, where every attempt counts), and the
optional steps of that one.
"""

from __future__ import annotations

from itertools import combinations, pairwise

from uptake.facts.step_events import Wanted
from uptake.metrics.core.metric import Asked
from uptake.metrics.funnels.following import Following
from uptake.metrics.funnels.rules import VALUE, Funnel
from uptake.plan import ANY_EVENT, Selector
from uptake.store.sql import literal

BEST = {
    "earliest": "depth DESC, number_1",
    "latest": "depth DESC, number_1 DESC",
    "closest": "depth DESC, last_number, number_1 DESC",
    "first": "number_1",
}
"""Entry -> the order in which the passes of an entity are preferred."""
BEST_HISTORY = {
    "earliest": "clean DESC, at_1, history",
    "latest": "clean DESC, at_1 DESC, history DESC",
    "closest": "clean DESC, last_at, at_1 DESC, history DESC",
    "first": "at_1, history",
}
"""The same for the histories of an entity whose events are held apart."""


def pass_sql(asked: Asked, found: Funnel, wanted: Wanted) -> str | None:
    """SQL for the relation `pass` (entity_key, entered_at, period_on, done_at); None where there is none for such rules.

    There is none where steps in any order share events, as each event does one of them only, and for the strict order
    that halts.
    """
    if found.rules.order == "strict" and found.rules.between == "halt":
        return None
    if found.rules.order == "unordered" and _overlap(found):
        return None
    return PassSql(asked, found, wanted).text()


def _overlap(found: Funnel) -> bool:
    """Whether an event could fit two steps, by its name."""
    names = [set[str]().union(*(_names(one) for one in step.selectors)) for step in found.steps]
    return any(one & other or ANY_EVENT in one | other for one, other in combinations(names, 2))


def _names(selector: Selector) -> set[str]:
    return set(selector.events) or {f"feature {selector.feature}"}


class PassSql(Following):
    """The whole query: from the passes to the one that counts, with what excluded events did and the optional steps."""

    def text(self) -> str:
        """The query."""
        last = self._best(self._judged(self.follow()))
        for gap, (step, following) in enumerate(pairwise(self._required), 1):
            for optional in range(step + 1, following):
                last = self._optional(last, gap, optional)
        times = [f"at_{step}" for step in range(1, len(self._found.steps) + 1)]
        if self._rules.order != "unordered":
            done = {step: f"at_{place}" for place, step in enumerate(self._required, 1)}
            times = [done.get(step, f"optional_at_{step}") for step in range(1, len(self._found.steps) + 1)]
        listed = ",\n        ".join(
            f"{name} AS (\n            {body}\n        )" for name, body in self._relations.items()
        )
        name = self._found.by_value
        value = f"CASE WHEN held <> '' THEN substr(held, {len(VALUE) + 1}) END"
        properties = f", json_object({literal(name)}, {value})::VARCHAR AS properties" if name else ""
        attempt = ", number_1 AS attempt" if self._found.counts_again else ""
        return f"""WITH {listed}
        SELECT entity_key, entered_at, period_on, [{", ".join(times)}] AS done_at{attempt}{properties} FROM {last}"""

    # What excluded events did, and the pass that counts

    def _judged(self, last: str) -> str:
        """Adds to passes: reached, clean (steps before an excluded event), depth by which they are told apart."""
        steps = len(self._required)
        gaps = self._excluded()
        if (
            self._rules.entry == "closest"
            and self._rules.order != "unordered"
            and steps > 1
            and (gaps or self._rules.tolerance is not None)
        ):
            self._relations["not_forgotten"] = f"""SELECT * FROM {last}
            QUALIFY number_2 IS NULL OR number_2 IS DISTINCT FROM
                lead(number_2) OVER (PARTITION BY {self._history}, period_on ORDER BY number_1)"""
            last = "not_forgotten"
        for gap, fits in gaps.items():
            last = self._spoilt(last, gap, fits)
        reached = " + ".join(f"(number_{place} IS NOT NULL)::INT" for place in range(1, steps + 1))
        clean = f"least({reached}, {', '.join(f'CASE WHEN spoilt_{gap} IS NOT NULL THEN {gap} END' for gap in gaps)})"
        stopped = f"coalesce({', '.join(f'spoilt_{gap}' for gap in gaps)})"
        is_spoilt = " OR ".join(f"spoilt_{gap} IS NOT NULL" for gap in gaps)
        if gaps and self._rules.exclusion == "undo":
            clean = f"CASE WHEN {is_spoilt} THEN 1 ELSE {clean} END"
        depth = "clean"
        if gaps and self._rules.exclusion == "remove":
            depth = f"2 * least({reached}, clean + 1) + (NOT is_spoilt)::INT"
        self._relations[
            "judged"
        ] = f"""SELECT *, {clean if gaps else reached} AS clean, {is_spoilt or "false"} AS is_spoilt,
                {stopped if gaps else "NULL"} AS stopped, {depth} AS depth,
                [{", ".join(f"number_{place}" for place in range(1, steps + 1))}][clean] AS last_number,
                [{", ".join(f"at_{place}" for place in range(1, steps + 1))}][clean] AS last_at
            FROM {last}"""
        return "judged"

    def _excluded(self) -> dict[int, str]:
        """Number of a required step -> SQL for what is excluded between it and the next, where anything is."""
        found: dict[int, str] = {}
        for gap, step in enumerate(self._required[:-1], 1):
            tests = [
                f"fits_{number}"
                for number, (after, before) in enumerate(self._found.gaps(), self._wanted.steps + 1)
                if self._rules.order == "unordered" or after <= step - 1 < before
            ]
            if tests:
                found[gap] = f"({' OR '.join(tests)})"
        return found

    def _spoilt(self, last: str, gap: int, fits: str) -> str:
        number, at, after = f"p.number_{gap}", f"p.at_{gap}", f"number_{gap + 1}"
        in_time = [self._within(self._window_of(gap + 1), "e.event_at", at)]
        if self._is_strict:
            in_time.append(f"e.foreign_before_{gap} = p.foreign_to_{gap}")
        if self._tolerance is None:
            joined = self._joined(last, fits, number, "", [])
            precedes = f"e.number < p.{after}"
        else:
            joined = f"""(
                SELECT p.*, (
                    SELECT min(e.number) FROM step_event e WHERE {fits} AND e.{self._history} = p.{self._history}
                        AND epoch_us(e.event_at) - epoch_us({at}) > {self._tolerance}
                ) AS next_number FROM {last} p
            ) p LEFT JOIN step_event e ON e.number = p.next_number"""
            precedes = f"e.number < p.tied_{gap + 1}"
        self._relations[
            f"spoilt_by_{gap}"
        ] = f"""SELECT {self._all}, CASE WHEN {self._within(self._rules.window, "e.event_at", "p.at_1")}
                AND CASE WHEN p.{after} IS NULL THEN {" AND ".join(in_time)} ELSE {precedes} END
                THEN e.number END AS spoilt_{gap}
            FROM {joined}"""
        return f"spoilt_by_{gap}"

    def _best(self, last: str) -> str:
        chosen = (
            f"JOIN {self._attempts(last)} b ON b.number_1 = p.number_1"
            if self._found.is_of_attempts
            else (
                f"QUALIFY row_number() OVER (PARTITION BY {self._history}, period_on ORDER BY {BEST[self._rules.entry]}) = 1"
            )
        )
        removed = "CASE WHEN is_spoilt THEN 0 ELSE clean END" if self._rules.exclusion == "remove" else "clean"
        steps = range(1, len(self._required) + 1)
        cut = "".join(
            f", CASE WHEN clean >= {place} THEN {what}_{place} END AS {what}_{place}"
            for place in steps[1:]
            for what in ("at", "number")
        )
        kept = [name for place in steps for name in self._remembered(place)]
        self._relations[
            "best"
        ] = f"""SELECT {self._keys("p")}, period_on, at_1, at_1 AS entered_at, p.number_1, stopped,
                {removed} AS clean, last_at{cut}{"".join(f", {name}" for name in kept)}
            FROM {last} p
            {chosen}"""
        final = "best"
        if self._found.hold and not self._found.counts_again:
            self._relations["best_history"] = f"""SELECT * FROM best
            QUALIFY row_number() OVER (PARTITION BY entity_key, period_on ORDER BY {BEST_HISTORY[self._rules.entry]}) = 1"""
            final = "best_history"
        if self._rules.exclusion == "remove":
            self._relations["counted"] = f"SELECT * FROM {final} WHERE clean > 0"
            final = "counted"
        return final

    def _attempts(self, last: str) -> str:
        """Makes `begun`: the first pass of each history, and of each the next that begins when it is over."""
        steps = range(1, len(self._required) + 1)
        used = {
            what: f"list_max([{', '.join(f'p.{what}_{place}' for place in steps)}][:clean])"
            for what in ("number", "at")
        }
        unused = f"e.number > {used['number']}"
        if self._tolerance is not None:
            unused = f"epoch_us(e.event_at) - epoch_us({used['at']}) > {self._tolerance}"
        over = [f"clean = {len(self._required)}", "e.number > p.stopped"]
        if self._rules.window is not None:
            over.append(f"NOT {self._within(self._rules.window, 'e.event_at', 'p.at_1')}")
        if self._is_strict:
            over += [f"clean = {gap} AND e.foreign_to_{gap} > p.foreign_to_{gap}" for gap in steps[:-1]]
        self._relations["following"] = f"""SELECT p.number_1, min(e.number) AS next_number
            FROM {last} p JOIN (FROM step_event WHERE number IN (SELECT number_1 FROM entry)) e
                ON e.{self._history} = p.{self._history} AND e.number > p.number_1 AND {unused} AND ({" OR ".join(over)})
            GROUP BY ALL"""
        self._relations["begun"] = f"""WITH RECURSIVE one (number_1) AS (
                SELECT min(number_1) FROM {last} GROUP BY {self._history}
                UNION ALL SELECT f.next_number FROM one JOIN following f USING (number_1)
            ) SELECT number_1 FROM one"""
        return "begun"

    def _remembered(self, place: int) -> list[str]:
        names = [f"tied_{place}"] if self._tolerance is not None else []
        if self._is_strict and place < len(self._required):
            names.append(f"foreign_to_{place}")
        return names

    # Optional steps

    def _optional(self, last: str, gap: int, step: int) -> str:
        first = self._required[gap - 1]
        before = [f"optional_{one}" for one in range(step - 1, first, -1)]
        previous = (
            f"coalesce({', '.join(f'p.{name}' for name in before)}, p.number_{gap})" if before else f"p.number_{gap}"
        )
        until = f"e.number < p.number_{gap + 1}"
        tied = ""
        if self._tolerance is not None:
            until = f"epoch_us(e.event_at) - epoch_us(p.at_{gap + 1}) <= {self._tolerance}"
            named = [f"p.tied_optional_{one}" for one in range(step - 1, first, -1)]
            tied = f"coalesce({', '.join([*named, f'p.tied_{gap}'])})" if named else f"p.tied_{gap}"
        numbers = [f"p.number_{place}" for place in range(1, len(self._required) + 1)]
        done = [one for one in range(2, step) if one not in self._required]
        joined = self._joined(last, f"fits_{step}", previous, tied, [*numbers, *(f"p.optional_{one}" for one in done)])
        limit = self._rules.step_windows[step - 1] if self._rules.step_windows else None
        tests = [
            f"p.number_{gap} IS NOT NULL",
            f"CASE WHEN p.number_{gap + 1} IS NOT NULL THEN {until} ELSE e.number < coalesce(p.stopped, e.number + 1) END",
            self._within(self._rules.window, "e.event_at", "p.at_1"),
            self._within(limit, "e.event_at", f"p.at_{gap}"),
        ]
        if self._is_strict:
            tests.append(f"e.foreign_before_{gap} = p.foreign_to_{gap}")
        in_time = " AND ".join(tests)
        kept = f", CASE WHEN {in_time} THEN e.tied END AS tied_optional_{step}" if tied else ""
        self._relations[
            f"with_optional_{step}"
        ] = f"""SELECT {self._all}, CASE WHEN {in_time} THEN e.number END AS optional_{step},
                CASE WHEN {in_time} THEN e.event_at END AS optional_at_{step}{kept}
            FROM {joined}"""
        return f"with_optional_{step}"
