-- One row: how many readings were delivered and are known as of the as-of date. Those that lack
-- equipment, tag or time have no day and will not be placed.
SELECT coalesce(sum(readings), 0)::BIGINT AS readings FROM delivered_runs;
