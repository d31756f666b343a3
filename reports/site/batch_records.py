"""What the pages of batches are drawn from: every table asked once, its rows handed out by batch.

A page is drawn of failed and flagged batches alone. But for the batches like it, what it says
depends on nothing made after its batch, so that a page drawn once is seldom drawn again.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import polars as pl

from reports.inert_rows import label_text
from reports.pages.facts import Facts

SHOWN_LINES, SHOWN_CURVES, SHOWN_DRIVERS = 8, 6, 3
LEAST_SHARE = 0.01  # of what the first line adds
BATCHES_BEFORE = 60

Rows = list[dict[str, Any]]
Bundle = dict[str, Any]

# Of a source with an outcome ``failure`` that one alone: its modes are the same batches again.
_SHOWN = """
WITH shown AS (
  SELECT outcome, last_gate_before FROM core.outcome_definitions
  WHERE outcome = 'failure' OR NOT EXISTS
    (SELECT 1 FROM core.outcome_definitions WHERE outcome = 'failure')
)
"""
_REASONS_SQL = f"""{_SHOWN}
SELECT batch_id, string_agg(DISTINCT reason, ', ' ORDER BY reason) AS reason
FROM (
  SELECT o.batch_id, 'failed' AS reason FROM core.outcomes AS o JOIN shown USING (outcome)
  WHERE o.is_failure
  UNION ALL
  SELECT s.batch_id, 'flagged' FROM model.batch_scores AS s
  JOIN shown ON s.outcome = shown.outcome AND s.gate = shown.last_gate_before WHERE s.is_alarm
) GROUP BY batch_id
"""
_FAILED_SQL = f"""{_SHOWN}
SELECT batch_id, 'failed' AS reason FROM core.outcomes JOIN shown USING (outcome)
WHERE is_failure GROUP BY batch_id
"""
_BATCHES_SQL = """
SELECT batch_id, production_order, product, strength, line, campaign_id, disposition, failure_mode,
  started_at, ended_at, dispositioned_at FROM core.batches ORDER BY production_order, batch_id
"""
_RESULTS_SQL = f"""{_SHOWN}
SELECT batch_id, max(CASE WHEN is_failure THEN 2 WHEN NOT is_failure THEN 1 END) AS code
FROM core.outcomes JOIN shown USING (outcome) GROUP BY batch_id
"""
_LINES_SQL = "SELECT * FROM finding.batch_contributions ORDER BY outcome, batch_id, rank"
_UNUSUAL_SQL = "SELECT * FROM finding.card_features ORDER BY outcome, batch_id, rank"
_CARDS_SQL = "SELECT * FROM finding.investigation_cards ORDER BY outcome, batch_id"
_SIMILAR_SQL = "SELECT * FROM finding.similar_batches ORDER BY batch_id, compared_by, rank"
_FEATURES_SQL = "SELECT feature, title, unit, quantity FROM feature.dictionary"
_DEVIATIONS_SQL = """
SELECT batch_id, deviation_id, category, severity, opened_at, closed_at, confirmed_cause
FROM core.deviations WHERE batch_id IS NOT NULL AND opened_at IS NOT NULL
ORDER BY opened_at, deviation_id
"""
_PHASES_SQL = """
SELECT batch_id, stage, unit_procedure, phase, equipment_id, started_at, ended_at
FROM core.phases WHERE started_at IS NOT NULL ORDER BY batch_id, started_at, phase
"""
# What was done to a batch's equipment in the fortnight before it, and while it was made.
_EQUIPMENT_SQL = """
SELECT p.batch_id, e.equipment_id, e.event, e.occurred_at, e.part
FROM (
  SELECT batch_id, equipment_id, min(started_at) AS began,
    max(coalesce(ended_at, started_at)) AS ended
  FROM core.phases WHERE started_at IS NOT NULL GROUP BY batch_id, equipment_id
) AS p JOIN core.equipment_events AS e ON e.equipment_id = p.equipment_id
  AND e.occurred_at BETWEEN p.began - INTERVAL 14 DAY AND p.ended
