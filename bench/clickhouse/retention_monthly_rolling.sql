-- Of those whose first event was in a month, the share that came back in each run of 30 x 24 hours after it.
WITH 30 * 86400000 AS unit_ms, member AS (
    SELECT min(event_at) AS started_at, groupUniqArray(event_at) AS instants FROM {table:Identifier} GROUP BY user_id
), life AS (
    SELECT
        toStartOfMonth(started_at) AS cohort_on,
        arrayDistinct(arrayMap(at -> intDiv(dateDiff('millisecond', started_at, at), unit_ms), instants)) AS units,
        intDiv(dateDiff('millisecond', started_at, {as_of:DateTime64(3)}), unit_ms) AS closed_units
    FROM member
)
SELECT cohort_on, unit_index, count() AS n, countIf(has(units, unit_index)) AS returned, returned / n AS estimate
FROM life
ARRAY JOIN range(toUInt8(least(closed_units, 12))) AS unit_index
GROUP BY cohort_on, unit_index
ORDER BY cohort_on, unit_index
