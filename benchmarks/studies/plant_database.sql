-- Six tables of a plant, as its systems keep them. Wanted: :batches batches and :readings readings, half
-- of them of each of two tags.
CREATE SCHEMA mes;
CREATE TABLE mes.batches (
    id bigserial PRIMARY KEY, batch_id text NOT NULL, production_order int NOT NULL, product text,
    line text, started_at timestamptz, ended_at timestamptz, disposition text, operator text,
    entered_at timestamptz NOT NULL
);
CREATE TABLE mes.phases (
    id bigserial PRIMARY KEY, batch_id text, stage int, unit_procedure text, phase text,
    equipment_id text, started_at timestamptz, ended_at timestamptz, entered_at timestamptz NOT NULL
);
CREATE TABLE mes.parameters (
    id bigserial PRIMARY KEY, batch_id text, main_force_kn float8, pre_force_kn numeric(8, 3),
    entered_at timestamptz NOT NULL
);
CREATE TABLE mes.lab_results (
    id bigserial PRIMARY KEY, batch_id text, test text, value real, unit text,
    resulted_at timestamptz, entered_at timestamptz NOT NULL
);
CREATE TABLE mes.tags (
    tag text, equipment_id text, stage int, unit text, is_shared_area boolean
);
CREATE TABLE mes.readings (
    id bigserial, equipment_id text, tag text, recorded_at timestamptz, value float8
);
CREATE INDEX ON mes.readings (id);

-- A number from 0 to 1 that looks drawn and is the same on every machine.
CREATE FUNCTION mes.drawn(seed text) RETURNS float8 LANGUAGE sql IMMUTABLE AS
$$ SELECT ('x' || substr(md5(seed), 1, 7))::bit(28)::int / 268435456.0::float8 $$;

CREATE FUNCTION mes.make(first int, last int, readings_each int) RETURNS void LANGUAGE sql AS $$
INSERT INTO mes.batches (batch_id, production_order, product, line, started_at, ended_at, disposition,
    operator, entered_at)
SELECT 'B' || lpad(n::text, 5, '0'), n, 'P' || (n % 3), 'L1', t, t + interval '3 hours',
    CASE WHEN mes.drawn('force' || n) + mes.drawn('chance' || n) > 1.5 THEN 'rejected' ELSE 'released' END, 'somebody',
    t + interval '2 days'
FROM (SELECT n, timestamptz '2020-01-01 06:00+01' + n * interval '4 hours' AS t
      FROM generate_series(first, last) AS n) AS made ORDER BY n;
INSERT INTO mes.phases (batch_id, stage, unit_procedure, phase, equipment_id, started_at, ended_at,
    entered_at)
SELECT batch_id, 4, 'compression', 'pressing', 'PRS-1', started_at, ended_at, entered_at
FROM mes.batches WHERE production_order BETWEEN first AND last ORDER BY id;
INSERT INTO mes.parameters (batch_id, main_force_kn, pre_force_kn, entered_at)
SELECT batch_id, 10 + 5 * mes.drawn('force' || production_order),
    round((2 + mes.drawn('pre' || production_order))::numeric, 3), entered_at
FROM mes.batches WHERE production_order BETWEEN first AND last ORDER BY id;
INSERT INTO mes.lab_results (batch_id, test, value, unit, resulted_at, entered_at)
SELECT batch_id, test, (98 + 2 * mes.drawn(test || production_order))::numeric(5, 2), 'pct',
    ended_at + interval '1 day', entered_at
FROM mes.batches, unnest(ARRAY['assay', 'dissolution']) AS test
WHERE production_order BETWEEN first AND last ORDER BY id, test;
INSERT INTO mes.readings (equipment_id, tag, recorded_at, value)
SELECT 'PRS-1', tag, started_at + s * interval '1 second',
    round((10 + mes.drawn('r' || production_order) + s % 17 / 10.0)::numeric, 4)
FROM mes.batches, unnest(ARRAY['force_kn', 'speed_rpm']) AS tag,
    generate_series(0, readings_each / 2 - 1) AS s
WHERE production_order BETWEEN first AND last ORDER BY id, s, tag;
$$;

INSERT INTO mes.tags VALUES ('force_kn', 'PRS-1', 4, 'kN', false), ('speed_rpm', 'PRS-1', 4, 'rpm', false);
CREATE ROLE reader LOGIN PASSWORD 'only: reads/records';
GRANT USAGE ON SCHEMA mes TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA mes TO reader;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA mes TO reader;
CREATE TABLE mes.salaries (name text);
