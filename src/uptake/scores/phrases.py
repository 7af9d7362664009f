"""What a signal says of somebody, as a part of a sentence: its values with words around them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrase:
    """A signal in a sentence. `{value}` stands for its value, `{days}` for the days looked back on.

    Args:
        own: Of the user or the account itself: "came on {value} of the days expected".
        users: Of the mean of an account's users, with `{users}`: "{users} came on {value} of the days expected".
    """

    own: str
    users: str = ""


PHRASES = {
    "account_breadth": Phrase("uses {value} of the core features open to it"),
    "activated": Phrase("activation reached: {value}"),
    "active_days": Phrase("active on {value} of the last {days}"),
    "adopted": Phrase("adopted: {value}", "{value} of {users} have adopted the product"),
    "advanced_days": Phrase("advanced features used on {value} of the last {days}"),
    "breadth": Phrase("uses {value} core features", "{users} use {value} core features"),
    "consistency": Phrase("came in {value} of the last usage intervals"),
    "core_days": Phrase(
        "worked with core features on {value} of the last {days}",
        "{users} worked with core features on {value} each of the last {days}",
    ),
    "core_uses": Phrase(
        "used core features {value} times in {days} days",
        "{users} used core features {value} times each in {days} days",
    ),
    "days_since_active": Phrase("last active {value} ago"),
    "days_since_value": Phrase("last reached value {value} ago"),
    "features_used": Phrase("{value} core features used in {days} days"),
    "frequency": Phrase("came on {value} of the days expected", "{users} came on {value} of the days expected"),
    "goals_met": Phrase("{value} of the goals due are met"),
    "journey_step": Phrase("stands on step {value} of the 5 from awareness to adoption"),
    "members": Phrase("{value} users"),
    "nps": Phrase("answered the NPS survey with {value}", "{users} who answered give an NPS of {value}"),
    "onboarding": Phrase("{value} of the steps of onboarding are done"),
    "own_interval": Phrase("comes again within {value}"),
    "penetration": Phrase("breadth times seat coverage is {value}"),
    "people_active": Phrase("{value} of its people came in {days} days"),
    "pulse": Phrase("those who look after it rate it {value} of 5"),
    "regularity": Phrase(
        "came in {value} of the last usage intervals", "{users} came in {value} of the last usage intervals"
    ),
    "relationship": Phrase("the last touch was {value} ago"),
    "renewal_in": Phrase("renewal in {value}"),
    "revenue_kept": Phrase("{value} of the most it paid in {days} days is left"),
    "rhythm": Phrase("{value} from one day of use to the next"),
    "rhythms_since_active": Phrase("last active {value} of its own rhythms ago"),
    "rhythms_since_value": Phrase("last reached value {value} of its own rhythms ago"),
    "roles_covered": Phrase("{value} of the roles needed are active"),
    "seat_coverage": Phrase("{value} of seats have adopted the product"),
    "seats": Phrase("{value} seats"),
    "seats_used": Phrase("{value} of the seats paid for were used in {days} days"),
    "session_time": Phrase(
        "spent {value} in sessions in {days} days", "{users} spent {value} each in sessions in {days} days"
    ),
    "support_load": Phrase("{value} tickets for each active user in {days} days"),
    "task_success": Phrase("{value} of the tasks begun were finished in time"),
    "team_weeks": Phrase("several users came in {value} of the last weeks"),
    "tenure_days": Phrase("there for {value}"),
    "ticket_satisfaction": Phrase("tickets are rated {value} of 5"),
    "tier_features": Phrase("{value} features of a tier used in {days} days"),
    "time_to_first_value": Phrase("took {value} from the start to the first value"),
    "time_to_value": Phrase("took {value} from the signed contract to the first value"),
    "trend": Phrase("{value} of the active days of the last two windows lie in the later one"),
    "value_events": Phrase(
        "did {value} valued actions in {days} days", "{users} did {value} valued actions each in {days} days"
    ),
    "value_reached": Phrase("reached value in {days} days: {value}", "{value} of {users} reached value in {days} days"),
}
"""Signal -> how it is said; one that is not here is said by its title."""
BELOW = {"fall": "below its mean of four weeks by", "decline": "lastingly below that of eight weeks before by"}
"""What a rule asks of a score, by the word before the dot -> what stands between the score's title and the share."""
