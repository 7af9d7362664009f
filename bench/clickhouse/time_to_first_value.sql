-- Kaplan-Meier from the first event to the first event_09; who has not got there waits until the end of the data.
WITH 1e-12 AS rounding, waited AS (
    SELECT
        countIf(event = 'event_09') > 0 AS is_reached,
        dateDiff('millisecond', min(event_at),
            if(is_reached, minIf(event_at, event = 'event_09'), {as_of:DateTime64(3)})) AS waited_ms
    FROM {table:Identifier} GROUP BY user_id
), life_table AS (
    SELECT
        toInt64(round(waited_ms / 1000)) AS duration_s, countIf(is_reached) AS reached,
        sum(count()) OVER (ORDER BY duration_s DESC) AS at_risk
    FROM waited GROUP BY duration_s
), curve AS (
    SELECT
        duration_s, reached, at_risk,
        exp(sum(log(1 - reached / at_risk)) OVER (ORDER BY duration_s)) AS waiting
    FROM life_table WHERE reached > 0
)
SELECT
    (SELECT count() FROM waited) AS n, sum(reached) AS reached,
    minOrNullIf(duration_s, waiting <= 0.5 + rounding) AS estimate, minOrNullIf(duration_s, waiting <= 0.75 + rounding) AS p25,
    1 - coalesce(minOrNullIf(waiting, duration_s <= 1 * 86400), 1) AS by_1d,
    1 - coalesce(minOrNullIf(waiting, duration_s <= 7 * 86400), 1) AS by_7d,
    1 - coalesce(minOrNullIf(waiting, duration_s <= 14 * 86400), 1) AS by_14d,
    1 - coalesce(minOrNullIf(waiting, duration_s <= 30 * 86400), 1) AS by_30d
FROM curve
SETTINGS optimize_aggregation_in_order = 1