ORDER BY p.batch_id, e.occurred_at, e.equipment_id, e.event
"""
_STEPS = ", ".join(f"t.step_{i:02}" for i in range(1, 33))
_CURVES_SQL = f"""
SELECT t.batch_id, t.stage, t.unit_procedure, t.phase, t.tag, t.month, [{_STEPS}] AS own
FROM feature.phase_trajectories AS t WHERE t.batch_id IN (SELECT batch_id FROM ({{asked}}))
"""
_GOLDEN_SQL = """
SELECT month, unit_procedure, phase, tag, product, list(step ORDER BY step) AS steps,
  list(centre ORDER BY step) AS centre, list(spread ORDER BY step) AS spread,
  max(batches) AS batches
FROM feature.golden_trajectories GROUP BY ALL
"""
_UNITS_SQL = "SELECT tag, min(unit) AS unit FROM core.sensor_tags GROUP BY tag"


def batch_bundles(facts: Facts) -> dict[str, Bundle]:
    """Gather what each page shows.

    Args:
        facts: Rows of the published warehouse.

    Returns:
        By batch in production order, what its page is drawn from, as plain values.
    """
    reasons_sql = _REASONS_SQL if not facts.frame(_REASONS_SQL).is_empty() else _FAILED_SQL
    reasons = {row["batch_id"]: row["reason"] for row in facts.rows(reasons_sql)}
    batches = facts.rows(_BATCHES_SQL)
    if not reasons or not batches:
        return {}
    asked = [row["batch_id"] for row in batches if row["batch_id"] in reasons]
    lines = {
        batch: _of_one_outcome(rows)
        for batch, rows in _by_batch(facts.frame(_LINES_SQL), asked).items()
    }
    tables = {
        "lines": lines,
        "unusual": _by_batch(facts.frame(_UNUSUAL_SQL), asked),
        "cards": _by_batch(facts.frame(_CARDS_SQL), asked),
        "similar": _by_batch(facts.frame(_SIMILAR_SQL), asked),
        "deviations": _by_batch(facts.frame(_DEVIATIONS_SQL), asked),
        "phases": _by_batch(facts.frame(_PHASES_SQL), asked),
        "equipment": _by_batch(facts.frame(_EQUIPMENT_SQL), asked),
        "curves": _curves(facts, reasons_sql, {row["batch_id"]: row for row in batches}),
        "drivers": _drivers(facts, batches, lines),
    }
    facts_of = {row["batch_id"]: row for row in batches}
    return {
        batch: {"batch": facts_of[batch], "reason": reasons[batch]}
        | {name: own.get(batch, []) for name, own in tables.items()}
        for batch in asked
    }


def _by_batch(frame: pl.DataFrame, asked: Iterable[str]) -> dict[str, Rows]:
    if frame.is_empty():
        return {}
    found: dict[str, Rows] = defaultdict(list)
    for row in frame.filter(pl.col("batch_id").is_in(list(asked))).iter_rows(named=True):
        found[row["batch_id"]].append(row)
    return found


def _of_one_outcome(rows: Rows) -> Rows:
    """The lines of the outcome foretold most surely: those of two add up to no prediction."""
    most = max(rows, key=lambda row: row["predicted_value"])
    return [row for row in rows if row["outcome"] == most["outcome"]]


def towards_failure(lines: Rows) -> Rows:
    """The lines that add to the risk, without those that add next to nothing beside the first.

    A model adds a millionth for each of hundreds of parameters; as lines they would stand beside
    what moved it.
    """
    most = max((row["contribution"] for row in lines), default=0.0)
    return [row for row in lines if row["contribution"] > max(most * LEAST_SHARE, 0.0)]


def _curves(facts: Facts, asked_sql: str, batches: dict[str, dict[str, Any]]) -> dict[str, Rows]:
    """The trajectories of each batch that left its envelope furthest, beside that envelope."""
    golden = {
        (g["month"], g["unit_procedure"], g["phase"], g["tag"], g["product"]): g
        for g in facts.rows(_GOLDEN_SQL)
    }
    units = {row["tag"]: row["unit"] for row in facts.rows(_UNITS_SQL)}
    found: dict[str, Rows] = defaultdict(list)
    for row in facts.rows(_CURVES_SQL.format(asked=asked_sql)) if golden else []:
        key = (row["month"], row["unit_procedure"], row["phase"], row["tag"])
        product = batches[row["batch_id"]]["product"] if row["batch_id"] in batches else None
        good = golden.get((*key, product)) or golden.get((*key, "any product"))
        if good is None:
            continue
        own = [row["own"][step - 1] for step in good["steps"]]
        away = max(
            (
                abs(value - centre) / spread
                for value, centre, spread in zip(own, good["centre"], good["spread"], strict=True)
                if value is not None and spread > 0
            ),
            default=0.0,
        )
        found[row["batch_id"]].append(
            {name: row[name] for name in ("stage", "unit_procedure", "phase", "tag")}
            | {name: good[name] for name in ("steps", "centre", "spread", "batches", "product")}
            | {"own": own, "away": away, "unit": units.get(row["tag"]) or ""}
        )
    return {
        batch: sorted(own, key=lambda c: (-c["away"], c["tag"], c["phase"] or ""))[:SHOWN_CURVES]
        for batch, own in found.items()
    }


def _drivers(facts: Facts, batches: Rows, lines: dict[str, Rows]) -> dict[str, Rows]:
    """The leading features of each batch over the batches of its product before it."""
    leading = {batch: towards_failure(own)[:SHOWN_DRIVERS] for batch, own in lines.items()}
    wanted = sorted({(row["feature"], row["gate"]) for own in leading.values() for row in own})
    values = feature_values(facts, wanted)
    about = {row["feature"]: row for row in facts.rows(_FEATURES_SQL)}
    results = batch_results(facts)
    before: dict[str, list[str]] = defaultdict(list)
    found: dict[str, Rows] = {}
    for row in batches:
        own = before[row["product"]]
        own.append(row["batch_id"])
        found[row["batch_id"]] = [
            _over_time(line, own[-BATCHES_BEFORE:], values, results, about)
            for line in leading.get(row["batch_id"], [])
        ]
    return found


def _over_time(
    line: dict[str, Any],
    batches: list[str],
    values: dict[tuple[str, int], dict[str, float]],
    results: dict[str, str],
    about: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    recorded = values.get((line["feature"], line["gate"]), {})
    shown = [batch for batch in batches if batch in recorded]
    described = about.get(line["feature"], {})
    return {
        "feature": line["feature"],
        "title": line["title"],
        "quantity": described.get("quantity"),
        "unit": described.get("unit") or "",
        "batches": shown,
        "values": [recorded[batch] for batch in shown],
        "results": [results.get(batch, "not known yet") for batch in shown],
        "band": [line["good_low"], line["good_high"]],
    }


def feature_values(
    facts: Facts, wanted: list[tuple[str, int]]
) -> dict[tuple[str, int], dict[str, float]]:
    """Return values of some features as known at some gates, by batch; categories have none."""
    if not wanted:
        return {}
    pairs = ", ".join("('{}', {})".format(f.replace("'", "''"), int(gate)) for f, gate in wanted)
    frame = facts.frame(
        f"""SELECT v.batch_id, w.gate, v.feature, arg_max(v.value, v.gate) AS value
        FROM feature.gate_values AS v JOIN (VALUES {pairs}) AS w(feature, gate)
          ON v.feature = w.feature AND v.gate <= w.gate
        WHERE v.value IS NOT NULL GROUP BY ALL"""
    )
    found: dict[tuple[str, int], dict[str, float]] = defaultdict(dict)
    for batch, gate, feature, value in frame.iter_rows():
        found[feature, gate][batch] = value
    return found


def batch_results(facts: Facts) -> dict[str, str]:
    """Return per batch whether it failed or was good; batches not known yet are left out."""
    said = {1: "good", 2: "failed"}
    return {row["batch_id"]: said[row["code"]] for row in facts.rows(_RESULTS_SQL) if row["code"]}


def label_texts(texts: Iterable[str]) -> list[str]:
    """Return texts as a chart's labels may hold them."""
    return [label_text(text) for text in texts]
