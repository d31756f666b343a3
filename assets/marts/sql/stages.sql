-- One row per stage and subject: what the stage's own records say, or which records would say it.
WITH subjects (stage, subject, title, absent) AS (
    VALUES
    (1, 'materials', 'Variance of the release result that materials foretell best, of lots not seen',
        'No attributes of lots that went into batches: they would say which results a lot foretells.'),
    (1, 'lots', 'Lots whose batches differ', 'No lots are recorded with the batches they went into.'),
    (1, 'stock', 'Lots in stock expected to fail more often than a usual one',
        'No lot has quantities received and used of which something is left: what using it would cost cannot be told.'),
    (2, 'tolerance', 'Share of the tolerance that one weighing in twenty exceeds',
        'No weighings: they would say how much of the tolerance is used, and which balance drifts.'),
    (2, 'balances', 'Balances that drift', 'No weighings by balance.'),
    (2, 'check_weights', 'Balances against check weights',
        'No check weighings: a drift that a balance''s own reading shares cannot be seen without.'),
    (3, 'scans', 'Spectra a calibration should not be asked about',
        'No spectra: they would tell uniformity of a blend before the laboratory does.'),
    (3, 'uniformity', 'Spread between samples of a batch by spectra, median',
        'Fewer than two valid scans a batch.'),
    (4, 'proven_range', 'Batches with an excursion outside the proven range',
        'No sensor has a proven range (PAR), or no readings: excursions beyond it are not counted.'),
    (5, 'rejects', 'Units rejected by inspection, most frequent class',
        'No inspection counts: they would tell reject rates by class of defect.'),
    (5, 'inspectors', 'People against machine',
        'No record says who or what inspected: their agreement cannot be told.'),
    (6, 'shelf_life', 'Shortest shelf life Q1E lets one propose',
        'No stability results of three batches of a product: no shelf life is proposed.'),
    (6, 'trends', 'Stability results out of trend',
        'No stability results that earlier ones could foretell.'),
    (6, 'testing', 'Wait for the last result, mean',
        'No instants of results after the end of manufacture.'),
    (6, 'analysts', 'Effect of analyst and instrument; retests and invalid results',
        'No record says who tested, on what, or which result was invalidated.'),
    (7, 'wait', 'Wait from the end of manufacture to disposition, mean',
        'No instants of ends and dispositions: lead times are not told.'),
    (7, 'open', 'Failures expected among batches made in the last month with open ones',
        'No batch is open, or too few are decided to say what becomes of them.'),
    (7, 'quarantine', 'Batches waiting for disposition, mean of the last month',
        'No instants of ends and dispositions.'),
    (7, 'exceptions', 'Batch records without an exception',
        'No batch has an instant of its end: records are not put in order.'),
    (7, 'reviewers', 'Effect of reviewer',
        'No record says who reviewed, or when the reading began: a queue at one desk cannot be seen.')
),
found AS (
    (
        SELECT 'materials' AS subject, q2_unseen AS value, q2_unseen_low AS low,
            q2_unseen_high AS high, 'share' AS unit, concat(test, '. ', reason) AS note
        FROM finding.material_models
        WHERE q2_unseen IS NOT NULL
        ORDER BY q2_unseen DESC, test
        LIMIT 1
    )
    UNION ALL
    SELECT 'lots', count(DISTINCT (material, supplier, lot)) FILTER (verdict = 'differs'), NULL,
        NULL, 'lots', concat('Of ', count(DISTINCT (material, supplier, lot)),
            ' lots, after correction for every lot and test compared.')
    FROM finding.lot_effects
    HAVING count(*) > 0
    UNION ALL
    SELECT 'stock', count(*) FILTER (verdict = 'dearer'), NULL, NULL, 'lots',
        concat('Of ', count(*), ' in stock. ', coalesce(string_agg(concat(material, ' ', lot, ': ',
            round(batches_left, 1), ' batches left, ', round(100 * failure_prob, 1),
            '% expected to fail (', round(100 * failure_low, 1), ' to ',
            round(100 * failure_high, 1), ') beside ', round(100 * usual_prob, 1), '% of a usual lot',
            coalesce(concat('; mix with ', blend_with), '')), '. ' ORDER BY rank)
            FILTER (verdict = 'dearer'), 'Nothing tells any from a usual one'), '.')
    FROM finding.lots_in_stock
    HAVING count(*) > 0
    UNION ALL
    SELECT 'tolerance', max(tolerance_used_p95), NULL, NULL, 'share',
        concat(sum(outside_tolerance), ' of ', sum(weighings), ' weighings lie outside it.')
    FROM finding.balance_drift
    HAVING max(tolerance_used_p95) IS NOT NULL
    UNION ALL
    SELECT 'balances', count(*) FILTER (verdict = 'drifts'), NULL, NULL, 'balances',
        concat('Of ', count(*), '. ', coalesce(string_agg(concat(scale_id, ': ', reason), ' '
            ORDER BY scale_id) FILTER (verdict = 'drifts'), 'None told from chance.'))
    FROM finding.balance_drift
    HAVING count(*) > 0
    UNION ALL
    SELECT 'scans', avg((verdict = 'invalid')::INTEGER), NULL, NULL, 'share',
        concat(count(*) FILTER (verdict = 'invalid'), ' of ', count(*),
            ' scans; 2% of good ones are expected.')
    FROM finding.scan_validity
    WHERE verdict <> 'too_few'
    HAVING count(*) > 0
    UNION ALL
    SELECT 'uniformity', median(rsd_pct), NULL, NULL, '%',
        concat('Of ', count(*), ' batches with two or more valid scans.')
    FROM finding.spectral_uniformity
    HAVING count(*) > 0
    UNION ALL
    SELECT 'proven_range', avg((e.batch_id IS NOT NULL)::INTEGER), NULL, NULL, 'share',
        concat(count(e.batch_id), ' of ', count(*), ' batches with readings.')
    FROM (
        SELECT DISTINCT batch_id FROM feature.sensor_phase_features
        WHERE excursions_outside_par IS NOT NULL
    ) AS f
    LEFT JOIN (
        SELECT DISTINCT batch_id FROM finding.record_exceptions WHERE kind = 'outside_par'
    ) AS e ON f.batch_id = e.batch_id
    HAVING count(*) > 0
    UNION ALL
    (
        SELECT 'rejects', rate_ppm, rate_low_ppm, rate_high_ppm, 'units per million',
            concat(defect_class, ', of ', inspected, ' inspected.')
        FROM finding.reject_rates
        ORDER BY rate_ppm DESC, defect_class
        LIMIT 1
    )
    UNION ALL
    (
        SELECT 'shelf_life', proposable_months, NULL, NULL, 'months',
            concat(product, ', ', test, ', ', condition, '. ', reason)
        FROM finding.shelf_life
        WHERE proposable_months IS NOT NULL
        ORDER BY proposable_months, product, test, condition
        LIMIT 1
    )
    UNION ALL
    SELECT 'trends', count(*) FILTER (verdict = 'out_of_trend'), NULL, NULL, 'results',
        concat('Of ', count(*), ' that earlier ones foretell.')
    FROM finding.stability_trends
    WHERE verdict <> 'too_early'
    HAVING count(*) > 0
    UNION ALL
    SELECT 'testing', mean_h, mean_low, mean_high, 'h',
        concat('Of ', batches, ' batches; one in ten waits longer than ', round(p90_h)::BIGINT,
            ' h.')
    FROM finding.release_steps
    WHERE step = 'testing'
    UNION ALL
    SELECT 'wait', t.mean_h, t.mean_low, t.mean_high, 'h',
        concat(round(100 * r.share)::BIGINT, '% of it is review, ', round(100 * d.share)::BIGINT,
            '% deviations still open after the last result; ', t.open_batches, ' batches wait now.')
    FROM finding.release_steps AS t
    INNER JOIN finding.release_steps AS r ON r.step = 'review'
    INNER JOIN finding.release_steps AS d ON d.step = 'deviation'
    WHERE t.step = 'total'
    UNION ALL
    (
        SELECT 'open', expected, low, high, 'batches',
            concat('Of ', batches, ' made in ', strftime(month_start, '%B %Y'), '. ', reason)
        FROM finding.nowcast
        WHERE what = 'failures' AND expected IS NOT NULL
        ORDER BY month_start DESC
        LIMIT 1
    )
    UNION ALL
    (
        SELECT 'quarantine', waiting_batches, NULL, NULL, 'batches',
            concat(strftime(month_start, '%B %Y'), ': ', entered, ' made, ', decided, ' decided.')
        FROM finding.quarantine_stock
        ORDER BY month_start DESC
        LIMIT 1
    )
    UNION ALL
    SELECT 'exceptions', avg((exceptions = 0)::INTEGER), NULL, NULL, 'share',
        concat(count(*) FILTER (exceptions = 0), ' of ', count(*),
            ' could be reviewed by exception.')
    FROM finding.review_queue
    HAVING count(*) > 0
),
first_batches AS (
    (
        SELECT 'rejects' AS subject, worst_batch_id AS batch_id
        FROM finding.reject_rates
        ORDER BY rate_ppm DESC, defect_class
        LIMIT 1
    )
    UNION ALL
    (
        SELECT 'shelf_life', limiting_batch_id
        FROM finding.shelf_life
        WHERE proposable_months IS NOT NULL
        ORDER BY proposable_months, product, test, condition
        LIMIT 1
    )
    UNION ALL
    (
        SELECT 'exceptions', batch_id
        FROM finding.review_queue
        WHERE is_open AND exceptions > 0
        ORDER BY rank
        LIMIT 1
    )
)
SELECT
    s.stage,
    s.subject,
    s.title,
    f.value,
    f.low,
    f.high,
    f.unit,
    f.subject IS NULL AS is_missing,
    coalesce(f.note, s.absent) AS note,
    b.batch_id
FROM subjects AS s
LEFT JOIN found AS f ON s.subject = f.subject
LEFT JOIN first_batches AS b ON s.subject = b.subject;
