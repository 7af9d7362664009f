"""What every question reads: compact tables made from events and entities, kept up to date as rows arrive.

Each module is one fact: `TABLE` is its DDL and `build(cursor, plan, scope)` makes the rows of a scope again.
"""
