-- Of those active in the last 28 days, how many were on exactly 1, 2, 3 ... of them. One bit a day.
WITH member AS (
    SELECT bitCount(groupBitOr(bitShiftLeft(toUInt32(1), toUInt8({last_day:Date} - toDate(event_at))))) AS days
    FROM {table:Identifier} WHERE event_at >= toDateTime64({last_day:Date} - 27, 3) GROUP BY user_id
), total AS (
    SELECT days, count() AS count, sum(count) OVER () AS n, count / n AS estimate FROM member GROUP BY days
)
SELECT days, count, n, estimate
FROM total
ORDER BY days WITH FILL FROM 1 TO 29 INTERPOLATE (n AS n, estimate AS 0)
