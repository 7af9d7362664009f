-- New users that did event_00 three times and event_05 once within 7 days, of those who have had 7 days.
WITH member AS (
    SELECT
        min(event_at) + INTERVAL 7 DAY AS until,
        groupArraySortedIf(3)(event_at, event = 'event_00') AS first_three,
        countIf(event = 'event_05') > 0 AS is_other_done,
        minIf(event_at, event = 'event_05') AS other_at
    FROM {table:Identifier} GROUP BY user_id
)
SELECT
    countIf(until <= {as_of:DateTime64(3)}) AS n,
    countIf(until <= {as_of:DateTime64(3)}
        AND length(first_three) = 3 AND first_three[3] <= until AND is_other_done AND other_at <= until) AS count,
    countIf(until > {as_of:DateTime64(3)}) AS open,
    count / n AS estimate
FROM member
SETTINGS optimize_aggregation_in_order = 1
