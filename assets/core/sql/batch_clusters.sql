-- One row per batch: what its cluster_id is before shared ancestors are looked at.
--
-- cluster_id names the group whose batches are not independent of one another. It is the campaign
-- where campaigns are known for at least half of the batches (mixing campaigns and lots would part
-- batches that share a lot). Else, or for a batch outside any campaign, it is the batch's largest lot
-- of the parent material: of the materials whose lots tie at least half of the batches to another
-- one, the one with the most lots (in practice the active ingredient; an excipient's few lots would
-- leave too few groups to learn from). Else it is the batch itself.
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
),

campaigns AS (
    SELECT count(campaign_id) >= 0.5 * count(*) AS are_known FROM known
),

used AS (
    SELECT batch_id, material, supplier, lot, quantity
    FROM raw.material_usage
    WHERE coalesce(used_at <= $as_of, TRUE)
        AND (
            received_at <= $as_of
            OR run_id = (SELECT arg_min(run_id, ingested_at) FROM raw.material_usage)
        )
    QUALIFY row_number() OVER (
        PARTITION BY batch_id, material, supplier, lot
        ORDER BY received_at DESC, ingested_at DESC, source_file DESC, source_row DESC
    ) = 1
),

shared AS (
    SELECT *, count(*) OVER (PARTITION BY material, supplier, lot) AS batches_of_lot
    FROM used
),

parent_material AS (
    SELECT material
    FROM shared
    WHERE batches_of_lot > 1
    GROUP BY material
    ORDER BY
        count(DISTINCT batch_id) >= 0.5 * (SELECT count(*) FROM known) DESC,
        count(DISTINCT (supplier, lot)) DESC,
        material
    LIMIT 1
),

parent_lot AS (
    SELECT batch_id, concat_ws('/', 'lot', material, supplier, lot) AS cluster_id
    FROM used
    WHERE material = (SELECT material FROM parent_material)
    QUALIFY row_number() OVER (
        PARTITION BY batch_id ORDER BY quantity DESC NULLS LAST, supplier, lot
    ) = 1
)

SELECT
    k.batch_id,
    coalesce(
        CASE WHEN c.are_known THEN 'campaign/' || k.campaign_id END,
        p.cluster_id,
        'batch/' || k.batch_id
    ) AS cluster_id
FROM known AS k
CROSS JOIN campaigns AS c
LEFT JOIN parent_lot AS p USING (batch_id)
ORDER BY k.batch_id;
