"""Names that belong to nobody: of people, of companies, of what they want."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FIRST_NAMES = (
    "Ada Amir Anna Bao Carla Chidi Clara Dario Dilan Edda Elif Emil Fatima Felix Freya Goran Greta Hana Hugo Ines Ivo "
    "Jana Jonas Kaito Kira Lars Leila Lena Luca Maja Marek Mina Nadia Noah Nora Olga Omar Paula Pavel Priya Rania "
    "Rosa Ruben Sara Selma Tariq Tessa Thea Tomas Uma Viktor Wanda Yara Yusuf Zoe"
)
LAST_NAMES = (
    "Abel Adler Akin Bauer Berg Blom Bosch Cruz Dahl Demir Diaz Ebert Falk Farah Fink Frost Gruber Haas Haddad Horvat "
    "Ito Jansen Kaya Keller Kim Koch Kovac Kuhn Lang Lind Lopez Lutz Mori Moreau Nagy Novak Okafor Okoye Olsen Park "
    "Petrov Pohl Quist Rao Reyes Rossi Sato Schulz Silva Sommer Stein Tanaka Toth Ulrich Vega "
    "Voss Wolf Yilmaz Zeman"
)
COMPANY_FIRST = (
    "Alder Amber Anker Aspen Basalt Birch Bramble Brook Cedar Cinder Cobalt Copper Coral Cove Delta Dune Ember Falcon "
    "Fern Flint Forge Garnet Granite Harbor Hazel Heron Indigo Iris Juniper Kestrel Lark Linden Maple Marble Meadow "
    "Moss North Oak Onyx Opal Pebble Pine Quartz Raven Reed Rowan Sable Sage Slate Sparrow Summit Thistle Tidal Umber "
    "Vale Walnut Willow Wren"
)
COMPANY_LAST = (
    ("Agency", "Collective", "Media", "Voices", "Campaigns"),
    ("Studio", "Atelier", "Design", "Makers", "Lines"),
    ("Labs", "Software", "Systems", "Cloud", "Apps"),
    ("Devices", "Circuits", "Sensors", "Instruments", "Signals"),
    ("Academy", "College", "School", "Institute", "Campus"),
    ("County", "City Council", "Trust", "Works Department", "Foundation"),
    ("Werke", "Tools", "Machines", "Components", "Industries"),
)
"""The second word of a company's name, by industry."""
OWNERS = ("Katrin Voss", "Milan Horvat", "Amara Okoye", "Sven Dahl", "Lucia Rossi")
"""Customer success managers."""
GOALS = (
    ("Finish projects on time", "project_completed", 20.0, 60.0),
    ("Plan every sprint in one place", "task_created", 150.0, 600.0),
    ("Report to the board every month", "report_exported", 0.0, 12.0),
    ("Bring the whole team on board", "adopted_seats", 10.0, 60.0),
    ("Hand over fewer tasks late", "task_completed", 120.0, 400.0),
)
"""Goal, the metric that measures it, a usual baseline and a usual target."""


def people_names(rng: np.random.Generator, n: int) -> npt.NDArray[np.str_]:
    """Names of people; two may have the same name, as in life."""
    first, last = np.array(FIRST_NAMES.split()), np.array(LAST_NAMES.split())
    blank = np.char.add(first[rng.integers(0, len(first), n)], " ")
    return np.char.add(blank, last[rng.integers(0, len(last), n)])


def company_names(rng: np.random.Generator, industries: npt.NDArray[np.int8]) -> list[str]:
    """Names of companies, each once; where the words run out a number follows."""
    beginnings = COMPANY_FIRST.split()
    names: list[str] = []
    seen: dict[str, int] = {}
    for industry in industries:
        ends = COMPANY_LAST[industry]
        name = f"{beginnings[rng.integers(len(beginnings))]} {ends[rng.integers(len(ends))]}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return names
