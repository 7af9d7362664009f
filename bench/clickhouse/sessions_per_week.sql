-- Sessions begun in the last 28 days, per week that the user has been there.
WITH toDateTime64({last_day:Date} - 27, 3) AS begin_at, recent AS (
    SELECT user_id, arraySort(groupArray(event_at)) AS instants
    FROM {table:Identifier} WHERE event_at >= begin_at - INTERVAL 30 MINUTE GROUP BY user_id, account_id
), came AS (
    SELECT
        user_id,
        sum(arrayCount(
            (at, before) -> at >= begin_at AND at >= before + INTERVAL 30 MINUTE,
            instants, arrayPushFront(arrayPopBack(instants), toDateTime64(0, 3))
        )) AS sessions
    FROM recent WHERE instants[-1] >= begin_at GROUP BY user_id
), started AS (
    SELECT user_id, toDate(min(event_at)) AS started_on FROM {table:Identifier} GROUP BY user_id
), rate AS (
    SELECT sessions / (greatest(least(28, {last_day:Date} - started_on + 1), 7) / 7) AS a_week
    FROM came JOIN started USING (user_id)
)
SELECT count() AS n, avg(a_week) AS estimate, quantileExactInclusive(0.5)(a_week) AS median FROM rate
SETTINGS optimize_aggregation_in_order = 1
