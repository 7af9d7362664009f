-- Of the users active in the last 30 days, the share with event_09 in them.
WITH member AS (
    SELECT max(event = 'event_09') AS is_reached
    FROM {table:Identifier} WHERE event_at >= toDateTime64({last_day:Date} - 29, 3) GROUP BY user_id
)
SELECT count() AS n, sum(is_reached) AS count, avg(is_reached) AS estimate FROM member
