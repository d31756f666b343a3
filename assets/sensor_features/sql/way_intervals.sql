-- One row per way, interval of a lane and stretch of it, in order of time. The intervals of a lane
-- have one stretch each. Those of an area are cut where any phase in it begins or ends; a stretch
-- has every place then in the area, one by whichever lane comes first, and all but the first place
-- are `is_further`.
WITH in_areas AS (
    SELECT DISTINCT
        'area of ' || c.tag AS way, i.lane_no, i.interval_no, i.place_no, i.started_at, i.last_at
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
    SELECT
        i.way,
        i.lane_no,
        i.interval_no,
        i.place_no,
        unnest(range(b.cut_no, e.cut_no + 1)) AS cut_no
    FROM in_areas AS i
    INNER JOIN cuts AS b ON i.way = b.way AND i.started_at = b.started_at
    INNER JOIN cuts AS e ON i.way = e.way AND i.last_at = e.last_at
),
in_stretches AS (
    SELECT way, cut_no, place_no, arg_min(interval_no, lane_no) AS interval_no
    FROM pieces
    GROUP BY way, cut_no, place_no
)
SELECT lane AS way, started_at, last_at, interval_no, false AS is_further
FROM lane_intervals
WHERE lane IN (SELECT lane FROM channel_lanes WHERE NOT is_shared_area)
UNION ALL
SELECT
    s.way,
    c.started_at,
    c.last_at,
    s.interval_no,
    s.place_no > min(s.place_no) OVER (PARTITION BY s.way, s.cut_no)
FROM in_stretches AS s
INNER JOIN cuts AS c USING (way, cut_no)
ORDER BY way, started_at, interval_no;
