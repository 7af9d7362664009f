-- Users active on a day / users active in the 30 days up to it, averaged over the last 30 days.
-- An active day covers the days until the next one takes over, so that nobody counts twice.
WITH member AS (
    SELECT arraySort(groupUniqArray(toDate(event_at))) AS days
    FROM {table:Identifier} WHERE event_at >= toDateTime64({last_day:Date} - 58, 3) GROUP BY user_id
), span AS (
    SELECT day, least(next_day, day + 30) AS until, count() AS users
    FROM member
    ARRAY JOIN days AS day, arrayPushBack(arrayPopFront(days), toDate('2149-01-01')) AS next_day
    GROUP BY day, until
), daily AS (
    SELECT looked_at, sum(users) AS monthly_users, sumIf(users, looked_at = day) AS daily_users
    FROM span
    ARRAY JOIN arrayMap(later -> day + later, range(toUInt16(until - day))) AS looked_at
    WHERE looked_at BETWEEN {last_day:Date} - 29 AND {last_day:Date}
    GROUP BY looked_at
)
SELECT count() AS days, avg(monthly_users) AS active, avg(daily_users / monthly_users) AS estimate FROM daily
