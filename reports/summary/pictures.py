"""The pictures of the summary, as SVG without any text the reader must trust.

Axes carry ticks; every stated number stands in the text of the page, where it is a claim.
"""

from collections.abc import Callable, Sequence
from io import BytesIO
from textwrap import wrap
from typing import Any

import polars as pl

from reports.wording import MODE_TITLE_SQL, SCENARIOS, SHORT_STAGES

INK, MUTED, FAINT, BLUE, ORANGE = "#1d2733", "#5b6875", "#d9dfe5", "#0b5a8f", "#c4570a"
SKY = "#cfe3f2"
WIDTH_IN, HEIGHT_IN = 3.5, 2.3
MOST_ROWS = 7
FEWEST_ROWS = 3  # room is left for as many, so that a single bar does not fill a picture
LABEL_CHARACTERS = 32  # so that no label of a full picture takes three lines

COST_SQL = f"""
SELECT {MODE_TITLE_SQL} AS label, coalesce(stage, 0) AS stage,
  CAST(sum(amount_usd) AS DOUBLE) AS amount
FROM economics.copq_ledger GROUP BY ALL ORDER BY amount DESC, label
"""
SCENARIOS_SQL = """
SELECT scenario AS label, p10 AS low, p50 AS middle, p90 AS high FROM economics.scenarios
WHERE lever = 'all' AND measure = 'annual_net_savings_usd' AND basis <> 'refused'
  AND p50 IS NOT NULL
ORDER BY CASE scenario WHEN 'conservative' THEN 1 WHEN 'base' THEN 2 ELSE 3 END
"""
CASH_SQL = """
SELECT scenario, year, p10 AS low, p50 AS middle, p90 AS high FROM economics.cash_by_year
WHERE scenario IN ('base', 'conservative') ORDER BY scenario, year
"""
INPUTS_SQL = """
SELECT title AS label, npv_if_low_usd AS low, npv_if_high_usd AS high
FROM economics.sensitivity ORDER BY rank LIMIT 7
"""


def cost_by_mode(frame: pl.DataFrame) -> bytes:
    """Draw what failures cost by mode and stage of origin.

    Args:
        frame: label, stage (0 unknown), amount in USD; the largest first.
    """
    rows = frame.head(MOST_ROWS)
    stages = [SHORT_STAGES.get(int(stage), "stage unknown") for stage in rows["stage"]]
    labels = [f"{label} ({stage})" for label, stage in zip(rows["label"], stages, strict=True)]

    def draw(axes: Any) -> None:
        places = list(range(rows.height))
        axes.barh(places, rows["amount"].to_list(), color=BLUE, height=0.6)
        _rows(axes, labels)
        _money(axes.xaxis)

    return _svg(draw)


def net_by_scenario(frame: pl.DataFrame) -> bytes:
    """Draw net savings a year in each scenario, P10 to P90.

    Args:
        frame: label, low, middle, high in USD a year.
    """

    def draw(axes: Any) -> None:
        _whiskers(axes, list(range(frame.height)), frame, is_upright=False)
        axes.axvline(0, color=MUTED, linewidth=0.8)
        _rows(axes, [SCENARIOS.get(each, each) for each in frame["label"]])
        _money(axes.xaxis)

    return _svg(draw)


def cash_since_start(frame: pl.DataFrame) -> bytes:
    """Draw cash since the start by year: median and band, and the conservative case dashed.

    Args:
        frame: scenario, year, low, middle, high in USD.
    """
    base, worse = (frame.filter(pl.col("scenario") == each) for each in ("base", "conservative"))

    def draw(axes: Any) -> None:
        years = base["year"].to_list()
        axes.fill_between(years, base["low"].to_list(), base["high"].to_list(), color=SKY, lw=0)
        axes.plot(years, base["middle"].to_list(), color=BLUE, linewidth=2, label="median")
        axes.plot(
            worse["year"].to_list(),
            worse["middle"].to_list(),
            color=ORANGE,
            linestyle="--",
            label="conservative case",
        )
        axes.axhline(0, color=MUTED, linewidth=0.8)
        axes.set_xlabel("years since the start")
        axes.legend(frameon=False, loc="upper left")
        _money(axes.yaxis)

    return _svg(draw)


def tornado(frame: pl.DataFrame) -> bytes:
    """Draw how far each input moves the net present value.

    Args:
        frame: label, low and high: mean value with the input in its lowest and highest tenth.
    """

    def draw(axes: Any) -> None:
        for place, (low, high) in enumerate(frame.select("low", "high").iter_rows()):
            axes.barh(place, high - low, left=low, color=BLUE if high > low else ORANGE, height=0.6)
        _rows(axes, frame["label"].to_list())
        _money(axes.xaxis)

    return _svg(draw)


PICTURES: dict[str, tuple[str, Callable[[pl.DataFrame], bytes]]] = {
    "cost": (COST_SQL, cost_by_mode),
    "scenarios": (SCENARIOS_SQL, net_by_scenario),
    "cash": (CASH_SQL, cash_since_start),
    "inputs": (INPUTS_SQL, tornado),
}


def _whiskers(axes: Any, places: Sequence[int], frame: pl.DataFrame, *, is_upright: bool) -> None:
    for place, (low, middle, high) in zip(
        places, frame.select("low", "middle", "high").iter_rows(), strict=True
    ):
        ends, at = ([low, high], [place, place])
        axes.plot(*((at, ends) if is_upright else (ends, at)), color=BLUE, linewidth=2)
        axes.plot(*((place, middle) if is_upright else (middle, place)), "o", color=BLUE)


def _rows(axes: Any, labels: Sequence[str]) -> None:
    axes.set_yticks(
        range(len(labels)), ["\n".join(wrap(each, LABEL_CHARACTERS)) for each in labels]
    )
    axes.set_ylim(max(len(labels), FEWEST_ROWS) - 0.5, -0.5)


def _money(axis: Any) -> None:
    def spoken(amount: float, _: int) -> str:
        sign = "-" if amount < 0 else ""
        size = abs(amount)
        if size >= 1e6:
            return f"{sign}${size / 1e6:g}M"
        return f"{sign}${size / 1e3:g}k" if size else "$0"

    axis.set_major_formatter(spoken)
    axis.set_major_locator(_few())


def _few() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(4)


def _svg(draw: Callable[[Any], None]) -> bytes:
    """Return a picture as SVG: glyphs as outlines, no date, ids from a fixed salt."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    style = {
        "svg.hashsalt": "lotwise",
        "svg.fonttype": "path",
        "text.parse_math": False,  # a dollar in a product's name begins no formula
        "font.size": 7.5,
        "font.family": "DejaVu Sans",
        "axes.edgecolor": FAINT,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.axisbelow": True,
    }
    with rc_context(style):
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), layout="constrained")
        axes = figure.add_subplot()
        axes.grid(color="#edf0f3")
        draw(axes)
        written = BytesIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return written.getvalue()
