-- Of those whose first event was in a week, the share that came back in each week after it. One bit a week.
WITH toMonday({first_day:Date}) AS first_week_on, member AS (
    SELECT
        toMonday(min(event_at)) AS cohort_on,
        groupBitOr(bitShiftLeft(toUInt64(1), intDiv(toDate(event_at) - first_week_on, 7))) AS weeks
    FROM {table:Identifier} GROUP BY user_id
), alike AS (
    SELECT cohort_on, bitShiftRight(weeks, intDiv(cohort_on - first_week_on, 7)) AS since, count() AS members
    FROM member GROUP BY cohort_on, since
)
SELECT
    cohort_on, unit_index, sum(members) AS n, sum(members * bitTest(since, unit_index)) AS returned,
    returned / n AS estimate
FROM alike
ARRAY JOIN range(toUInt8(intDiv(toMonday({last_day:Date} + 1) - cohort_on, 7))) AS unit_index
GROUP BY cohort_on, unit_index
ORDER BY cohort_on, unit_index
SETTINGS optimize_aggregation_in_order = 1
