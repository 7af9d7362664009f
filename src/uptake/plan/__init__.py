"""The adoption plan: what a product means by active, activated, adopted and value, read from YAML files.

`load` reads the folder, `starter` writes a first one, `vanity_warnings` looks at what was defined.
`selector`, `criteria`, `conditions` and `parse_condition` read the same forms for metrics' parameters.
"""

from uptake.plan.account_journey import CRM_STEPS, OPPORTUNITIES, Journey
from uptake.plan.acquisition import Acquisition
from uptake.plan.alerts import SEVERITIES, Alert
from uptake.plan.authorship import author
from uptake.plan.bands import Bands
from uptake.plan.behaviour import Behaviour
from uptake.plan.benchmarks import ATTAINED, DEFAULT_BENCHMARKS, Benchmark, Measure
from uptake.plan.condition import Condition, Conditions
from uptake.plan.conditions_given import conditions, parse_condition, split_condition
from uptake.plan.criterion import All, Any, Criteria, Criterion, criteria
from uptake.plan.difference import Change, changes
from uptake.plan.document import Place
from uptake.plan.evidence import Evidence, links_of
from uptake.plan.feature import Adopted, Feature
from uptake.plan.fit import FITS, SPLITS
from uptake.plan.group import Group
from uptake.plan.invites import Invites
from uptake.plan.journey import AccountActivation, Activation, Milestone, Onboarding, Step, UserActivation, ValueMoment
from uptake.plan.launch import Launch
from uptake.plan.loader import load, parse, stamps, texts_of
from uptake.plan.model import Plan
from uptake.plan.number_writing import Numbers, numbers, with_numbers
from uptake.plan.number_writing import Section as NumbersOf
from uptake.plan.number_writing import named as named_in
from uptake.plan.number_writing import put as put_files
from uptake.plan.number_writing import save as save_numbers
from uptake.plan.placements import UNKNOWN, Label, Placement
from uptake.plan.problems import Location, location_text
from uptake.plan.product import WEEK_STARTS, Product, Start, StartPoint, time_zone
from uptake.plan.proposal import ActivationCandidate, EventUse, Proposal, ProposedFeature, starter_from
from uptake.plan.qualified import Qualification
from uptake.plan.quorum import AllParts, AnyPart, Members, Quorum, parts, quorum
from uptake.plan.references import REFERENCE_RANGES, Reference, ReferenceRange
from uptake.plan.rule import Rule, read_rule, rules_in, subjects
from uptake.plan.scores import DEFAULT_SCORES, Component, Score
from uptake.plan.segment_writing import delete as delete_segment
from uptake.plan.segment_writing import save as save_segment
from uptake.plan.segments import Segment
from uptake.plan.selectors import ANY_EVENT, Selector, event_title, selector
from uptake.plan.starter import starter
from uptake.plan.targets import Target
from uptake.plan.task import Task
from uptake.plan.tickets import Tickets
from uptake.plan.trial import Trial
from uptake.plan.vanity import is_vanity, vanity_kind
from uptake.plan.vanity_guard import PlanWarning, vanity_warnings
from uptake.plan.words import NAME

__all__ = [
    "ANY_EVENT",
    "ATTAINED",
    "CRM_STEPS",
    "DEFAULT_BENCHMARKS",
    "DEFAULT_SCORES",
    "FITS",
    "NAME",
    "OPPORTUNITIES",
    "REFERENCE_RANGES",
    "SEVERITIES",
    "SPLITS",
    "UNKNOWN",
    "WEEK_STARTS",
    "AccountActivation",
    "Acquisition",
    "Activation",
    "ActivationCandidate",
    "Adopted",
    "Alert",
    "All",
    "AllParts",
    "Any",
    "AnyPart",
    "Bands",
    "Behaviour",
    "Benchmark",
    "Change",
    "Component",
    "Condition",
    "Conditions",
    "Criteria",
    "Criterion",
    "EventUse",
    "Evidence",
    "Feature",
    "Group",
    "Invites",
    "Journey",
    "Label",
    "Launch",
    "Location",
    "Measure",
    "Members",
    "Milestone",
    "Numbers",
    "NumbersOf",
    "Onboarding",
    "Place",
    "Placement",
    "Plan",
    "PlanWarning",
    "Product",
    "Proposal",
    "ProposedFeature",
    "Qualification",
    "Quorum",
    "Reference",
    "ReferenceRange",
    "Rule",
    "Score",
    "Segment",
    "Selector",
    "Start",
    "StartPoint",
    "Step",
    "Target",
    "Task",
    "Tickets",
    "Trial",
    "UserActivation",
    "ValueMoment",
    "author",
    "changes",
    "conditions",
    "criteria",
    "delete_segment",
    "event_title",
    "is_vanity",
    "links_of",
    "load",
    "location_text",
    "named_in",
    "numbers",
    "parse",
    "parse_condition",
    "parts",
    "put_files",
    "quorum",
    "read_rule",
    "rules_in",
    "save_numbers",
    "save_segment",
    "selector",
    "split_condition",
    "stamps",
    "starter",
    "starter_from",
    "subjects",
    "texts_of",
    "time_zone",
    "vanity_kind",
    "vanity_warnings",
    "with_numbers",
]
