-- Users active on each day of the year.
SELECT arrayJoin(days) AS period_on, count() AS estimate
FROM (SELECT groupUniqArray(toDate(event_at)) AS days FROM {table:Identifier} GROUP BY user_id)
GROUP BY period_on
ORDER BY period_on WITH FILL TO {last_day:Date} + 1
SETTINGS optimize_aggregation_in_order = 1
