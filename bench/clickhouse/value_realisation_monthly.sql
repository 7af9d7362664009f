-- Of the users active in the last 30 days of each month, the share with event_09 in them.
-- The 30 days of February begin in January, so a day may lie in two windows.
WITH member AS (
    SELECT
        arrayJoin(arrayFilter(
            month_on -> month_on <= {last_day:Date}
                AND toDate(event_at) > least(toLastDayOfMonth(month_on), {last_day:Date}) - 30,
            [toStartOfMonth(event_at), toStartOfMonth(event_at) + INTERVAL 1 MONTH]
        )) AS period_on,
        max(event = 'event_09') AS is_reached
    FROM {table:Identifier} GROUP BY user_id, period_on
)
SELECT period_on, count() AS n, sum(is_reached) AS count, avg(is_reached) AS estimate
FROM member
GROUP BY period_on
ORDER BY period_on
