"""What a funnel is asked for: its steps and rules, complete, whatever was left to a preset or to the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from uptake.errors import DefinitionMissing, QuestionError
from uptake.metrics.core.lengths import microseconds
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.question import Question
from uptake.metrics.core.steps import Excluded, Step, name_of, read_exclusions, read_steps
from uptake.plan import All, Criteria, Criterion, Plan, Selector
from uptake.sequences.rules import Between, Entry, Rules, Spoilt

ORDERS = ("ordered", "strict", "unordered")
ENTRIES = ("earliest", "latest", "closest", "first")
EXCLUSIONS = ("stop", "undo", "remove")
BETWEEN = ("nothing", "repeats", "halt")
FIRST_TOUCH, LAST_TOUCH, ALL_STEPS, ONE_STEP = ATTRIBUTIONS = ("first_touch", "last_touch", "all_steps", "step")
APART, COUNT = "apart", "count"
EACH: Entry = "each"
ENTITIES, PAIRS, TOTALS = "entities", "pairs", "totals"
AMPLITUDE = "amplitude"
VALUE = "="
"""What a value that has a funnel of its own is held with: events without the property are held too, with no text."""


@dataclass(frozen=True)
class Preset:
    """What a system does where nothing else is asked for.

    Args:
        window_days: Its window.
        entry: The entry of many that an entity counts with.
        exclusion: What an excluded event does.
        tolerance_seconds: How far apart events may be to count in either order; None: the order of arrival.
        between: What strict order allows.
        open: Whether entries whose window is not over are counted.
    """

    window_days: float = 14
    entry: Entry = "earliest"
    exclusion: Spoilt = "stop"
    tolerance_seconds: float | None = None
    between: Between = "repeats"
    open: str = COUNT


OURS = Preset(open=APART)
POSTHOG = Preset(entry="closest", exclusion="remove", tolerance_seconds=0)
PRESETS: dict[str, Preset] = {
    "posthog": POSTHOG,
    AMPLITUDE: Preset(window_days=1, tolerance_seconds=1, between="nothing"),
    "mixpanel": Preset(window_days=7, entry="first", tolerance_seconds=2),
    "clickhouse": Preset(entry="closest", between="halt"),
}
POSTHOG_UNORDERED = Preset(exclusion="undo")


@dataclass(frozen=True)
class Funnel:
    """A funnel, complete.

    Args:
        steps: Its steps.
        exclusions: What may not lie between them.
        rules: What counts as going through.
        hold: What stays the same within a history: `account`, the name of a property of events, or "".
        counts_open: Whether entries whose window is not over are counted.
        count: What counts once: an entity, each pair of one with a value held, or (`totals`) every attempt.
        by_value: The property of events of which each value has a funnel of its own, and so have events without one,
            or "": an entity counts with every value with which it enters.
    """

    steps: tuple[Step, ...]
    exclusions: tuple[Excluded, ...]
    rules: Rules
    hold: str
    counts_open: bool
    count: str = ENTITIES
    by_value: str = ""

    @property
    def is_of_attempts(self) -> bool:
        """Whether an entity counts with each of its attempts."""
        return self.rules.entry == EACH

    @property
    def is_by_arrival(self) -> bool:
        """Whether the order of arrival decides between events of one instant."""
        return self.rules.order != "unordered" and self.rules.tolerance is None

    @property
    def counts_again(self) -> bool:
        """Whether an entity may count several times: with each attempt, or with each value held."""
        return self.count != ENTITIES

    @property
    def held(self) -> str:
        """What tells the histories of an entity apart."""
        return self.by_value or self.hold

    @property
    def required(self) -> list[int]:
        """Numbers of the steps that may not be skipped, from 0."""
        return self.rules.required(len(self.steps))

    @property
    def names(self) -> list[str]:
        """What the steps are called; in any order, how many of them were done."""
        count = len(self.steps)
        if self.rules.order == "unordered" and count > 1:
            return [*(f"any {done} of {count}" for done in range(1, count)), f"all {count}"]
        return [step.label for step in self.steps]

    @property
    def previous(self) -> list[int | None]:
        """For each step the required one before it; None for the first."""
        return [max((one for one in self.required if one < step), default=None) for step in range(len(self.steps))]

    def gaps(self) -> list[tuple[int, int]]:
        """For each exclusion the steps it lies between, from 0."""
        last = len(self.steps)
        return [(one.after - 1, (one.before or last) - 1) for one in self.exclusions]


def funnel_of(asked: Asked) -> Funnel:
    """The funnel of a question.

    Raises:
        QuestionError: Its parameters contradict each other.
        DefinitionMissing: It names no steps and the plan has none either.
    """
    steps = read_steps(asked.param("steps")) if asked.param("steps") else steps_of(asked.plan)
    order = asked.param("order")
    preset = PRESETS.get(asked.param("preset") or "", OURS)
    if preset is POSTHOG and order == "unordered":
        preset = POSTHOG_UNORDERED
    step_windows = [step.within for step in steps] if any(step.within for step in steps) else []
    tolerance = _given(asked, "tolerance_seconds", None)
    if tolerance is None and order != "strict" and not step_windows:
        tolerance = preset.tolerance_seconds
    rules = Rules(
        order=order,
        window=microseconds("window_days", _given(asked, "window_days", preset.window_days)),
        step_windows=step_windows,
        entry=_entry(asked, preset),
        optional=[number for number, step in enumerate(steps) if step.is_optional],
        exclusion=_given(asked, "exclusion", preset.exclusion),
        tolerance=None if tolerance is None else round(tolerance * 1_000_000),
        between=_given(asked, "between", preset.between),
    )
    exclusions = read_exclusions(asked.param("exclude")) if asked.param("exclude") else ()
    try:
        rules.require_consistent(len(steps))
    except ValueError as error:
        raise QuestionError(str(error)) from None
    counts_open = _given(asked, "open", preset.open) == COUNT
    count = counted(asked.question.params)
    found = Funnel(steps, exclusions, rules, asked.param("hold") or "", counts_open, count, _by_value(asked))
    if found.by_value and found.hold:
        raise QuestionError("attribution is all_steps, and hold is given too.", do="Leave one of them out.")
    if found.count == PAIRS and not found.hold:
        raise QuestionError("count is pairs, and nothing is held.", do="Name what is, as in hold=project.")
    _require_gaps(found)
    return found


def counted(params: Mapping[str, Any]) -> str:
    """What counts once: what is asked for, else the pairs of a user and a value held that Amplitude counts, else entities."""
    pairs = params.get("preset") == AMPLITUDE and params.get("hold")
    return str(params.get("count") or (PAIRS if pairs else ENTITIES))


def event_properties_of(question: Question) -> list[str]:
    """Names of the events' own properties that a question splits or filters by."""
    named = [*question.by, *(test.property for test in question.where)]
    return list(dict.fromkeys(one.removeprefix("event.") for one in named if one.startswith("event.")))


