-- One row: the latest instant in the data, null where the source has none. It is the default as-of
-- date. Receipt counts only after the first load of a table: old records loaded for the first time
-- are no news, a correction of them is.
SELECT max(instant_at) AS latest_at
FROM (
    SELECT greatest(
        max(started_at),
        max(ended_at),
        max(dispositioned_at),
        max(received_at) FILTER (
            run_id <> (SELECT arg_min(run_id, ingested_at) FROM raw.batches)
        )
    ) AS instant_at
    FROM raw.batches
    UNION ALL
    SELECT greatest(
        max(started_at),
        max(ended_at),
        max(received_at) FILTER (
            run_id <> (SELECT arg_min(run_id, ingested_at) FROM raw.phases)
        )
    ) AS instant_at
    FROM raw.phases
    UNION ALL
    SELECT greatest(
        max(recorded_at),
        max(received_at) FILTER (
            run_id <> (SELECT arg_min(run_id, ingested_at) FROM raw.parameters)
        )
    ) AS instant_at
    FROM raw.parameters
    UNION ALL
    SELECT greatest(
        max(sampled_at),
        max(resulted_at),
        max(received_at) FILTER (
            run_id <> (SELECT arg_min(run_id, ingested_at) FROM raw.lab_results)
        )
    ) AS instant_at
    FROM raw.lab_results
    UNION ALL
    SELECT greatest(
        max(opened_at),
        max(closed_at),
        max(received_at) FILTER (
            run_id <> (SELECT arg_min(run_id, ingested_at) FROM raw.deviations)
        )
    ) AS instant_at
    FROM raw.deviations
    UNION ALL
    SELECT greatest(
        max(opened_at),
        max(closed_at),
        max(received_at) FILTER (
            run_id <> (SELECT arg_min(run_id, ingested_at) FROM raw.capas)
        )
    ) AS instant_at
    FROM raw.capas
    UNION ALL
    SELECT greatest(
        max(lot_received_at),
        max(released_at),
        max(received_at) FILTER (
            run_id <> (SELECT arg_min(run_id, ingested_at) FROM raw.material_lots)
        )
    ) AS instant_at
    FROM raw.material_lots
    UNION ALL
    SELECT greatest(
        max(resulted_at),
        max(received_at) FILTER (
            run_id <> (SELECT arg_min(run_id, ingested_at) FROM raw.material_attributes)
        )
    ) AS instant_at
    FROM raw.material_attributes
    UNION ALL
    SELECT greatest(
        max(used_at),
        max(received_at) FILTER (
            run_id <> (SELECT arg_min(run_id, ingested_at) FROM raw.material_usage)
        )
    ) AS instant_at
    FROM raw.material_usage
    UNION ALL
    SELECT greatest(
        max(weighed_at),
        max(received_at) FILTER (
            run_id <> (SELECT arg_min(run_id, ingested_at) FROM raw.weighings)
        )
    ) AS instant_at
    FROM raw.weighings
    UNION ALL
    SELECT greatest(
        max(inspected_at),
        max(received_at) FILTER (
            run_id <> (SELECT arg_min(run_id, ingested_at) FROM raw.inspections)
        )
    ) AS instant_at
    FROM raw.inspections
    UNION ALL
    SELECT greatest(
        max(scanned_at),
        max(received_at) FILTER (
            run_id <> (SELECT arg_min(run_id, ingested_at) FROM raw.spectra)
        )
    ) AS instant_at
    FROM raw.spectra
    UNION ALL
    SELECT greatest(
        max(resulted_at),
        max(received_at) FILTER (
            run_id <> (SELECT arg_min(run_id, ingested_at) FROM raw.stability_results)
        )
    ) AS instant_at
    FROM raw.stability_results
    UNION ALL
    SELECT greatest(
        max(occurred_at),
        max(received_at) FILTER (
            run_id <> (SELECT arg_min(run_id, ingested_at) FROM raw.equipment_events)
        )
    ) AS instant_at
    FROM raw.equipment_events
    UNION ALL
    SELECT max(received_at) FILTER (
            run_id <> (SELECT arg_min(run_id, ingested_at) FROM raw.sensor_tags)
        ) AS instant_at
    FROM raw.sensor_tags
);
