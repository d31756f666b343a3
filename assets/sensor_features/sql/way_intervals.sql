-- One row per way, interval and place in it, in order of time. The intervals of a lane have one
-- place each. Those of an area are cut where any phase in it begins or ends, and have every place
-- then in the area, one by whichever lane comes first; all but the first place are `is_further`.
WITH in_areas AS (
    SELECT DISTINCT 'area of ' || c.tag AS way, i.*
    FROM channel_lanes AS c
    INNER JOIN lane_intervals AS i USING (lane)
    WHERE c.is_shared_area
),
cuts AS (
    SELECT DISTINCT way, cut_at
    FROM (
        SELECT way, started_at AS cut_at FROM in_areas
        UNION ALL
        SELECT way, last_at + INTERVAL 1 MICROSECOND FROM in_areas
    )
),
stretches AS (
    SELECT
        way,
        cut_at AS started_at,
        lead(cut_at) OVER (PARTITION BY way ORDER BY cut_at) - INTERVAL 1 MICROSECOND AS last_at
    FROM cuts
),
in_stretches AS (
    SELECT i.* REPLACE (s.started_at AS started_at, s.last_at AS last_at)
    FROM stretches AS s
    INNER JOIN in_areas AS i
        ON s.way = i.way AND i.started_at <= s.started_at AND i.last_at >= s.last_at
    QUALIFY row_number() OVER (
        PARTITION BY s.way, s.started_at, i.place_no ORDER BY i.lane_no
    ) = 1
)
SELECT
    way,
    started_at,
    last_at,
    place_no,
    month,
    batch_id,
    stage,
    unit_procedure,
    phase,
    false AS is_further
FROM (SELECT lane AS way, * FROM lane_intervals)
WHERE lane IN (SELECT lane FROM channel_lanes WHERE NOT is_shared_area)
UNION ALL BY NAME
SELECT
    way,
    started_at,
    last_at,
    place_no,
    month,
    batch_id,
    stage,
    unit_procedure,
    phase,
    place_no > min(place_no) OVER (PARTITION BY way, started_at) AS is_further
FROM in_stretches
ORDER BY way, started_at, place_no;
