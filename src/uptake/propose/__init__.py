"""A first plan from imported data: features, active events, a usage interval, hypotheses about activation.

Everything here is a proposal for people to change: names are read by simple rules, and an early action that
goes together with coming back need not be what brings people back.
"""

from uptake.propose.proposing import proposal

__all__ = ["proposal"]
