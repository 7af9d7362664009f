"""The raw tables of the real data, made compact for a second calculation that shares no code with Uptake."""

from __future__ import annotations

from pathlib import Path

import duckdb

COMPACT = """
    CREATE TABLE run AS
    SELECT code_module || ' ' || code_presentation AS run, CAST(module_presentation_length AS INTEGER) AS length,
        CASE code_presentation WHEN '2013B' THEN DATE '2013-02-01' WHEN '2013J' THEN DATE '2013-10-01'
            WHEN '2014B' THEN DATE '2014-02-01' WHEN '2014J' THEN DATE '2014-10-01' END AS first_on
    FROM courses;

    CREATE TABLE seat AS
    WITH registered AS (
        SELECT code_module || ' ' || code_presentation AS run, CAST(id_student AS INTEGER) AS student,
            CAST(date_registration AS INTEGER) AS came, CAST(date_unregistration AS INTEGER) AS went
        FROM studentRegistration
    ), ended AS (
        SELECT *, CASE WHEN went <= length THEN went ELSE length + 1 END AS ends FROM registered JOIN run USING (run)
    )
    SELECT run, student, ends, CASE
            WHEN ends > 0 AND (came IS NULL OR came <= 0) THEN 0
            WHEN came < ends THEN came
            ELSE ends - 1 END AS starts
    FROM ended;

    CREATE TABLE used AS
    SELECT code_module || ' ' || code_presentation AS run, CAST(id_student AS INTEGER) AS student,
        activity_type AS kind, CAST(date AS INTEGER) AS day,
        count(*) AS times, CAST(sum(sum_click) AS BIGINT) AS clicks
    FROM clicks LEFT JOIN vle USING (code_module, code_presentation, id_site) GROUP BY ALL;

    CREATE TABLE marked AS
    SELECT run, CAST(id_student AS INTEGER) AS student, CAST(date_submitted AS INTEGER) AS day, score
    FROM studentAssessment JOIN assessments USING (id_assessment)
    JOIN run ON run = code_module || ' ' || code_presentation
    WHERE is_banked <> 1 AND date_submitted < length + 1;

    CREATE TABLE active AS
    SELECT run, student, day FROM used WHERE kind <> 'homepage' UNION SELECT run, student, day FROM marked;
"""


def open_raw(data: Path) -> duckdb.DuckDBPyConnection:
    """Opens the raw tables, and compact ones made from them.

    Args:
        data: The folder with the tables.

    Returns:
        A connection with `run` (run, first_on, length), `seat` (run, student, starts, ends), `used` (run, student,
        kind, day, times, clicks), `marked` (run, student, day, score) and `active` (run, student, day). Days are
        counted from the run's first, which is 0; a seat's last day is the one before `ends`.
    """
    connection = duckdb.connect(config={"memory_limit": "2GB"})
    for table in ("courses", "vle", "assessments", "studentAssessment", "studentRegistration"):
        connection.read_parquet(str(data / f"{table}.parquet")).create_view(table)
    connection.read_parquet(str(data / "studentVle_ds/*/*/*.parquet"), hive_partitioning=True).create_view("clicks")
    connection.execute(COMPACT)
    return connection
