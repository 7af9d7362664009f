-- Of all users, the share that ever had event_09 and was active in 2 of the last 4 weeks; and the share active in 28 days.
WITH {last_day:Date} - toDate(event_at) AS days_ago, member AS (
    SELECT
        min(days_ago) < 28 AS is_active,
        max(event = 'event_09') AND bitCount(groupBitOr(if(days_ago < 28,
            bitShiftLeft(toUInt8(1), intDiv(days_ago, 7)), 0))) >= 2 AS is_adopted
    FROM {table:Identifier} GROUP BY user_id
), total AS (
    SELECT count() AS n, [countIf(is_active), countIf(is_adopted)] AS counts FROM member
)
SELECT measure, n, measured AS count, count / n AS estimate
FROM total
ARRAY JOIN ['active', 'adopted'] AS measure, counts AS measured
ORDER BY measure
SETTINGS optimize_aggregation_in_order = 1
