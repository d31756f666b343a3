-- One row per batch decided in the last seven days and headline outcome, beside what the score book
-- holds of it: what was said first at the last gate at which anything was, before the result was known.
WITH looked_back AS (
    SELECT as_of FROM evidence.runs ORDER BY run_number DESC NULLS LAST LIMIT 1
),
decided AS (
    SELECT b.*, b.dispositioned_at > r.as_of - INTERVAL 1 DAY AS is_last_day
    FROM core.batches AS b
    CROSS JOIN looked_back AS r
    WHERE
        b.disposition <> 'pending'
        AND b.dispositioned_at > r.as_of - INTERVAL 7 DAY
        AND b.dispositioned_at <= r.as_of
),
in_time AS (
    -- A correction may say that a result was known earlier than it was delivered: such a score proves
    -- nothing, as in history.live_performance.
    SELECT h.*
    FROM history.score_book AS h
    LEFT JOIN core.outcomes AS o ON h.batch_id = o.batch_id AND h.outcome = o.outcome
    WHERE h.revision = 1 AND coalesce(o.known_at > h.as_of, TRUE)
),
alarmed AS (
    SELECT
        batch_id,
        outcome,
        string_agg(DISTINCT gate, ', ' ORDER BY gate) AS alarm_gates
    FROM in_time
    WHERE is_alarm
    GROUP BY batch_id, outcome
),
said AS (
    SELECT *
    FROM in_time
    QUALIFY row_number() OVER (
        PARTITION BY batch_id, outcome ORDER BY is_alarm IS NULL, gate DESC, entry
    ) = 1
)
SELECT
    b.batch_id,
    d.outcome,
    d.title,
    b.product,
    b.line,
    b.disposition,
    b.dispositioned_at,
    b.is_last_day,
    CASE
        WHEN o.is_failure THEN 'failed'
        WHEN NOT o.is_failure THEN 'good'
        ELSE coalesce(o.status, 'not_measured')
    END AS result,
    s.gate,
    s.failure_prob,
    s.threshold,
    s.is_alarm,
    a.alarm_gates,
    s.foretold,
    s.as_of AS said_as_of,
    date_diff('second', s.as_of, o.known_at) / 3600.0 AS lead_time_h,
    CASE
        WHEN s.is_alarm IS NULL THEN 'nothing_said'
        WHEN o.is_failure IS NULL THEN 'not_known'
        WHEN s.is_alarm AND o.is_failure THEN 'caught'
        WHEN s.is_alarm THEN 'false_alarm'
        WHEN o.is_failure THEN 'missed'
        ELSE 'rightly_quiet'
    END AS told,
    s.model_version,
    s.entry
FROM decided AS b
CROSS JOIN mart.outcomes AS d
LEFT JOIN core.outcomes AS o ON b.batch_id = o.batch_id AND d.outcome = o.outcome
LEFT JOIN said AS s ON b.batch_id = s.batch_id AND d.outcome = s.outcome
LEFT JOIN alarmed AS a ON b.batch_id = a.batch_id AND d.outcome = a.outcome
WHERE d.is_headline;
