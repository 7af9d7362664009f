"""Metrics: one question, one file. `ask.ask` answers; `catalogue.catalogue` finds them all."""
