"""Product and people: what is much of the product, and many of the people, wherever accounts are told apart by both."""

from __future__ import annotations

FITS = ("embedded", "shelfware", "thin", "dormant")
"""Much of the product by many of the people, much by few, little by many, little by few."""
PRODUCT, PEOPLE = "breadth", "people_active"
"""How much of the product an account uses, and how many of its people do, as the map calls its axes."""
SPLITS = {PRODUCT: 0.5, PEOPLE: 0.25}
"""From where on it is much, or many: half of the core features open to the account, a quarter of its seats."""
