"""Classes: which share of entities is in each of a few classes that leave nobody out. Rows are those of a share.

Everybody counted has a row a class, with 1 in the class they are in and 0 in the others, so that a class nobody is in
has an answer too, which is 0.
"""

from uptake.metrics.kinds.share import Share


class Classes(Share):
    """Shares that add up to one."""

    name = "classes"


CLASSES = Classes()
