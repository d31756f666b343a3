"""How long equipment lasts: the share without a breakdown by age, with the numbers at risk."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, MUTED, axis, figure

SQL = """
SELECT c.equipment_class, c.part, c.time_scale, c.age, c.at_risk, c.events, c.survival,
  c.survival_low, c.survival_high, replace(c.equipment_class, '_', ' ') AS title
FROM finding.survival_curves AS c
JOIN finding.weibull_fits AS f
  ON f.equipment_class = c.equipment_class AND f.origin = c.origin AND f.part = c.part
  AND f.event = c.event AND f.time_scale = c.time_scale
JOIN finding.replacement_intervals AS r
  ON r.equipment_class = c.equipment_class AND r.origin = c.origin AND r.part = c.part
  AND r.event = c.event AND r.time_scale = c.time_scale
WHERE c.event = 'breakdown' AND f.events > 0
ORDER BY c.equipment_class, c.part, c.point
"""
RISK_COLUMNS = 6


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw the curve as steps with its band, and below it how many lives were still followed.

    Args:
        frame: One row per age of one kind of equipment: time_scale, age (in it), at_risk, events,
            survival with its 95% interval (0 to 1).
    """
    unit = frame["time_scale"][0]
    ages = frame["age"].to_list()
    drawn = figure(
        height=320,
        x=axis(f"{unit} since maintenance", range=_room(ages), nticks=7, anchor="y2"),
        y=axis("share without a breakdown", tickformat=".0%", range=[0, 1.03], domain=[0.2, 1]),
        yaxis2=axis(domain=[0, 0.12], range=[0, 1], showgrid=False, showticklabels=False),
    )
    ends = frame.with_columns(pl.col("survival_low", "survival_high").fill_null(pl.col("survival")))
    hidden = {"mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip"}
    drawn.add_scatter(x=ages, y=ends["survival_high"].to_list(), **hidden)
    drawn.add_scatter(
        x=ages,
        y=ends["survival_low"].to_list(),
        fill="tonexty",
        fillcolor="rgba(11,90,143,0.14)",
        **hidden,
    )
    drawn.add_scatter(
        x=ages,
        y=frame["survival"].to_list(),
        mode="lines",
        line={"color": BLUE, "width": 2, "shape": "hv"},
        customdata=frame["at_risk"].to_list(),
        hovertemplate=f"%{{y:.0%}} at %{{x:.0f}} {unit}, %{{customdata}} at risk<extra></extra>",
    )
    shown = risk_columns(frame)
    drawn.add_scatter(
        x=shown["age"].to_list(),
        y=[0.5] * shown.height,
        yaxis="y2",
        mode="text",
        text=[str(count) for count in shown["at_risk"]],
        textfont={"size": 12, "color": MUTED},
        hoverinfo="skip",
        cliponaxis=False,
    )
    drawn.add_annotation(
        x=0,
        xref="paper",
        xanchor="left",
        y=0.165,
        yref="paper",
        text="lives at risk",
        showarrow=False,
        font={"size": 11, "color": MUTED},
    )
    return drawn


def risk_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the ages whose numbers at risk are shown: about evenly spaced, first and last in."""
    last = float(frame["age"].to_list()[-1])
    wanted = [last * place / (RISK_COLUMNS - 1) for place in range(RISK_COLUMNS)]
    places = {(frame["age"] - age).abs().arg_min() or 0 for age in wanted}
    return frame[sorted(places)]


def _room(ages: list[float]) -> list[float]:
    last = max(ages)
    return [-0.03 * last, 1.04 * last]
