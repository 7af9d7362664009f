-- New users that did each of three steps, and all of them, within 7 days, of those who have had 7 days.
WITH member AS (
    SELECT
        min(event_at) + INTERVAL 7 DAY AS until,
        countIf(event = 'event_00') > 0 AND minIf(event_at, event = 'event_00') <= until AS is_first,
        countIf(event = 'event_01') > 0 AND minIf(event_at, event = 'event_01') <= until AS is_second,
        countIf(event = 'event_02') > 0 AND minIf(event_at, event = 'event_02') <= until AS is_third
    FROM {table:Identifier} GROUP BY user_id
), total AS (
    SELECT
        until > {as_of:DateTime64(3)} AS is_open, count() AS members,
        [countIf(is_first), countIf(is_second), countIf(is_third), countIf(is_first AND is_second AND is_third)] AS done
    FROM member GROUP BY is_open
)
SELECT
    step, sumIf(members, NOT is_open) AS n, sumIf(step_done, NOT is_open) AS count, sumIf(members, is_open) AS open,
    count / n AS estimate
FROM total
ARRAY JOIN ['first', 'second', 'third', 'complete'] AS step, done AS step_done
GROUP BY step
ORDER BY step
SETTINGS optimize_aggregation_in_order = 1
