"""Exact shares: of every group the planted share is chosen, not a share that happens to come out.

Drawing each user by itself would put one to two points of chance on every cell of the cohort table. Here the
users of a group are put in order by what makes one likelier than another, and the first so many are taken.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def places(priority: npt.NDArray[np.floating], group: npt.NDArray[np.integer]) -> Floats:
    """Where each member stands in its group, from near 0 (highest priority) to near 1 (lowest).

    Args:
        priority: One number per member; the higher, the earlier.
        group: One group per member, 0 or more.

    Returns:
        One number in (0, 1) per member, evenly spaced within each group: (rank - 0.5) / size.

    Example:
        >>> places(np.array([3.0, 1.0, 2.0, 9.0]), np.array([0, 0, 0, 1])).round(3).tolist()
        [0.167, 0.833, 0.5, 0.5]
    """
    order = np.lexsort((-priority, group))
    sizes = np.bincount(group)
    begins = np.cumsum(sizes) - sizes
    place = np.empty(len(group))
    place[order] = np.arange(len(group)) - begins[group[order]]
    return np.asarray((place + 0.5) / sizes[group])


def chosen(priority: npt.NDArray[np.floating], group: npt.NDArray[np.integer], share: float | Floats) -> Flags:
    """The share of each group with the highest priority; a priority of minus infinity is never chosen.

    Args:
        priority: One number per member.
        group: One group per member, 0 or more.
        share: One share for all, or one per member (the same within a group).

    Example:
        >>> chosen(np.array([3.0, 1.0, 2.0, -np.inf]), np.array([0, 0, 0, 0]), 0.5).tolist()
        [True, False, True, False]
    """
    return np.asarray((places(priority, group) < share) & np.isfinite(priority))
