"""From aggregates to estimates with intervals: pure functions of numbers that know nothing of the store.

One idea, one module; a caller imports the module it needs. Missing goes in as None or nan and comes out as nan, never
as 0.
"""
