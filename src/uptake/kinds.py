"""What can be imported: kinds of rows, each a tuple of columns.

A kind is data, not code: the importer, the archive, the projection, the documentation and the
command line read it from here. Columns that a file has and a kind does not know are kept, as
`properties` of an event or as dated attributes (`traits`) of a user or an account.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Type = Literal["id", "text", "instant", "number", "integer", "boolean", "json"]
"""How a column is read. Instants are UTC microseconds; dates are read as the instant they begin
in the product's time zone; `id` is text that is never empty and has no surrounding blanks."""

LONGEST_ID = 1_000
"""Characters of an id, an event's name among them: the longest that is imported, and that a plan can name."""


@dataclass(frozen=True)
class Column:
    """One column of a kind.

    Args:
        name: The canonical name.
        type: How the value is read.
        required: A row without it goes to quarantine.
        aliases: Names that files of other tools use for it, lower case.
        about: What it holds, in one sentence.
        is_end: It says until when something holds; 31 December 9999, as many write "for ever", is read as empty, and a
            row that ends before it begins goes to quarantine.
        least: A row with a smaller number goes to quarantine.
    """

    name: str
    type: Type
    required: bool = False
    aliases: tuple[str, ...] = ()
    about: str = ""
    is_end: bool = False
    least: int | None = None


