"""Who there is: lists and profiles of accounts and users, and the search over everything.

Each module answers one page's question with one or a few queries. A column that is a metric of one
entity (adopted seats, core features) is defined by the metric; a test holds the two equal.
"""
