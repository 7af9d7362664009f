"""Scores of users and accounts, made of signals and explained by them."""
