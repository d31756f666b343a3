"""What the technical part shows: verdicts, ladder, drivers, alarms, data quality, provenance."""

from typing import Any

from data_contracts.assumption_schema.lever_kinds import LEVER_KINDS
from reports.pages.facts import Facts

_VERDICTS_SQL = """
SELECT outcome, gate, verdict, route, reason, model_used, model_version, is_primary_gate, is_proxy,
  concat_ws('/', outcome, gate) AS key
FROM model.verdicts ORDER BY outcome, gate
"""
_LADDER_SQL = """
SELECT v.outcome, v.model, v.validation, v.note, v.is_reference_only,
  concat_ws('/', v.outcome, v.gate, v.model, v.validation) AS key
FROM model.validations AS v
JOIN model.verdicts AS p ON p.outcome = v.outcome AND p.gate = v.gate AND p.is_primary_gate
ORDER BY v.outcome, v.validation DESC, v.model
"""
_NULLS_SQL = """
SELECT outcome, gate, statistic, concat_ws('/', outcome, gate, statistic) AS key
FROM model.permutation_nulls ORDER BY outcome, statistic, gate
"""
# The statistic a signal rests on; without one, that whose results go together most.
_MEMORY_SQL = """
SELECT n.outcome, n.block_batches, concat_ws('/', n.outcome, n.gate, n.statistic) AS key
FROM model.permutation_nulls AS n
JOIN model.verdicts AS v ON v.outcome = n.outcome AND v.gate = n.gate AND v.is_primary_gate
WHERE n.statistic <> 'product_gain_over_base_rate' AND n.residual_autocorrelation IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY n.outcome ORDER BY
  n.statistic IS DISTINCT FROM CASE v.route WHEN 'margin_model' THEN 'margin_gain_over_product'
    WHEN 'spread_model' THEN 'squared_residual_gain'
    WHEN 'label_model' THEN 'log_score_gain_over_product' END,
  abs(n.residual_autocorrelation) DESC, n.statistic) = 1
"""
_DRIVERS_SQL = """
SELECT outcome, rank, title, stage, unit_operation, members, direction, is_named,
  is_simpson_flagged, effect_unit, concat_ws('/', outcome, gate, rank) AS key
FROM finding.drivers
WHERE (outcome, gate) IN (SELECT (outcome, gate) FROM model.verdicts WHERE is_primary_gate)
  AND verdict = 'process_signal' ORDER BY outcome, rank
"""
_ALARMS_SQL = """
SELECT a.outcome, a.gate, a.alarm_budget,
  concat_ws('/', a.outcome, a.gate, a.alarm_budget) AS key
FROM model.alarm_performance AS a
JOIN model.verdicts AS p ON p.outcome = a.outcome AND p.gate = a.gate AND p.is_primary_gate
ORDER BY a.outcome, a.gate, a.alarm_budget
"""
_ALARM_PRICES_SQL = """
SELECT gate, CAST(gate AS VARCHAR) AS key FROM economics.alarm_prices
WHERE gate IN (
  SELECT gate FROM model.alarm_counts
  WHERE outcome IN (SELECT outcome FROM core.outcomes
    JOIN core.outcome_definitions USING (outcome) WHERE is_failure AND severity = 'lost')
) ORDER BY gate
"""
_KINDS_SQL = "SELECT DISTINCT kind FROM economics.levers WHERE is_in_programme"
_RAISING_ALARMS = {kind for kind, terms in LEVER_KINDS.items() if terms.raises_alarms}
_ALARM_PERIODS_SQL = """
SELECT a.outcome, a.gate, a.alarm_budget, a.fold,
  concat_ws('/', a.outcome, a.gate, a.alarm_budget, a.fold) AS key
FROM model.alarm_periods AS a
JOIN model.verdicts AS p ON p.outcome = a.outcome AND p.gate = a.gate AND p.is_primary_gate
ORDER BY a.outcome, a.gate, a.alarm_budget, a.fold
"""
_CALIBRATION_SQL = """
SELECT c.outcome, c.gate, c.model, concat_ws('/', c.outcome, c.gate, c.model) AS key
FROM model.calibration AS c
JOIN model.verdicts AS p ON p.outcome = c.outcome AND p.gate = c.gate AND p.is_primary_gate
  AND c.model IN (p.model_used, 'product_only')
ORDER BY c.outcome, c.model
"""
_TRENDS_SQL = """
SELECT outcome, quantity, note, concat_ws('/', outcome, quantity) AS key
FROM finding.trends ORDER BY outcome, quantity
"""
_REFUSED_SQL = """
SELECT outcome, feature, source_table, source_column, first_available_gate, rule,
  concat_ws('/', outcome, feature) AS key
FROM evidence.refused_features ORDER BY outcome, rule, feature
"""
_REFUSED_RULES_SQL = "SELECT DISTINCT rule FROM evidence.refused_features ORDER BY rule"
_LEAK_QUESTIONS_SQL = """
SELECT outcome, title, likeness, margin_quantity, available_at_gate, is_answered,
  concat_ws('/', outcome, feature) AS key
FROM evidence.leak_questions ORDER BY is_answered, outcome, feature
"""
_CRITERIA_SQL = """
SELECT outcome, criterion, unit, reason, concat_ws('/', outcome, criterion) AS key
FROM evidence.acceptance_criteria ORDER BY outcome, criterion
"""
_INGESTION_SQL = "SELECT table_name FROM evidence.ingestion WHERE received > 0 ORDER BY table_name"
_NOT_DELIVERED_SQL = """
SELECT table_name FROM evidence.ingestion WHERE received = 0 ORDER BY table_name
"""
_QUARANTINE_SQL = """
SELECT table_name, column_name, rule, min(reason) AS reason,
  concat_ws('/', table_name, column_name, rule) AS key
FROM quarantine.records GROUP BY table_name, column_name, rule ORDER BY count(*) DESC, key
"""
_FAILED_RULES_SQL = """
SELECT table_name, rule, column_name, severity, detail FROM evidence.contract_results
WHERE NOT is_passed ORDER BY table_name, rule, column_name
"""
_CROSS_CHECKS_SQL = """
SELECT check_name, subject, severity, found > 0 AS is_found,
  concat_ws('/', check_name, subject) AS key
FROM evidence.cross_checks ORDER BY severity DESC, found DESC, check_name, subject
"""
_LIMITS_SQL = """
SELECT topic, code, concat_ws('/', topic, code) AS key FROM evidence.limits ORDER BY topic, code
"""
# A figure a subject of a stage, or which records are missing.
_STAGES_SQL = """
SELECT stage, title, is_missing, unit, note, concat_ws('/', stage, subject) AS key
FROM mart.stages ORDER BY stage, is_missing, subject
"""
_INPUTS_SQL = "SELECT file, sha256, bytes, rows FROM evidence.inputs ORDER BY file"


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the technical template shows."""
    return {
        "verdicts": facts.rows(_VERDICTS_SQL),
        "ladder": facts.rows(_LADDER_SQL),
        "nulls": facts.rows(_NULLS_SQL),
        "memories": {row["outcome"]: row for row in facts.rows(_MEMORY_SQL)},
        "drivers": facts.rows(_DRIVERS_SQL),
        "alert_in_programme": any(row["kind"] in _RAISING_ALARMS for row in facts.rows(_KINDS_SQL)),
        "alarms": facts.rows(_ALARMS_SQL),
        "alarm_prices": facts.rows(_ALARM_PRICES_SQL),
        "alarm_periods": facts.rows(_ALARM_PERIODS_SQL),
        "calibration": facts.rows(_CALIBRATION_SQL),
        "trends": facts.rows(_TRENDS_SQL),
        "refused": facts.rows(_REFUSED_SQL),
        "refused_rules": [row["rule"] for row in facts.rows(_REFUSED_RULES_SQL)],
        "leak_questions": facts.rows(_LEAK_QUESTIONS_SQL),
        "criteria": facts.rows(_CRITERIA_SQL),
        "ingestion": facts.rows(_INGESTION_SQL),
        "not_delivered": [row["table_name"] for row in facts.rows(_NOT_DELIVERED_SQL)],
        "quarantine": facts.rows(_QUARANTINE_SQL),
        "failed_rules": facts.rows(_FAILED_RULES_SQL),
        "cross_checks": facts.rows(_CROSS_CHECKS_SQL),
        "limits": facts.rows(_LIMITS_SQL),
        "stage_rows": facts.rows(_STAGES_SQL),
        "inputs": facts.rows(_INPUTS_SQL),
    }