@dataclass(frozen=True)
class Kind:
    """One kind of rows.

    Args:
        name: The word after `--kind`.
        about: What a row is, in one sentence.
        columns: The columns the kind knows, in the order they are stored.
        one_of: At least one of these columns must be filled.
        at: The column that says when a row happened or began to hold.
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    one_of: tuple[str, ...] = ()
    at: str = "valid_from"

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


USER = Column("user_id", "id", aliases=("userid", "distinct_id", "user", "uid"), about="The user.")
ACCOUNT = Column(
    "account_id",
    "id",
    aliases=("accountid", "group_id", "groupid", "company_id", "organization_id", "account"),
    about="The account (customer, company, workspace).",
)
SOURCE = Column("source", "id", about="Where the row comes from; message ids count once per source.")
MESSAGE = Column(
    "message_id",
    "id",
    aliases=("messageid", "insert_id", "$insert_id", "uuid", "event_id"),
    about="The sender's id of the row; a row whose id was stored before is not stored again.",
)
VALID_FROM = Column(
    "valid_from", "instant", aliases=("as_of", "effective_at", "updated_at"), about="From when the row holds."
)
VALID_TO = Column(
    "valid_to",
    "instant",
    aliases=("ended_at",),
    about="Until when, exclusive; empty or 9999-12-31: still.",
    is_end=True,
)


def _required(column: Column) -> Column:
    return replace(column, required=True)


KINDS: tuple[Kind, ...] = (
    Kind(
        "events",
        "Something a user did in the product at one instant.",
        (
            MESSAGE,
            SOURCE,
            Column("event_name", "id", True, ("event", "event_type", "name"), "What happened."),
            USER,
            Column("anonymous_id", "id", aliases=("anonymousid", "device_id"), about="Who, before signing in."),
            ACCOUNT,
            Column(
                "event_at", "instant", True, ("timestamp", "time", "ts", "at", "event_time", "occurred_at"), "When."
            ),
        ),
        one_of=("user_id", "anonymous_id", "account_id"),
        at="event_at",
    ),
    Kind(
        "users",
        "What is known of a user from a date on; further columns are dated attributes.",
        (
            MESSAGE,
            SOURCE,
            _required(Column(USER.name, USER.type, aliases=(*USER.aliases, "id"), about=USER.about)),
            ACCOUNT,
            Column("created_at", "instant", aliases=("signed_up_at", "signup_at"), about="When the user signed up."),
            VALID_FROM,
        ),
    ),
    Kind(
        "accounts",
        "What is known of an account from a date on; further columns are dated attributes.",
        (
            MESSAGE,
            SOURCE,
            _required(Column(ACCOUNT.name, ACCOUNT.type, aliases=(*ACCOUNT.aliases, "id"), about=ACCOUNT.about)),
            Column("created_at", "instant", about="When the account was created."),
            Column(
                "signed_on", "instant", aliases=("signed_at", "contract_start"), about="When the contract was signed."
            ),
            Column("live_on", "instant", aliases=("go_live_at", "went_live_at"), about="When it went live."),
            Column("renewal_on", "instant", aliases=("renewal_at", "renewal_date"), about="Next renewal."),
            Column("churned_on", "instant", aliases=("churned_at", "churn_date"), about="When it left."),
            VALID_FROM,
        ),
    ),
    Kind(
        "memberships",
        "A user belongs to an account from one date to another; a user may belong to several.",
        (
            MESSAGE,
            SOURCE,
            _required(USER),
            _required(ACCOUNT),
            Column("role", "text", about="The user's role there."),
            VALID_FROM,
            VALID_TO,
        ),
    ),
    Kind(
        "seats",
        "A licensed or invited seat of an account, whether or not its user ever came.",
        (
            MESSAGE,
            SOURCE,
            _required(ACCOUNT),
            _required(Column(USER.name, USER.type, aliases=(*USER.aliases, "email"), about="The seat's user.")),
            Column("role", "text", about="The role the seat was given for."),
            Column("valid_from", "instant", aliases=("invited_at", "assigned_at", "as_of"), about="When it was given."),
            VALID_TO,
        ),
    ),
    Kind(
        "contacts",
        "A person at the customer as the CRM knows them.",
        (
            MESSAGE,
            SOURCE,
            Column("contact_id", "id", True, ("id",), "The CRM's id."),
            _required(ACCOUNT),
            USER,
            Column("name", "text"),
            Column("email", "text"),
            Column("role", "text", about="Champion, decision maker, user ..."),
            VALID_FROM,
        ),
    ),
    Kind(
        "opportunities",
        "A deal, each row its state from a date on.",
        (
            MESSAGE,
            SOURCE,
            Column("opportunity_id", "id", True, ("id", "deal_id"), "The CRM's id."),
            _required(ACCOUNT),
            Column("stage", "text", True, ("deal_stage",), "Stage in the pipeline."),
            Column("amount", "number", about="Value in the product's currency."),
            Column("close_on", "instant", aliases=("close_date",), about="Expected or actual close."),
            Column("is_won", "boolean"),
            VALID_FROM,
        ),
    ),
    Kind(
        "subscriptions",
        "What an account pays from one date to another; an empty end means it still runs.",
        (
            MESSAGE,
            SOURCE,
            Column("subscription_id", "id", aliases=("id",), about="The billing system's id."),
            _required(ACCOUNT),
            Column("plan", "text", aliases=("product",)),
            Column(
                "mrr",
                "number",
                True,
                ("monthly_recurring_revenue",),
                "Monthly revenue, product's currency; 0 or more.",
                least=0,
            ),
            Column("seats", "integer", aliases=("quantity",), about="Seats paid for; 0 or more.", least=0),
            Column("started_on", "instant", True, ("start_date", "started_at"), "First day."),
            Column(
                "ended_on",
                "instant",
                aliases=("end_date", "ended_at"),
                about="First day no longer paid for; empty or 9999-12-31: it still runs.",
                is_end=True,
            ),
            Column("renewal_on", "instant", aliases=("renewal_date",), about="Next renewal."),
        ),
        at="started_on",
    ),
    Kind(
        "outcomes",
        "A result for a user or an account: renewed, churned, passed, a target met.",
        (
            MESSAGE,
            SOURCE,
            ACCOUNT,
            USER,
            Column("outcome", "id", True, ("result", "name"), "Which result."),
            Column("value", "number", about="Its size, if it has one."),
            Column("outcome_at", "instant", True, ("at", "date", "timestamp"), "When."),
        ),
        one_of=("account_id", "user_id"),
        at="outcome_at",
    ),
    Kind(
        "goals",
        "What an account wants to reach, each row its state from a date on.",
        (
            MESSAGE,
            SOURCE,
            Column("goal_id", "id", aliases=("id",)),
            _required(ACCOUNT),
            Column("goal", "text", True, ("name", "title"), "The goal in words."),
            Column("metric", "text", about="The metric that measures it."),
            Column("baseline", "number"),
            Column("target", "number"),
            Column("actual", "number"),
            Column("due_on", "instant", aliases=("due_date", "due_at")),
            Column("met_on", "instant", aliases=("met_at",)),
            Column("owner", "text"),
            VALID_FROM,
        ),
    ),
    Kind(
        "tickets",
        "A support ticket; of one that comes again the latest row counts.",
        (
            MESSAGE,
            SOURCE,
            Column("ticket_id", "id", True, ("id",), "The help desk's id."),
            ACCOUNT,
            USER,
            Column("subject", "text"),
            Column("feature", "text", about="The feature it is about."),
            Column("priority", "text"),
            Column("status", "text"),
            Column("satisfaction", "number", aliases=("csat",), about="Rating given when it was solved."),
            Column("opened_at", "instant", True, ("created_at", "at"), "When it was opened."),
            Column("solved_at", "instant", aliases=("closed_at",)),
        ),
        one_of=("account_id", "user_id"),
        at="opened_at",
    ),
    Kind(
        "feedback",
        "An answer or a rating on one date: NPS, CSAT, CES, ticket satisfaction, a review.",
        (
            MESSAGE,
            SOURCE,
            ACCOUNT,
            USER,
            Column(
                "survey",
                "id",
                True,
                ("type",),
                "nps, csat, ces, review, pulse (our own of an account), or another name.",
            ),
            Column("score", "number", about="The rating on the survey's own scale."),
            Column("comment", "text"),
            Column("feature", "text"),
            Column("feedback_at", "instant", True, ("created_at", "at", "timestamp"), "When it was given."),
        ),
        one_of=("account_id", "user_id"),
        at="feedback_at",
    ),
    Kind(
        "touches",
        "Something we did with a customer: training, webinar, call, documentation read.",
        (
            MESSAGE,
            SOURCE,
            ACCOUNT,
            USER,
            Column("touch", "id", True, ("type",), "training, webinar, call, docs ..."),
            Column("title", "text"),
            Column("owner", "text", about="Who did it."),
            Column("touch_at", "instant", True, ("at", "date", "timestamp"), "When."),
        ),
        one_of=("account_id", "user_id"),
        at="touch_at",
    ),
    Kind(
        "aliases",
        "Two ids that are one person; later rows win. Written by Segment's alias and identify calls.",
        (
            MESSAGE,
            SOURCE,
            Column("previous_id", "id", True, ("previousid",), "The id that goes."),
            Column("is_anonymous", "boolean", about="The id that goes is an anonymous id."),
            _required(USER),
            Column("alias_at", "instant", True, ("timestamp", "at"), "When they were linked."),
        ),
        at="alias_at",
    ),
)
BY_NAME = {kind.name: kind for kind in KINDS}
