"""What the page asks of the published warehouse."""

CHARTS_SQL = """
WITH signalled AS (
  SELECT chart_id, count(*) AS signals, max(place) AS last_place, bool_or(is_new) AS is_new,
    max(known_at) AS signal_at
  FROM mart.chart_signals GROUP BY chart_id
), counted AS (
  SELECT chart_id, max(place) AS points FROM finding.chart_points GROUP BY chart_id
), newest AS (
  SELECT * FROM finding.chart_limits QUALIFY row_number()
    OVER (PARTITION BY chart_id ORDER BY version DESC) = 1
)
SELECT p.chart_id, p.product, p.source, p.stage, p.quantity, p.unit, p.chart, p.is_critical,
  p.criticality, p.reason, p.responsible, p.planned_by, p.limit_low, p.limit_high, p.limit_kind,
  n.points, coalesce(s.signals, 0) AS signals, coalesce(s.is_new, FALSE) AS is_new,
  c.ppk, c.ppk_lower, c.method, c.standing, c.stability_ratio, l.run_length, l.autocorrelation,
  l.not_applicable, l.version, l.level_width, l.spread_width,
  coalesce(s.last_place >= n.points - 30, FALSE) AS is_open
FROM finding.chart_plan AS p
INNER JOIN counted AS n ON p.chart_id = n.chart_id
LEFT JOIN signalled AS s ON p.chart_id = s.chart_id
LEFT JOIN newest AS l ON p.chart_id = l.chart_id
LEFT JOIN finding.capability AS c ON p.chart_id = c.chart_id AND c.period = 'present limits'
ORDER BY is_new DESC, is_open DESC, p.is_critical DESC, coalesce(s.signals, 0) DESC,
  coalesce(c.ppk_lower, 99), p.chart_id
"""
POINTS_SQL = """
SELECT chart_id, batch_id, place, value, lower, centre, upper, level_average, spread_average,
  signal, version, phase
FROM finding.chart_points
QUALIFY row_number() OVER (PARTITION BY chart_id ORDER BY place DESC) <= 400
ORDER BY chart_id, place
"""
SIGNALS_SQL = """
SELECT chart_id, place, batch_id, known_at, is_new, is_critical, episode, watch, statement, moved,
  lots, cost_usd_per_year_low, cost_usd_per_year, cost_usd_per_year_high
FROM mart.chart_signals ORDER BY known_at DESC NULLS LAST, chart_id, place, watch
"""
LIMITS_SQL = """
SELECT chart_id, version, phase, from_batch, to_batch, fixed_at, fixed_by, reason, method,
  baseline_points, beyond_limits
FROM finding.chart_limits ORDER BY chart_id, version
"""
MISSING_SQL = """
SELECT product, source, quantity, criticality, reason FROM finding.chart_plan
WHERE is_critical AND standing = 'not_charted' ORDER BY source, quantity, product
"""
PROMISE_SQL = """
SELECT count(*) AS charts, sum(alarms_a_month) AS alarms,
  count(*) FILTER (WHERE is_critical) AS critical
FROM finding.chart_plan WHERE standing = 'charted'
"""
SPAN_SQL = """
SELECT count(*) AS signals, count(*) FILTER (WHERE is_new) AS new_signals,
  (SELECT count(*) FROM finding.chart_points WHERE rules IS NOT NULL AND phase = 'II') AS ruled,
  (SELECT max(known_at) FROM finding.chart_points) AS newest
FROM mart.chart_signals
"""
RUN_SQL = "SELECT * FROM evidence.runs ORDER BY run_number DESC NULLS LAST LIMIT 1"
