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
    SELECT
        way,
        cut_at AS started_at,
        lead(cut_at) OVER along - INTERVAL 1 MICROSECOND AS last_at,
        row_number() OVER along AS cut_no
    FROM (
        SELECT way, started_at AS cut_at FROM in_areas
        UNION
        SELECT way, last_at + INTERVAL 1 MICROSECOND FROM in_areas
    )
    WINDOW along AS (PARTITION BY way ORDER BY cut_at)
),
pieces AS (
    SELECT i.*, unnest(range(b.cut_no, e.cut_no + 1)) AS cut_no
    FROM in_areas AS i
    INNER JOIN cuts AS b ON i.way = b.way AND i.started_at = b.started_at
    INNER JOIN cuts AS e ON i.way = e.way AND i.last_at = e.last_at
),
in_stretches AS (
    SELECT p.* REPLACE (c.started_at AS started_at, c.last_at AS last_at)
    FROM pieces AS p
    INNER JOIN cuts AS c USING (way, cut_no)
    QUALIFY row_number() OVER (PARTITION BY way, cut_no, p.place_no ORDER BY p.lane_no) = 1
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
