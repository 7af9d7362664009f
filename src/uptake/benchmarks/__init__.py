"""Benchmarks: what exemplary customers have, and how far every other is from it."""
