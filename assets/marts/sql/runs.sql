-- One row per run over this source, those that failed included, the one the tables are of marked.
SELECT
    run_id,
    run_number,
    source_profile,
    as_of,
    is_look_back,
    started_at,
    ended_at,
    status,
    version,
    seed,
    is_quick,
    coalesce(run_number = max(run_number) OVER (), false) AS is_latest
FROM evidence.runs;