def _entry(asked: Asked, preset: Preset) -> Entry:
    entry: Entry = _given(asked, "entry", preset.entry)
    if asked.param("count") != TOTALS:
        return entry
    if asked.param("entry") is not None:
        raise QuestionError(
            f"count is totals, and entry is {entry}.", do="Leave entry out: every attempt counts with its first entry."
        )
    return EACH


def _by_value(asked: Asked) -> str:
    named = event_properties_of(asked.question)
    if asked.param("attribution") != ALL_STEPS or not named:
        return ""
    if len(named) > 1:
        raise QuestionError(f"attribution is all_steps of {' and '.join(named)}.", do="Ask by one property of events.")
    return named[0]


def _given(asked: Asked, name: str, otherwise: Any) -> Any:  # noqa: ANN401 - values of parameters are of any type
    value = asked.param(name)
    return otherwise if value is None else value


def _require_gaps(found: Funnel) -> None:
    numbers = [step + 1 for step in found.required]
    for place, (after, before) in enumerate(found.gaps(), 1):
        if not (after in found.required and before in found.required and after < before):
            raise QuestionError(
                f"Exclusion {place} is after step {after + 1} and before step {before + 1}.",
                allowed=[f"after a required step and before a later one, of {', '.join(map(str, numbers))}"],
            )


def steps_of(plan: Plan) -> tuple[Step, ...]:
    """The steps of the plan's onboarding that one event does, from the first to the last that is required.

    Raises:
        DefinitionMissing: There are none.
    """
    found = []
    for step in plan.onboarding.steps if plan.onboarding else ():
        selectors = _selectors(step.criteria)
        if selectors:
            found.append((selectors, step.title or name_of(selectors), step.required))
    if not found:
        raise DefinitionMissing(
            "The funnel has no steps.",
            do="Name them, as in steps=signed_up,invited; or describe onboarding in the plan, whose steps are then asked for.",
        )
    needed = [number for number, (*_, is_required) in enumerate(found) if is_required] or range(len(found))
    return tuple(
        Step(selectors, title, is_optional=not is_required and min(needed) < number < max(needed))
        for number, (selectors, title, is_required) in enumerate(found)
        if min(needed) <= number <= max(needed)
    )


def _selectors(criteria: Criteria) -> tuple[Selector, ...]:
    if isinstance(criteria, Criterion):
        return (criteria.selector,) if criteria.at_least == 1 else ()
    if isinstance(criteria, All):
        return ()
    parts = [_selectors(part) for part in criteria.of]
    return tuple(one for part in parts for one in part) if all(parts) else ()
