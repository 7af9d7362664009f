"""The adoption plan as one frozen object."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from uptake.plan.account_journey import Journey
from uptake.plan.acquisition import Acquisition
from uptake.plan.alerts import Alert, default_alerts
from uptake.plan.bands import Bands, read_all
from uptake.plan.benchmarks import DEFAULT_BENCHMARKS, Benchmark
from uptake.plan.criterion import Criteria, leaves
from uptake.plan.default_placements import default_placements
from uptake.plan.document import Place, nearest_place
from uptake.plan.event_titles import EventTitles
from uptake.plan.evidence import Evidence
from uptake.plan.feature import Feature
from uptake.plan.group import Group
from uptake.plan.invites import Invites
from uptake.plan.journey import Activation, Milestone, Onboarding, ValueMoment
from uptake.plan.launch import Launch
from uptake.plan.placements import Placement
from uptake.plan.problems import Gathering, Location, Problem, Problems, nearest, shown
from uptake.plan.product import Product, Start
from uptake.plan.proficiency import Proficiency
from uptake.plan.qualified import Qualification, default_qualified
from uptake.plan.quorum import parts
from uptake.plan.references import Reference
from uptake.plan.rule import subjects
from uptake.plan.scores import DEFAULT_SCORES, Score
from uptake.plan.section import Section, named
from uptake.plan.segments import Segment
from uptake.plan.selectors import Selector, SelectorField
from uptake.plan.targets import Target
from uptake.plan.task import Task
from uptake.plan.thresholds import FrequencyClasses, Labouring
from uptake.plan.tickets import Tickets
from uptake.plan.trial import Trial
from uptake.plan.vanity import VANITY
from uptake.plan.words import Name, Text

BUILT_IN = {
    "activated": "the moment that activation.user describes",
    "value": "the first of the value moments",
}
"""Milestones that every plan has; those of steps and value moments have a colon, which no name of a plan holds."""


class Plan(Section):
    """What a product means by adoption. `Plan()` is the plan of a workspace that has none.

    Two plans say the same if their `version` is the same.

    Args:
        product: The product and its calendar.
        start: Start of life of users and accounts.
        active: What counts as active, any of the selectors. Empty stands for every event that is not a
            vanity event (`is_vanity`).
        events: Name of an event -> how people call it.
        features: Features by name.
        onboarding: Steps of setting up, or None.
        activation: When users and accounts are activated, or None.
        proficiency: When who is activated counts as proficient.
        value_moments: Reaching any of them is value realised.
        milestones: Further named moments.
        tasks: What people set out to do, by name.
        labouring: When activity is work against the product.
        frequency_classes: What is called often.
        references: Reference ranges by name, which is the metric's unless it says otherwise.
        segments: Named sets of users or accounts.
        bands: Attribute, a number -> the ranges that it is told apart by.
        acquisition: How users came, or None.
        targets: Where metrics are to be by when, by name, which is the metric's unless it says otherwise.
        owners: Metric -> who answers for it.
        launches: Launches of features by name.
        journey: How far accounts are, from awareness to expansion, or None.
        invites: The events that are invites, or None.
        tickets: The events that are support tickets, or None: tickets are imported as rows alone.
        trial: How accounts try the product, and what they should have done by then, or None.
        scores: Scores by name; empty stands for adoption, engagement and health as they come.
        benchmarks: Types of customers with their exemplary ones, by name; empty stands for one of all accounts.
        placements: Where everyone stands, by name; beside those that every plan has, or instead of one of them.
        alerts: Alerts by name; empty stands for two on the health of accounts.
        qualified: Who qualifies by which rule, by name, beside power users and references.
        evidence: Where recordings, tickets and notes are kept, by name.
    """

    product: Product = Product()
    start: Start = Start()
    active: tuple[SelectorField, ...] = ()
    events: EventTitles = Field(default_factory=dict)
    features: Annotated[dict[Name, Feature], BeforeValidator(named)] = Field(default_factory=dict)
    onboarding: Onboarding | None = None
    activation: Activation | None = None
    proficiency: Proficiency = Proficiency()
    value_moments: Annotated[dict[Name, ValueMoment], BeforeValidator(named)] = Field(default_factory=dict)
    milestones: Annotated[dict[Name, Milestone], BeforeValidator(named)] = Field(default_factory=dict)
    tasks: Annotated[dict[Name, Task], BeforeValidator(named)] = Field(default_factory=dict)
    labouring: Labouring = Labouring()
    frequency_classes: FrequencyClasses = FrequencyClasses()
    references: Annotated[dict[Name, Reference], BeforeValidator(named)] = Field(default_factory=dict)
    segments: Annotated[dict[Name, Segment], BeforeValidator(named)] = Field(default_factory=dict)
    bands: dict[str, Bands] = Field(default_factory=dict)
    acquisition: Acquisition | None = None
    targets: Annotated[dict[Name, Target], BeforeValidator(named)] = Field(default_factory=dict)
    owners: dict[Name, Text] = Field(default_factory=dict)
    launches: Annotated[dict[Name, Launch], BeforeValidator(named)] = Field(default_factory=dict)
    journey: Journey | None = None
    invites: Invites | None = None
    tickets: Tickets | None = None
    trial: Trial | None = None
    scores: Annotated[dict[Name, Score], BeforeValidator(named)] = Field(default_factory=dict)
    benchmarks: Annotated[dict[Name, Benchmark], BeforeValidator(named)] = Field(default_factory=dict)
    placements: Annotated[dict[Name, Placement], BeforeValidator(named)] = Field(default_factory=dict)
    alerts: Annotated[dict[Name, Alert], BeforeValidator(named)] = Field(default_factory=dict)
    qualified: Annotated[dict[Name, Qualification], BeforeValidator(named)] = Field(default_factory=dict)
    evidence: Annotated[dict[Name, Evidence], BeforeValidator(named)] = Field(default_factory=dict)

    _places: Mapping[Location, Place] = PrivateAttr(default_factory=dict)

    def model_post_init(self, context: object) -> None:
        """Keeps where everything stands: the loader passes it as validation context."""
        if isinstance(context, Mapping):
            self._places = context

    @cached_property
    def version(self) -> str:
        """Hash of the whole content, 12 hex digits; comments, layout and file names do not change it."""
        return _hash(self.model_dump(mode="json"))

    @property
    def facts_version(self) -> str:
        """Hash of what precomputed facts depend on, 12 hex digits: not of titles, tags, references and the like."""
        untitled = {"__all__": {"title"}}
        content = self.model_dump(
            mode="json",
            include={"start", "active", "onboarding", "activation", "value_moments", "milestones", "acquisition"},
            exclude={
                "onboarding": {"steps": untitled},
                "value_moments": {"__all__": {"title", "eligible"}},
                "milestones": untitled,
            },
        )
        content["product"] = self.product.model_dump(include={"timezone", "session_gap_minutes"})
        content["features"] = {
            name: feature.model_dump(mode="json", include={"events", "quantity", "adopted", "cadence_days"})
            for name, feature in self.features.items()
        }
        if not self.active:
            content["vanity"] = sorted(VANITY)
        return _hash(content)

    @property
    def all_scores(self) -> Mapping[str, Score]:
        """The plan's scores, or those that come where it has none."""
        return self.scores or DEFAULT_SCORES

    @property
    def all_benchmarks(self) -> Mapping[str, Benchmark]:
        """The plan's benchmarks, or the one that comes where it has none."""
        return self.benchmarks or DEFAULT_BENCHMARKS

    @property
    def best_by(self) -> str:
        """What exemplary accounts are proposed by where nobody says: adoption, else the first score of accounts."""
        known = [
            name for name, one in self.all_scores.items() if "account" in one.entities and one.higher_is == "better"
        ]
        return f"score.{'adoption' if 'adoption' in known else known[0]}" if known else "adopted"

    @cached_property
    def all_placements(self) -> Mapping[str, Placement]:
        """The placements that every plan has, with the plan's own beside them or in their place."""
        has_value = bool(self.value_moments)
        given = default_placements(self.product, self.activation, has_value, self.all_scores, self.journey)
        return {**given, **self.placements}

    @property
    def all_alerts(self) -> Mapping[str, Alert]:
        """The plan's alerts, or those that come where it has none."""
        return self.alerts or default_alerts(self.all_scores.values())

    @property
    def all_qualified(self) -> Mapping[str, Qualification]:
        """The rules that every plan has, with the plan's own beside them or in their place."""
        return {**default_qualified(self.all_scores), **self.qualified}

    def in_zone(self, timezone: str) -> Plan:
        """The same plan with its days cut in another time zone."""
        return self.model_copy(update={"product": self.product.model_copy(update={"timezone": timezone})})

    def selectors(self) -> Iterator[tuple[Location, Selector]]:
        """Every selector of the plan with its location, in the order of the fields."""
        for entity, points in (("user", self.start.user), ("account", self.start.account)):
            for position, point in enumerate(points):
                if point.selector is not None:
                    yield ("start", entity, position), point.selector
        for position, chosen in enumerate(self.active):
            yield ("active", position), chosen
        for name, feature in self.features.items():
            for position, chosen in enumerate(feature.events):
                yield ("features", name, "events", position), chosen
        yield from self._tasks()
        yield from self._channels()
        if self.invites is not None:
            yield ("invites", "sent"), self.invites.sent
            yield ("invites", "accepted"), self.invites.accepted
        if self.tickets is not None:
            yield ("tickets", "opened"), self.tickets.opened
        yield from self._behaviours()
        for location, tree in self._criteria():
            for below, criterion in leaves(tree):
                yield (*location, *below), criterion.selector

    def _tasks(self) -> Iterator[tuple[Location, Selector]]:
        for name, task in self.tasks.items():
            yield ("tasks", name, "start"), task.start
            yield ("tasks", name, "complete"), task.complete
            if task.error is not None:
                yield ("tasks", name, "error"), task.error

    def _channels(self) -> Iterator[tuple[Location, Selector]]:
        for name, launch in self.launches.items():
            for channel in launch.channels:
                if channel.reached is not None:
                    yield ("launches", name, "channels", channel.name), channel.reached

    def _behaviours(self) -> Iterator[tuple[Location, Selector]]:
        for name, segment in self.segments.items():
            for position, behaviour in enumerate(segment.did or ()):
                yield ("segments", name, "did", position), behaviour.selector

    def _criteria(self) -> Iterator[tuple[Location, Criteria]]:
        if self.onboarding is not None:
            for position, step in enumerate(self.onboarding.steps):
                yield ("onboarding", "steps", position), step.criteria
        if self.activation is not None:
            yield ("activation", "user"), self.activation.user.criteria
            for location, part in parts(self.activation.account.quorum):
                if part.criteria is not None:
                    yield ("activation", "account", *location), part.criteria
        for key, moments in (("value_moments", self.value_moments), ("milestones", self.milestones)):
            for name, moment in moments.items():
                yield (key, name), moment.criteria
        for name, moment in self.trial.criteria.items() if self.trial is not None else ():
            yield ("trial", "criteria", name), moment.criteria

    def place(self, location: Location) -> str:
        """File and line of a location, "plan/features.yml:14", or of the nearest thing around it.

        Returns:
            An empty text if the plan was not read from files.
        """
        return str(nearest_place(self._places, location) or "")

    @field_validator("features", mode="after")
    @classmethod
    def _completed(cls, features: dict[str, Feature], info: ValidationInfo) -> dict[str, Feature]:
        product = info.data.get("product", Product())
        complete = {name: feature.completed(product) for name, feature in features.items()}
        problems = [
            Problem((name, "adopted", "days"), f"is {adopted.days}", (f"at most within_days, {adopted.within_days}",))
            for name, adopted in ((name, feature.adopted) for name, feature in complete.items())
            if adopted.days > adopted.within_days
        ]
        if problems:
            raise Problems(*problems)
        return complete

    @field_validator("bands", mode="before")
    @classmethod
    def _banded(cls, value: object, info: ValidationInfo) -> dict[str, Bands]:
        return read_all(value, info.data.get("product", Product(currency="XXX")).currency)

    @field_validator("milestones", mode="after")
    @classmethod
    def _not_built_in(cls, milestones: dict[str, Milestone]) -> dict[str, Milestone]:
        problems = [
            Problem((name,), f"is the name of {BUILT_IN[name]}", ("any other name",))
            for name in milestones
            if name in BUILT_IN
        ]
        if problems:
            raise Problems(*problems)
        return milestones

    @model_validator(mode="after")
    def _features_exist(self) -> Plan:
        gathering = Gathering()
        for location, chosen in self.selectors():
            if chosen.feature is not None and chosen.feature not in self.features:
                do = nearest(chosen.feature, self.features) or "Describe it under features."
                gathering.problems.append(
                    Problem((*location, "feature"), f"is {shown(chosen.feature)}", tuple(self.features), do)
                )
        for name, launch in self.launches.items():
            if launch.feature not in self.features:
                do = nearest(launch.feature, self.features) or "Describe it under features."
                gathering.problems.append(
                    Problem(("launches", name, "feature"), f"is {shown(launch.feature)}", tuple(self.features), do)
                )
            elif launch.launched_on is None and self.features[launch.feature].launched_on is None:
                do = "Give the day here, or with the feature."
                gathering.problems.append(Problem(("launches", name, "launched_on"), "is missing", do=do))
        gathering.end()
        return self

    def launched_on(self, launch: Launch) -> date:
        """The first day of a launch: its own, or its feature's."""
        day = launch.launched_on or self.features[launch.feature].launched_on
        assert day is not None
        return day

    @model_validator(mode="after")
    def _milestones_of_the_journey_exist(self) -> Plan:
        known = (
            *self.milestones,
            *(("activated",) if self.activation else ()),
            *(("value",) if self.value_moments else ()),
        )
        named_ = {} if self.journey is None else {"test": self.journey.test, "adoption": self.journey.adoption}
        problems = [
            Problem(
                ("journey", step), f"is {shown(name)}", known, nearest(name, known) or "Describe it under milestones."
            )
            for step, name in named_.items()
            if name is not None and name not in known
        ]
        if problems:
            raise Problems(*problems)
        return self

    @model_validator(mode="after")
    def _rules_lead_somewhere(self) -> Plan:
        rules = self._rules_of_sets()
        problems = []
        for location, (kind, name), rule in rules:
            for asked in _sets_asked_for(rule):
                known = self.all_placements if asked[0] == "placement" else self.segments
                if asked[1] not in known:
                    what = f"asks for the {asked[0]} {shown(asked[1])}"
                    problems.append(Problem(location, what, tuple(known), nearest(asked[1], known)))
                elif (kind, name) in _behind(rules, asked):
                    problems.append(
                        Problem(location, f"asks for the {asked[0]} {shown(asked[1])}, which comes back to {name}")
                    )
        if problems:
            raise Problems(*problems)
        return self

    def _rules_of_sets(self) -> list[tuple[Location, tuple[str, str], Group]]:
        """The rules of placements and of segments, with where they stand and whose they are."""
        placed = [
            (("placements", name, "labels", number, "when"), ("placement", name), label.when)
            for name, scheme in self.all_placements.items()
            for number, label in enumerate(scheme.labels)
            if label.when is not None
        ]
        named_ = [
            (("segments", name, "when"), ("segment", name), segment.when)
            for name, segment in self.segments.items()
            if segment.when is not None
        ]
        return [*placed, *named_]


def _sets_asked_for(rule: Group) -> list[tuple[str, str]]:
    return [asked for asked in subjects(rule) if asked[0] in ("placement", "segment")]


def _behind(rules: Iterable[tuple[Location, tuple[str, str], Group]], one: tuple[str, str]) -> set[tuple[str, str]]:
    """A placement or a segment, and those that its rules ask for, however far away."""
    found, left = set[tuple[str, str]](), [one]
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += [asked for _, whose, rule in rules if whose == one for asked in _sets_asked_for(rule)]
    return found


def _hash(content: object) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]
