"""The plan a new workspace starts with: four commented files that load as they are.

Lines that begin with `## ` explain; lines that begin with `# ` are examples, and work once the
`# ` is taken away.
"""

from __future__ import annotations

from datetime import date

from uptake.plan.quoting import scalar
from uptake.plan.references import REFERENCE_RANGES, ReferenceRange

HOW_TO_READ = """\
## Lines with ## explain. Lines with a single # are examples: take the "# " away to use them.
## Every file of this folder is read; which key stands in which file does not matter.
## `uptake check` holds the plan against your data.
"""

FEATURES = """
## What counts as active: any of these. Name events that stand for work done, not page views or sign-ins.
## Without this, every event counts that is not a page view, sign-up, sign-in, session or app start.
# active:
#   - {feature: boards}                # every event of a feature
#   - task_created                     # one event

## The features of the product. Their names are yours: lower case letters, digits and _.
# features:
#   boards:
#     title: Boards
#     events:                          # any of these is a use
#       - board_created
#       - {event: board_viewed, where: {view: kanban}}
#     tag: core                        # core (default), advanced or hidden
#     module: planning                 # the part of the product it belongs to
#     eligible: {account.plan: [Pro, Enterprise]}     # who can use it; default: everyone
#     launched_on: 2025-06-01          # so that nobody is counted who could not use it yet
#     cadence_days: 7                  # how often it is used by nature; default: usage_interval_days
#     adopted: {days: 2, within_days: 14}             # distinct days of use, counted from the first
"""

ONBOARDING = """
## Start of life: the first that is known counts. Also {event: signup} or {attribute: invited_at}.
start:
  user: [created_at, first_event]
  account: [signed_on, created_at, first_event]

## Setting the product up, step by step. Complete when every required step is done in time.
# onboarding:
#   within_days: 7
#   steps:
#     - {name: create_project, title: Create a project, event: project_created}
#     - {name: invite, title: Invite a colleague, event: invitation_sent, required: false}
"""

ACTIVATION = """
## Activation: the user has seen what the product is good for. all: and any: can be nested.
# activation:
#   user:
#     within_days: 7
#     all:
#       - {event: task_created, at_least: 3}
#       - {event: invitation_sent}
#   account:
#     within_days: 14
#     members: 1                       # activated when so many of its members are
"""

VALUE = """
## Value: an outcome the customer wanted. Reaching any of these is value realised.
# value_moments:
#   project_shipped: {title: Project shipped, event: project_completed}

## Further moments worth knowing the date of.
# milestones:
#   first_report: {title: First report, event: report_exported}
"""


def starter(product_name: str = "Your product") -> dict[str, str]:
    """A commented first plan with the defaults written out and an example of everything else.

    Args:
        product_name: How people call the product.

    Returns:
        File name to text: product.yml, features.yml, onboarding.yml, references.yml.
    """
    return {
        "product.yml": product_file(product_name),
        "features.yml": "## Features, and what counts as active.\n" + HOW_TO_READ + FEATURES,
        "onboarding.yml": ("## From the start of life to value.\n" + HOW_TO_READ + ONBOARDING + ACTIVATION + VALUE),
        "references.yml": references_file(),
    }


def product_file(
    name: str,
    timezone: str = "UTC",
    usage_interval_days: int = 7,
    interval_note: str = "",
    data_from: date | None = None,
    data_from_note: str = "",
) -> str:
    """The text of product.yml.

    Args:
        name: How people call the product.
        timezone: IANA zone.
        usage_interval_days: Natural cadence.
        interval_note: Where the cadence comes from, one line; empty for the general remark.
        data_from: First local day from which events are complete; None writes an example.
        data_from_note: What was seen that speaks for it, a sentence.
    """
    note = interval_note or "how often people who get value come back: 1, 7 or 30"
    return f"""\
## The product and its calendar.
{HOW_TO_READ}
product:
  name: {scalar(name)}
  timezone: {scalar(timezone)}                  # an IANA zone such as Europe/Berlin; days and weeks are cut in it
  week_start: monday             # monday, sunday or saturday
  session_gap_minutes: 30        # a pause at least this long ends a session
  usage_interval_days: {usage_interval_days}         # {note}
  # currency: EUR
{_data_from(data_from, data_from_note)}"""


def _data_from(first_day: date | None, note: str) -> str:
    if first_day is None:
        return "  # data_from: 2025-07-01        # first day with complete events; newcomers and periods before are left out\n"
    seen = f"  ## {note}\n" if note else ""
    return f"""\
{seen}\
  ## Nobody watched the days before data_from, so they look like silence: newcomers and periods from before it are
  ## left out unless a question asks for them. Take a later day if the first ones are not complete.
  data_from: {first_day}
"""


def references_file() -> str:
    """The text of references.yml: every range the source names, with the source."""
    return (
        "## Reference ranges, shown beside your own values. Shares are 0 to 1, durations are seconds.\n"
        "## The source names no study: take these as a start for the conversation, not as a target,\n"
        "## and put in what you know of your own market. A range is about the metric of its name, or the one\n"
        "## under metric, asked with the parameters under params.\n" + HOW_TO_READ + "\nreferences:\n"
    ) + "".join(_reference(reference) for reference in REFERENCE_RANGES)


def _reference(reference: ReferenceRange) -> str:
    said = []
    if reference.name != reference.metric:
        said.append(f"metric: {reference.metric}")
    if reference.params:
        params = ", ".join(f"{name}: {value}" for name, value in reference.params.items())
        said.append(f"params: {{{params}}}")
    said += [
        f"{key}: {value:g}" for key, value in (("low", reference.low), ("high", reference.high)) if value is not None
    ]
    return (
        f"  ## {reference.stage}: {reference.words}.\n"
        f"  {reference.name}: {{{', '.join(said)}, source: {scalar(reference.source)}}}\n"
    )
