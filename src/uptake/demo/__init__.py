"""Planboard, a simulated product with known truth: what `uptake demo` shows and the tests are held against.

    simulation = simulate(seed=7)
    write(simulation, folder)

Read `planted.py` for every number that was planted and `truth.py` for how it is told.
"""

from __future__ import annotations

from pathlib import Path

from uptake.demo.files import write
from uptake.demo.simulation import Simulation, simulate

PLAN = Path(__file__).parent / "plan"
"""The folder with Planboard's adoption plan, `*.yml`."""

__all__ = ["PLAN", "Simulation", "simulate", "write"]
