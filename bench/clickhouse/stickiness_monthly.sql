-- Users active on a day / users active in the 30 days up to it, averaged over the last 7 days of each month.
-- An active day covers the days until the next one takes over, so that nobody counts twice.
WITH member AS (
    SELECT arraySort(groupUniqArray(toDate(event_at))) AS days FROM {table:Identifier} GROUP BY user_id
), span AS (
    SELECT day, least(next_day, day + 30) AS until, count() AS users
    FROM member
    ARRAY JOIN days AS day, arrayPushBack(arrayPopFront(days), toDate('2149-01-01')) AS next_day
    GROUP BY day, until
), daily AS (
    SELECT looked_at, sum(users) AS monthly_users, sumIf(users, looked_at = day) AS daily_users
    FROM span
    ARRAY JOIN arrayMap(later -> day + later, range(toUInt16(until - day))) AS looked_at
    GROUP BY looked_at
)
SELECT
    -- the 7 days of a month that has just begun begin in the month before
    arrayJoin(arrayFilter(
        month_on -> least(toLastDayOfMonth(month_on), {last_day:Date}) - looked_at BETWEEN 0 AND 6,
        [toStartOfMonth(looked_at), toStartOfMonth(looked_at) + INTERVAL 1 MONTH]
    )) AS period_on,
    count() AS days, avg(monthly_users) AS active, avg(daily_users / monthly_users) AS estimate
FROM daily
WHERE looked_at <= {last_day:Date}
GROUP BY period_on
HAVING period_on <= {last_day:Date}
ORDER BY period_on
SETTINGS optimize_aggregation_in_order = 1
