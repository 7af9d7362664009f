"""Metrics: one question, one file. `asking.ask` answers them; `catalogue` finds them all.

They are asked for by `asking`, made of `parts` (a funnel of `funnels` too), and put into numbers by `kinds`; `core` says
what a metric, a question and an answer are. Imports go that way only.
"""
