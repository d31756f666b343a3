"""Charts of a review as small pictures: the year's signals first, then what is critical."""

from math import isfinite

import polars as pl

WIDTH, HEIGHT, EDGE = 480.0, 150.0, 8.0
MOST = 8
CHARTS_SQL = """
WITH signalled AS (
  SELECT chart_id, count(*) AS signals FROM finding.chart_signals
  WHERE year(known_at) = {year} GROUP BY chart_id
)
SELECT p.chart_id, p.quantity, coalesce(s.signals, 0) AS signals, p.is_critical
FROM finding.chart_plan AS p LEFT JOIN signalled AS s USING (chart_id)
WHERE p.product = {product} AND p.standing = 'charted' AND (s.signals > 0 OR p.is_critical)
ORDER BY signals DESC, p.is_critical DESC, p.chart_id LIMIT {most}
"""
POINTS_SQL = """
SELECT place, value, centre, lower, upper, signal, year(known_at) = {year} AS is_year
FROM finding.chart_points WHERE chart_id = {chart} ORDER BY place
"""


def picture(points: pl.DataFrame) -> str:
    """Draw one chart as SVG: values, limits, the year shaded, signals marked.

    Args:
        points: place, value, centre, lower, upper, signal, is_year.
    """
    shown = points.select("value", "lower", "upper").to_dict(as_series=False).values()
    ends = [x for column in shown for x in column if x is not None and isfinite(x)]
    low, high = min(ends, default=0.0), max(ends, default=0.0)
    unit = (high - low) or 1.0

    def x(at: int) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * at / max(points.height - 1, 1)

    def y(value: float) -> float:
        return float(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value - low) / unit)

    year = [at for at, is_year in enumerate(points["is_year"]) if is_year]
    parts = []
    if year:
        wide = max(x(year[-1]) - x(year[0]), 1.0)
        shaded = f'<rect x="{x(year[0]):.1f}" y="0" width="{wide:.1f}" height="{HEIGHT}"'
        parts.append(f'{shaded} fill="#e6f0f7"/>')
    for name, style in (
        ("lower", 'stroke="#5b6875" stroke-dasharray="5 4"'),
        ("upper", 'stroke="#5b6875" stroke-dasharray="5 4"'),
        ("centre", 'stroke="#c9d3dc"'),
        ("value", 'stroke="#0b5a8f" stroke-width="1.4"'),
    ):
        at = [(x(i), y(v)) for i, v in enumerate(points[name]) if v is not None and isfinite(v)]
        if at:
            line = " ".join(f"{a:.1f},{b:.1f}" for a, b in at)
            parts.append(f'<polyline points="{line}" fill="none" {style}/>')
    for i, (value, signal) in enumerate(zip(points["value"], points["signal"], strict=True)):
        if signal and value is not None and isfinite(value):
            parts.append(f'<circle cx="{x(i):.1f}" cy="{y(value):.1f}" r="4" fill="#a84708"/>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
    return head + "".join(parts) + "</svg>"


def caption(quantity: str, signals: int, *, is_critical: bool) -> str:
    """Say what a picture shows.

    Examples:
        >>> caption("assay_pct", 2, is_critical=True)
        'assay_pct (critical): 2 signals in the year'
    """
    said = f"{signals} signal{'' if signals == 1 else 's'} in the year"
    return f"{quantity}{' (critical)' if is_critical else ''}: {said}"
