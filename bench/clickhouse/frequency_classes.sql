-- Of all users, the shares with at least 9, 5 and 2 active days in the last 14, and of the rest. One bit a day.
WITH {last_day:Date} - toDate(event_at) AS days_ago, member AS (
    SELECT bitCount(groupBitOr(bitShiftLeft(toUInt16(1), toUInt8(days_ago)))) AS days
    FROM {table:Identifier} WHERE event_at >= toDateTime64({last_day:Date} - 13, 3) GROUP BY user_id
), total AS (
    SELECT (SELECT uniqExact(user_id) FROM {table:Identifier}) AS n,
        [countIf(days >= 9), countIf(days BETWEEN 5 AND 8), countIf(days BETWEEN 2 AND 4)] AS counts
    FROM member
)
SELECT class, n, counted AS count, 0 AS open, count / n AS estimate
FROM total
ARRAY JOIN ['daily', 'weekly', 'occasional', 'inactive'] AS class, arrayPushBack(counts, toUInt64(n - arraySum(counts))) AS counted
ORDER BY class
