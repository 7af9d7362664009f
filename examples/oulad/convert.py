"""From the tables of the Open University Learning Analytics Dataset to files of Uptake's kinds.

A course run is an account, a student is a user, a registration is a seat, and a row of clicks is an event. The files
carry Uptake's own column names, so `uptake import` needs no renaming. What was decided on the way is in README.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

TABLES = ("assessments", "courses", "studentAssessment", "studentInfo", "studentRegistration", "vle")
ROW_GROUP = 250_000
"""Rows of a Parquet row group: as many as the importer takes in at once."""

RUNS = """CREATE TABLE run AS
    SELECT code_module || '-' || code_presentation AS account_id, code_module, code_presentation,
        module_presentation_length::INTEGER AS length_days,
        -- the tables hold no dates: by convention B begins on 1 February and J on 1 October
        make_date(left(code_presentation, 4)::INTEGER, CASE right(code_presentation, 1) WHEN 'B' THEN 2 ELSE 10 END, 1)
            AS first_on
    FROM courses WHERE coalesce(list_contains($runs, account_id), true)"""

SEATS = """CREATE TABLE seat AS
    WITH known AS (
        -- least and greatest pass over what is missing
        SELECT *, date_registration::INTEGER AS registered, greatest(registered, 0) AS usable,
            least(date_unregistration::INTEGER, length_days + 1) AS ends
        FROM studentRegistration JOIN run USING (code_module, code_presentation)
    )
    SELECT account_id, id_student::BIGINT::VARCHAR AS user_id, first_on, length_days,
        date_unregistration::INTEGER AS left_on, first_on + registered AS registered_on,
        -- a seat begins when it can be used; one given back before that keeps the days it had, at least one
        first_on + if(usable < ends, usable, least(registered, ends - 1)) AS valid_from,
        first_on + ends AS valid_to,
        num_of_prev_attempts::INTEGER AS previous_attempts, studied_credits::INTEGER AS studied_credits,
        gender, region, highest_education, imd_band, age_band, disability, final_result
    FROM known JOIN studentInfo USING (code_module, code_presentation, id_student)"""

ACCOUNTS = """
    SELECT account_id, first_on AS created_at, first_on AS signed_on, first_on AS live_on,
        first_on + length_days + 1 AS churned_on, first_on AS valid_from,
        code_module || ' ' || code_presentation AS name, code_module AS module, code_presentation AS presentation,
        length_days, json_merge_patch(pages, '{"assessments_due": 0}') AS traits
    FROM run JOIN (
        SELECT code_module, code_presentation, json_group_object(activity_type || '_pages', pages) AS pages
        FROM (SELECT code_module, code_presentation, activity_type, count(*) AS pages FROM vle GROUP BY ALL)
        GROUP BY ALL
    ) USING (code_module, code_presentation)
    -- the deadlines stand before a run begins; each is a dated row that says how many are over
    UNION ALL BY NAME
    SELECT account_id, first_on + date::INTEGER AS valid_from,
        json_object('assessments_due', sum(count(*)) OVER (PARTITION BY account_id ORDER BY date)::INTEGER) AS traits
    FROM assessments JOIN run USING (code_module, code_presentation) WHERE date IS NOT NULL
    GROUP BY account_id, first_on, date
    ORDER BY account_id, valid_from"""

USERS = """
    SELECT user_id, created_at, first_on AS valid_from,
        gender, region, highest_education, imd_band, age_band, disability
    FROM (SELECT *, min(valid_from) OVER (PARTITION BY user_id) AS created_at FROM seat)
    QUALIFY row_number() OVER (PARTITION BY user_id, first_on ORDER BY account_id) = 1
    ORDER BY user_id, first_on"""

ROSTER = """
    SELECT account_id, user_id, valid_from, valid_to, registered_on, previous_attempts, studied_credits
    FROM seat ORDER BY account_id, user_id"""

OUTCOMES = """
    SELECT account_id, user_id, final_result AS outcome, first_on + coalesce(left_on, length_days) AS outcome_at
    FROM seat ORDER BY account_id, user_id"""

USAGE = """
    SELECT activity_type AS event_name, id_student::BIGINT::VARCHAR AS user_id, $run AS account_id,
        ($first_on + date::INTEGER)::TIMESTAMP AS event_at, sum_click::INTEGER AS clicks, id_site::INTEGER AS site
    FROM clicks JOIN vle USING (id_site)"""

ASSESSMENTS = """
    WITH handed_in AS (
        SELECT id_student::BIGINT::VARCHAR AS user_id, account_id,
            (first_on + date_submitted::INTEGER)::TIMESTAMP AS event_at,
            id_assessment::INTEGER AS assessment, assessment_type AS type, score
        FROM studentAssessment JOIN assessments USING (id_assessment) JOIN run USING (code_module, code_presentation)
        WHERE is_banked = 0 AND date_submitted <= length_days
    )
    SELECT 'assessment_submitted' AS event_name, * FROM handed_in
    UNION ALL SELECT 'assessment_passed', * FROM handed_in WHERE score >= 40"""


def convert(data: Path, folder: Path, runs: Sequence[str] | None = None) -> dict[str, list[Path]]:
    """Writes the files.

    Args:
        data: The folder with the tables as Parquet files, `studentVle_ds` partitioned by module and presentation.
        folder: Where the files go.
        runs: Course runs to take, such as "AAA-2013J"; None takes all.

    Returns:
        Kind of rows -> its files, in the order in which they are best imported.

    Raises:
        FileNotFoundError: A table is not there.
        ValueError: There is no such run.
    """
    missing = [table for table in TABLES if not (data / f"{table}.parquet").is_file()]
    if missing:
        raise FileNotFoundError(f"There is no {missing[0]}.parquet in {data}.")
    with duckdb.connect(config={"memory_limit": "1GB"}) as connection:
        for table in TABLES:
            connection.read_parquet(str(data / f"{table}.parquet")).create_view(table)
        connection.execute(RUNS, {"runs": runs})
        found = connection.execute("SELECT account_id, first_on FROM run ORDER BY account_id").fetchall()
        if unknown := set(runs or ()) - {run for run, _ in found}:
            known = connection.execute(
                "SELECT code_module || '-' || code_presentation AS run FROM courses ORDER BY run"
            )
            raise ValueError(f"There is no run {min(unknown)}. Runs: {', '.join(run for (run,) in known.fetchall())}.")
        connection.execute(SEATS)
        files = {
            kind: [_write(connection.sql(query), folder / f"{kind}.parquet")]
            for kind, query in (("accounts", ACCOUNTS), ("users", USERS), ("seats", ROSTER), ("outcomes", OUTCOMES))
        }
        files["events"] = [_write(connection.sql(ASSESSMENTS), folder / "events" / "assessments.parquet")]
        for run, first_on in found:
            module, _, presentation = run.partition("-")
            part = data / "studentVle_ds" / f"code_module={module}" / f"code_presentation={presentation}" / "*.parquet"
            connection.read_parquet(str(part)).create_view("clicks")
            usage = connection.sql(USAGE, params={"run": run, "first_on": first_on})
            files["events"].append(_write(usage, folder / "events" / f"{run}.parquet"))
    return files


def _write(rows: duckdb.DuckDBPyRelation, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows.write_parquet(str(path), compression="zstd", row_group_size=ROW_GROUP)
    return path
