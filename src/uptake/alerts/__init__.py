"""Alerts: who crossed what on which day."""
