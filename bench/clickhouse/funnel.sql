-- Users that did three events in order, each within 7 days of the first, by how many of them.
WITH passed AS (
    SELECT
        windowFunnel(604800000)(
            toUInt64(toUnixTimestamp64Milli(event_at)), event = 'event_00', event = 'event_01', event = 'event_02'
        ) AS depth
    FROM {table:Identifier}
    WHERE event IN ('event_00', 'event_01', 'event_02') AND event_at < {as_of:DateTime64(3)}
    GROUP BY user_id
    HAVING depth > 0
)
SELECT step, count() AS n, countIf(depth >= step) AS count, count / n AS estimate
FROM passed
ARRAY JOIN [1, 2, 3] AS step
GROUP BY step
ORDER BY step
SETTINGS optimize_aggregation_in_order = 1
