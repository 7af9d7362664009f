"""Events and entities on disk: ledger, archive, projection.

The archive (Parquet) with its manifest in the ledger (SQLite) is the truth; the projection (DuckDB)
is made from it and can be made again. DuckDB is imported nowhere else.
"""
