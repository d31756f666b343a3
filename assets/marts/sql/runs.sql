-- One row per run the warehouse remembers, the latest marked.
SELECT
    run_id,
    source_profile,
    as_of,
    started_at,
    ended_at,
    status,
    version,
    seed,
    is_quick,
    started_at = max(started_at) OVER () AS is_latest
FROM evidence.runs;
