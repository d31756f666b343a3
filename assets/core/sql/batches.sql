-- One row per batch: what was known of it at $as_of. Disposition and mode are known when it is
-- dispositioned.
-- In the first load of the table a version counts from its own known-at, in later deliveries from
-- the later of that and its receipt; of the versions known at $as_of the last received stands.
--
-- cluster_id is decided in core.batch_clusters.
WITH first_load AS (
    SELECT arg_min(run_id, ingested_at) AS run_id FROM raw.batches
),

known AS (
    SELECT r.*
    FROM raw.batches AS r
    CROSS JOIN first_load AS f
    WHERE coalesce(r.started_at <= $as_of, TRUE)
        AND (r.run_id = f.run_id OR r.received_at <= $as_of)
    QUALIFY row_number() OVER (
        PARTITION BY r.batch_id
        ORDER BY r.received_at DESC, r.ingested_at DESC, r.source_file DESC, r.source_row DESC
    ) = 1
)

SELECT
    k.batch_id,
    k.production_order,
    k.product,
    k.strength,
    k.site,
    k.line,
    k.campaign_id,
    k.batch_size,
    k.started_at,
    k.started_at_precision,
    CASE WHEN k.ended_at <= $as_of THEN k.ended_at END AS ended_at,
    CASE WHEN coalesce(k.dispositioned_at <= $as_of, TRUE) THEN k.disposition END AS disposition,
    CASE WHEN k.dispositioned_at <= $as_of THEN k.dispositioned_at END AS dispositioned_at,
    CASE WHEN coalesce(k.dispositioned_at <= $as_of, TRUE) THEN k.failure_mode END AS failure_mode,
    coalesce(c.cluster_id, 'batch/' || k.batch_id) AS cluster_id
FROM known AS k
LEFT JOIN core.batch_clusters AS c USING (batch_id)
ORDER BY k.production_order, k.batch_id;
