"""Vanity events: signing up, signing in and looking at a page are not yet adoption."""

from __future__ import annotations

import re
from unicodedata import normalize

VIEWS = "a page or screen view"
_KINDS: dict[str, str] = {
    "a sign-up": """
        signup signedup usersignup register registered registration registrationcompleted completedregistration
        signupcompleted completedsignup signupcomplete createaccount accountcreated createdaccount usercreated
        accountregistered userregistered appinstalled applicationinstalled firstvisit firstopen installed
        """,
    "a sign-in or sign-out": """
        signin signedin login loggedin logon loggedon loginsuccess loginsuccessful loginsucceeded logincompleted
        successfullogin signinsuccess signinsuccessful authenticated identify identified reidentified
        logout loggedout signout signedout signoff
        """,
    "a session start or end": """
        session sessions sessionstart sessionstarted sessionstarts startsession startedsession sessionbegin sessionbegan
        sessionend sessionended endsession endedsession newsession visit visits visited userengagement
        """,
    VIEWS: """
        page pages pageview pageviews pageviewed viewpage viewedpage viewedapage pageload pageloaded loadpage loadedpage
        loadedapage pageleave pageleft pagevisit pagevisited visitpage visitedpage hit screen screenview screenviews
        screenviewed viewscreen viewedscreen screenopened
        """,
    "an app start or close": """
        appopen appopened appopens openapp openedapp opentheapp applaunch applaunched launchapp launchedapp appstart
        appstarted startapp applicationopen applicationopened applicationstart applicationstarted applicationlaunched
        appforeground appforegrounded applicationforegrounded applicationbecameactive appbackground appbackgrounded
        applicationbackgrounded appclose appclosed
        """,
    "whatever is sent": "anyevent",
}
VANITY: dict[str, str] = {name: kind for kind, names in _KINDS.items() for name in names.split()}
"""Event names, lower case letters only, and what kind of vanity event each is."""

_PREFIX = re.compile(r"^(amplitude|mpweb|mp|ae|ga|user|customer|member|visitor|web|mobile)")


def vanity_kind(event_name: str) -> str | None:
    """What kind of vanity event the name stands for, "a sign-up", or None.

    >>> vanity_kind("$pageview"), vanity_kind("User Logged In"), vanity_kind("task_created")
    ('a page or screen view', 'a sign-in or sign-out', None)
    """
    letters = "".join(character for character in normalize("NFKC", event_name).casefold() if character.isalnum())
    return VANITY.get(letters) or VANITY.get(_PREFIX.sub("", letters))


def is_vanity(event_name: str) -> bool:
    """Whether an event says nothing about use: the default for `active` is every event that is not this.

    >>> is_vanity("Session Start"), is_vanity("report_exported")
    (True, False)
    """
    return vanity_kind(event_name) is not None
