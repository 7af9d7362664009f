-- Which share of the 12 core features a user used in the last 30 days of each month, for those active in them.
-- The 30 days of February begin in January, so a day may lie in two windows. One bit a feature.
WITH member AS (
    SELECT
        arrayJoin(arrayFilter(
            month_on -> month_on <= {last_day:Date}
                AND toDate(event_at) > least(toLastDayOfMonth(month_on), {last_day:Date}) - 30,
            [toStartOfMonth(event_at), toStartOfMonth(event_at) + INTERVAL 1 MONTH]
        )) AS period_on,
        bitCount(groupBitOr(if(intDiv(toUInt8(substring(event, 7)), 2) AS feature < 12,
            bitShiftLeft(toUInt16(1), feature), 0))) / 12 AS share
    FROM {table:Identifier} GROUP BY user_id, period_on
)
SELECT period_on, count() AS n, avg(share) AS estimate, quantileExactInclusive(0.5)(share) AS median
FROM member
GROUP BY period_on
ORDER BY period_on
