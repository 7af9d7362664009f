-- Which share of the 12 core features a user active in the last 30 days used in them. One bit a feature.
WITH member AS (
    SELECT
        bitCount(groupBitOr(if(intDiv(toUInt8(substring(event, 7)), 2) AS feature < 12,
            bitShiftLeft(toUInt16(1), feature), 0))) / 12 AS share
    FROM {table:Identifier} WHERE event_at >= toDateTime64({last_day:Date} - 29, 3) GROUP BY user_id
)
SELECT count() AS n, avg(share) AS estimate, quantileExactInclusive(0.5)(share) AS median FROM member
