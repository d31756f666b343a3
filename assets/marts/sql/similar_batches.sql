-- One row per neighbour of a failed or flagged batch: the failed and the good batches of its product
-- most like it, what both have in common that is unusual, and in what they differ most.
SELECT
    s.batch_id,
    s.compared_by,
    s.neighbour_id,
    s.neighbour_result,
    s.rank,
    s.distance,
    s.usual_distance,
    s.shared_share,
    s.alike,
    s.different,
    b.product,
    b.result,
    b.failed_outcomes,
    b.started_at,
    n.failed_outcomes AS neighbour_failed_outcomes,
    n.started_at AS neighbour_started_at,
    coalesce(b.campaign_id = n.campaign_id, FALSE) AS is_same_campaign
FROM finding.similar_batches AS s
INNER JOIN mart.batches AS b ON s.batch_id = b.batch_id
INNER JOIN mart.batches AS n ON s.neighbour_id = n.batch_id;
