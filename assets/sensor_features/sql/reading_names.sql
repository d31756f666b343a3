-- Every other text that stands in stored readings, sorted: one enumeration for all of their columns.
SELECT name FROM (
    SELECT unit_procedure AS name FROM phase_places
    UNION
    SELECT phase FROM phase_places
    UNION
    SELECT equipment_id FROM delivered_series
    UNION
    SELECT tag FROM delivered_tags
    UNION
    SELECT unnest(['good', 'uncertain', 'bad'])
)
WHERE name IS NOT NULL
ORDER BY name;
