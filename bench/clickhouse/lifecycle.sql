-- Of each week who was new in it, there in it and the week before, back after a week away, and gone. One bit a week.
WITH member AS (
    SELECT groupBitOr(bitShiftLeft(toUInt64(1), toUInt8(intDiv(toDate(event_at) - {first_day:Date}, 7)))) AS here
    FROM {table:Identifier} GROUP BY user_id
), stated AS (
    SELECT
        arrayJoin(bitPositionsToArray(bitOr(here, bitShiftLeft(here, 1)))) AS week,
        bitTest(here, week) AS is_here,
        bitTest(bitShiftLeft(here, 1), week) AS was_here,
        bitCount(bitAnd(here, bitShiftLeft(toUInt64(1), week) - 1)) = 0 AS is_first
    FROM member
), total AS (
    SELECT
        week, count() AS n,
        [countIf(is_first), countIf(is_here AND was_here), countIf(is_here AND NOT was_here AND NOT is_first),
            countIf(was_here AND NOT is_here)] AS counts
    FROM stated WHERE week <= intDiv({last_day:Date} - {first_day:Date}, 7) GROUP BY week
)
SELECT {first_day:Date} + 7 * week AS period_on, state, n, counted AS estimate
FROM total
ARRAY JOIN ['new', 'current', 'resurrected', 'dormant'] AS state, counts AS counted
ORDER BY period_on, state
SETTINGS optimize_aggregation_in_order = 1
