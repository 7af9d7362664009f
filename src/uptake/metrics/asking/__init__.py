"""Asking a metric: a question becomes a query, its rows become an answer with the people behind it."""
