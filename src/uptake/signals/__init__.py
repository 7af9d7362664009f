"""What is known of everyone on every day: one signal, one file.

Metrics answer for a population over a range; signals say the same things of each user and account, as of the end of
each of many consecutive days at once. Scores, segments, stages and benchmarks are made of nothing else.

Each module but the tools is one signal: its docstring is its public page, `SIGNAL` what it is.
"""
