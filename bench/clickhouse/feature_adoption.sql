-- For each feature: who tried it, who used it on 2 days within 14 days, who of them used it in the last 7 days.
WITH life AS (
    SELECT
        intDiv(toUInt8(substring(event, 7)), 2) AS number, arraySort(groupUniqArray(toDate(event_at))) AS days,
        days[2] > days[1] AND days[2] < days[1] + 14 AS is_adopted
    FROM {table:Identifier} GROUP BY user_id, number
)
SELECT
    concat('f', leftPad(toString(number), 2, '0')) AS feature,
    (SELECT uniqExact(user_id) FROM {table:Identifier}) AS eligible,
    count() AS tried, countIf(is_adopted) AS adopted,
    countIf(is_adopted AND days[-1] > {last_day:Date} - 7) AS retained,
    adopted / eligible AS estimate
FROM life
GROUP BY number
ORDER BY number
