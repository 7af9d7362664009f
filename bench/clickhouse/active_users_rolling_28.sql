-- Users active in the 28 days up to the end of each week, the last week as far as it has come.
WITH active AS (
    SELECT groupUniqArray(toDate(event_at)) AS days FROM {table:Identifier} GROUP BY user_id
)
SELECT
    arrayJoin(arrayDistinct(arrayFlatten(arrayMap(
        day -> arrayFilter(
            week_on -> least(week_on + 6, {last_day:Date}) < day + 28 AND week_on <= {last_day:Date},
            arrayMap(later -> toMonday(day) + 7 * later, range(5))
        ),
        days
    )))) AS period_on,
    count() AS estimate
FROM active
GROUP BY period_on
ORDER BY period_on
SETTINGS optimize_aggregation_in_order = 1
