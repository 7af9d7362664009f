"""Holding the adoption plan against the data: what a definition names and the data do not have, and the like.

An error makes some number wrong or empty, a warning makes one misleading, a note is worth knowing.
"""

from uptake.check.finding import Finding, Level
from uptake.check.findings import findings

__all__ = ["Finding", "Level", "findings"]
