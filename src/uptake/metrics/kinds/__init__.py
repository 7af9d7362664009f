"""Kinds of metrics: what entity rows are aggregated to, and how the estimate and its interval are made."""
