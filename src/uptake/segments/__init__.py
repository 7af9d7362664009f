"""Where everyone stands: placements of the plan and its segments, on any day, with the reasons."""
