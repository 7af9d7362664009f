"""Event names as words: what was done, and to what. English, by rules that are meant to be easily predicted."""

from __future__ import annotations

import re
from unicodedata import normalize

from uptake.plan import is_vanity

_LISTS = {
    "participles": """
        built sent set run made read won lost begun done seen found written drawn shown paid bought sold put used met
        left kept held brought taken given chosen spent split cut reset
        """,
    "no participles": "embed speed breed exceed proceed succeed hundred sacred naked wicked unified",
    "verbs": """
        create add edit update delete remove open close view show start stop begin end complete finish export import
        upload download send invite share search filter save cancel submit assign move copy rename archive restore
        enable disable connect disconnect install click select set run build generate publish approve reject use make
        write read visit schedule book buy pay sign play print duplicate change apply attach link resolve merge
        """,
    # Taken for verbs behind what they are done to as well: `task:create`, but not `data_import`.
    "verbs behind": """
        create add edit update delete remove open close start stop finish complete save submit cancel publish
        """,
    # They say that there are many of a thing, so that its feature is called in the plural.
    "making": """
        create add upload send build make write generate attach complete finish invite import publish submit schedule
        created added uploaded sent built made written generated attached completed finished invited imported published
        submitted scheduled set connected assigned bought sold
        """,
    "no plurals": "news sms series canvas gps",
    # What failed, what was only shown, what no person does.
    "noise": """
        failed failure error errors exception crashed help tooltip tour banner announcement whats changelog popup modal
        toast notification notifications dismissed shown impression hover hovered scroll scrolled resized heartbeat ping
        debug healthcheck
        """,
}
_WORDS = {name: frozenset(text.split()) for name, text in _LISTS.items()}
_APOSTROPHES = "['\u2019]"


def words(event_name: str) -> tuple[str, ...]:
    """The words of a name, in lower case.

    >>> words("taskCreated"), words("Report - PDF Exported"), words("$pageview")
    (('task', 'created'), ('report', 'pdf', 'exported'), ('pageview',))
    """
    text = re.sub(_APOSTROPHES, "", normalize("NFKC", event_name))
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return tuple(word.casefold() for word in re.split(r"[\W_]+", text) if word)


def is_noise(event_name: str) -> bool:
    """Whether an event is no use of a feature: vanity, what failed or was only shown, what a tool sends by itself.

    Tools mark their own events: `$autocapture`, `[Amplitude] ...`.

    >>> [is_noise(name) for name in ("login", "import_failed", "Tour Dismissed", "$rageclick", "task_created")]
    [True, True, True, True, False]
    """
    return (
        is_vanity(event_name) or event_name.startswith(("$", "[")) or not _WORDS["noise"].isdisjoint(words(event_name))
    )


def parts(event_name: str) -> tuple[tuple[str, ...], str]:
    """What something was done to, and what was done: words without the verb, and the verb.

    Returns:
        The whole name and an empty verb if no verb can be told, or nothing would be left without it.

    >>> parts("task_created"), parts("Viewed Dashboard"), parts("data_import"), parts("search")
    ((('task',), 'created'), (('dashboard',), 'viewed'), (('data', 'import'), ''), (('search',), ''))
    """
    found = words(event_name)
    if len(found) > 1:
        first, *_, last = found
        if _is_participle(last):
            return found[:-1], last
        if _is_participle(first):
            return found[1:], first
        if last in _WORDS["verbs behind"]:
            return found[:-1], last
        if first in _WORDS["verbs"]:
            return found[1:], first
    return found, ""


def _is_participle(word: str) -> bool:
    regular = len(word) > 4 and word.endswith("ed") and word not in _WORDS["no participles"]
    return regular or word in _WORDS["participles"]


def is_making(verb: str) -> bool:
    """Whether a verb makes one of many."""
    return verb in _WORDS["making"]


def singular(word: str) -> str:
    """A noun in the singular, as far as its ending tells.

    >>> [singular(word) for word in ("tasks", "companies", "boxes", "address", "status", "analysis")]
    ['task', 'company', 'box', 'address', 'status', 'analysis']
    """
    if word in _WORDS["no plurals"]:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "sis", "xis")) and len(word) > 3:
        return word[:-1]
    return word


def plural(word: str) -> str:
    """A singular noun in the plural.

    >>> [plural(word) for word in ("task", "company", "survey", "box", "analysis")]
    ['tasks', 'companies', 'surveys', 'boxes', 'analyses']
    """
    if word in _WORDS["no plurals"]:
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith("sis"):
        return word[:-2] + "es"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")
