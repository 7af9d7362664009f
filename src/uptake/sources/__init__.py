"""The world becomes Arrow tables: text as found, and where it was found.

Nothing is mapped, typed or validated here; the store does that, in SQL, on what these modules
deliver. `files.open_files` and `files.open_table` are the two ways in; every format is one module.
"""
