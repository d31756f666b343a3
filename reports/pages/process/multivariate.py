"""What the page of batches watched whole shows: who is beyond, models, whom phase I left out."""

from typing import Any

from reports.pages.facts import Facts

# Of the last fifty batches of each product, each by what it is furthest beyond; ten at most.
_BEYOND_SQL = """
WITH latest AS (
  SELECT batch_id, row_number() OVER (
    PARTITION BY product, strength ORDER BY production_order DESC) AS back
  FROM core.batches
),
led AS (
  SELECT batch_id, model, chart_statistic, string_agg(
    concat_ws(', ', tag, phase), '; ' ORDER BY rank) FILTER (rank <= 2) AS led_by
  FROM finding.multivariate_contributions GROUP BY ALL
)
SELECT s.batch_id, s.product, s.kind, s.gate, l.led_by,
  CASE s.chart_statistic WHEN 't2' THEN 'T2' WHEN 'spe' THEN 'SPE' ELSE 'course' END AS chart,
  concat_ws('/', s.batch_id, s.model, s.chart_statistic) AS key
FROM finding.multivariate_scores AS s JOIN latest USING (batch_id)
LEFT JOIN led AS l USING (batch_id, model, chart_statistic)
WHERE s.is_beyond AND s.gate <= 5 AND back <= 50
QUALIFY row_number() OVER (PARTITION BY s.batch_id ORDER BY s.value / s."limit" DESC, s.model,
    s.chart_statistic) = 1
ORDER BY s.value / s."limit" DESC, s.batch_id LIMIT 10
"""
_MODELS_SQL = """
SELECT product, kind, gate, phase, quantity, fit_state, reason, model AS key
FROM model.multivariate_models ORDER BY product, gate, kind, model
"""
_EXCLUDED_SQL = """
SELECT product, kind, gate, string_agg(batch_id, ', ' ORDER BY batch_id) AS batches
FROM finding.multivariate_scores
WHERE membership = 'excluded' AND excluded_because <> 'failed' AND chart_statistic = 'spe'
GROUP BY product, kind, gate ORDER BY product, gate, kind
"""
_IMPORTANCE_SQL = """
SELECT m.product, m.quantity, i.tag, i.phase, replace(i.detail, '_', ' ') AS detail,
  CASE WHEN i.slope > 0 THEN 'up' ELSE 'down' END AS moves,
  concat_ws('/', i.model, i.rank) AS key
FROM finding.multivariate_importance AS i JOIN model.multivariate_models AS m USING (model)
WHERE i.rank <= 5 ORDER BY m.product, m.quantity, i.model, i.rank
"""


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the template of batches watched whole shows."""
    return {
        "multivariate_beyond": facts.rows(_BEYOND_SQL),
        "multivariate_models": facts.rows(_MODELS_SQL),
        "multivariate_excluded": facts.rows(_EXCLUDED_SQL),
        "multivariate_importance": facts.rows(_IMPORTANCE_SQL),
    }
