-- One row per thing that could be measured next, what it would add and, where known, what it costs.
-- Money is what knowing would be worth for the decision (value of information in the draws), or what a
-- suspect could cost a year at most. Where neither can be said, the reason says so. A suspect is a
-- feature that goes with an outcome by itself, follows no other, and could not be closed.
WITH inputs AS (
    SELECT
        CASE WHEN kind = 'measured' THEN 'effect' ELSE 'price' END AS kind,
        title AS what,
        NULL AS outcome,
        value_of_information_usd AS worth_usd,
        'value of information' AS worth_basis,
        NULL::DOUBLE AS cost_usd,
        concat(
            'Knowing it exactly would be worth so much for the decision to go ahead; its draws move '
            'the net present value by ', round(swing_usd / 1000)::BIGINT, ' thousand USD.'
        ) AS reason
    FROM economics.sensitivity
    WHERE value_of_information_usd > 0
    QUALIFY row_number() OVER (ORDER BY value_of_information_usd DESC, input) <= 5
),
suspects AS (
    SELECT
        'suspect' AS kind,
        b.title AS what,
        b.outcome,
        b.bound_usd_per_year AS worth_usd,
        'at most, a year' AS worth_basis,
        b.closing_usd_per_year AS cost_usd,
        'It goes with the outcome by itself and is no driver. What holding it could save at most is '
        'more than looking further costs: a trial or a closer record would tell.' AS reason
    FROM economics.savings_upper_bounds AS b
    INNER JOIN finding.relevance AS r ON b.outcome = r.outcome AND b.feature = r.feature
    WHERE
        NOT b.is_closed
        AND b.bound_usd_per_year IS NOT NULL
        AND r.is_relevant
        AND r.reason_code NOT IN ('named', 'follows_another')
    QUALIFY
        row_number()
            OVER (ORDER BY b.bound_usd_per_year DESC, r.strength DESC, b.outcome, b.feature)
        <= 5
),
labels AS (
    SELECT
        'label' AS kind,
        concat('More batches with a known result: ', d.title) AS what,
        d.outcome,
        NULL::DOUBLE AS worth_usd,
        'cannot be said' AS worth_basis,
        NULL::DOUBLE AS cost_usd,
        CASE
            WHEN p.outcome IS NULL
                THEN 'Cannot be said: no self-test has been made; run lotwise self-test.'
            WHEN p.found_share IS NULL THEN concat('Cannot be said: ', p.reason)
            ELSE concat(
                'Of causes planted into these records ', round(100 * p.found_share)::BIGINT,
                '% were found',
                CASE
                    WHEN p.years_needed IS NOT NULL
                        THEN concat('; four in five would be after ', round(p.years_needed, 1),
                            ' years of such records')
                    ELSE ''
                END, '.'
            )
        END AS reason
    FROM core.outcome_definitions AS d
    LEFT JOIN evidence.power AS p ON d.outcome = p.outcome AND p.is_headline
    INNER JOIN model.verdicts AS v ON d.outcome = v.outcome AND v.is_primary_gate
    WHERE v.verdict <> 'process_signal'
),
tests AS (
    SELECT
        'test' AS kind,
        concat('The number behind: ', title) AS what,
        outcome,
        NULL::DOUBLE AS worth_usd,
        'cannot be said' AS worth_basis,
        NULL::DOUBLE AS cost_usd,
        'Only pass or fail is on record. A measured value shows a cause on good batches too; how much '
        'sooner cannot be said before it is measured.' AS reason
    FROM core.outcome_definitions
    WHERE margin_quantity IS NULL
),
recorded AS (
    SELECT tag, count(*) AS phases FROM feature.sensor_phase_features GROUP BY tag
),
faulty AS (
    SELECT tag, count(DISTINCT (batch_id, unit_procedure, phase)) AS phases
    FROM evidence.sensor_faults
    GROUP BY tag
),
sensors AS (
    SELECT
        'sensor' AS kind,
        f.tag AS what,
        NULL AS outcome,
        NULL::DOUBLE AS worth_usd,
        'cannot be said' AS worth_basis,
        NULL::DOUBLE AS cost_usd,
        concat(
            'A fault is marked in ', round(100 * f.phases / r.phases)::BIGINT, '% of its phases (',
            f.phases, ' of ', r.phases, '): what it would say cannot be said until it works.'
        ) AS reason
    FROM faulty AS f
    INNER JOIN recorded AS r ON f.tag = r.tag
    WHERE f.phases >= 0.1 * r.phases
    QUALIFY row_number() OVER (ORDER BY f.phases / r.phases DESC, f.tag) <= 5
),
unwatched AS (
    SELECT
        'sensor' AS kind,
        concat('Stage ', s.stage) AS what,
        NULL AS outcome,
        NULL::DOUBLE AS worth_usd,
        'cannot be said' AS worth_basis,
        NULL::DOUBLE AS cost_usd,
        'No parameter, sensor or in-process test of this stage is on record: a cause that acts there is '
        'invisible.' AS reason
    FROM generate_series(3, (SELECT max(last_gate_before) FROM core.outcome_definitions)) AS s (stage)
    WHERE s.stage NOT IN (
        SELECT stage FROM feature.dictionary WHERE kind IN ('parameter', 'sensor', 'lab')
    )
),
listed AS (
    SELECT * FROM inputs
    UNION ALL
    SELECT * FROM suspects
    UNION ALL
    SELECT * FROM labels
    UNION ALL
    SELECT * FROM tests
    UNION ALL
    SELECT * FROM sensors
    UNION ALL
    SELECT * FROM unwatched
)
SELECT
    row_number() OVER (
        ORDER BY
            CASE worth_basis WHEN 'value of information' THEN 1 WHEN 'at most, a year' THEN 2 ELSE 3 END,
            worth_usd DESC NULLS LAST, kind, what, outcome
    ) AS rank,
    *
FROM listed;
