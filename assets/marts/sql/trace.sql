-- One row per batch or lot and each of its ancestors, through any number of levels: read by descendant
-- what went into it, by ancestor what came of it, with what became of both.
SELECT
    t.descendant_type,
    t.descendant,
    t.ancestor_type,
    t.ancestor,
    t.ancestor_material AS material,
    t.levels,
    t.most_levels,
    t.share,
    b.batch_id,
    b.product,
    b.started_at,
    b.disposition,
    b.result,
    a.disposition AS ancestor_disposition,
    a.result AS ancestor_result
FROM core.genealogy_trace AS t
LEFT JOIN mart.batches AS b ON t.descendant_type = 'batch' AND t.descendant = b.batch_id
LEFT JOIN mart.batches AS a ON t.ancestor_type = 'batch' AND t.ancestor = a.batch_id;
