-- One row: how many readings were delivered and are known as of the as-of date.
SELECT coalesce(sum(readings), 0)::BIGINT AS readings FROM delivered_series;
