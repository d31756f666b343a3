"""The values of each planned chart, in the order in which they became known."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.process_verification.plan.drafted import OTHER_PRODUCTS
from assets.process_verification.plan.observations import IDENTITY
from assets.statistics.array_types import FloatArray, IntArray

KIND = ("source", "stage", "quantity")
EVENTS = ("g", "t")
GROUPED = ("xbar_s", "three_way")
PLOTTED = (
    *("batch_at", "product", "production_order"),
    *("known_at", "value", "side", "size"),
)
Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Series:
    """What one chart plots; every array has one entry a point.

    Attributes:
        chart_id: Name of the chart.
        chart: Kind of chart.
        batch: Batch of each point.
        known_at: Instant from which it was known; NaT where nobody noted when.
        value: What is plotted.
        side: -1 below a reporting limit, 1 above, else 0.
        spread: Moving range, or standard deviation of a batch's samples; NaN where there is none.
        size: Samples of the batch, or units that counts were counted in.
    """

    chart_id: str
    chart: str
    batch: np.ndarray
    known_at: np.ndarray
    value: FloatArray
    side: IntArray
    spread: FloatArray
    size: FloatArray

    @property
    def points(self) -> int:
        """Number of points."""
        return int(self.value.size)


def all_series(
    observations: pl.DataFrame, rare: pl.DataFrame, plan: pl.DataFrame
) -> dict[str, Series]:
    """Return the series of every planned chart that has points.

    Args:
        observations: As ``plan.observations`` makes them.
        rare: As ``plan.rare_events`` makes them.
        plan: ``finding.chart_plan``.

    Returns:
        Chart -> series. What is known by any day is a beginning of what is known later: points are
        in the order in which they became known, and in production order among those known at once;
        one of which nobody noted when is taken as known with the batch made before it.
    """
    charted = plan.filter(pl.col("standing") == "charted")
    found = {}
    for series in _measured(observations, plan, charted):
        found[series.chart_id] = series
    for series in _events(rare, charted):
        found[series.chart_id] = series
    return {name: found[name] for name in sorted(found)}


def _measured(
    observations: pl.DataFrame, plan: pl.DataFrame, charted: pl.DataFrame
) -> Iterator[Series]:
    lines = charted.select(*IDENTITY, "chart_id", "chart").with_row_index("line")
    pooled = lines.filter(pl.col("product") == OTHER_PRODUCTS).drop("product")
    own = _of_lines(observations, lines)
    if pooled.height:
        others = observations.join(plan.select(IDENTITY), on=IDENTITY, how="anti")
        of_pooled = pooled.select("line", *KIND)
        own = pl.concat([own, others.join(of_pooled, on=KIND).select("line", *PLOTTED)])
    points = _in_order(_by_batch(own))
    names, charts = lines["chart_id"].to_list(), lines["chart"].to_list()
    columns = {name: _of(points, name) for name in points.columns}
    line, batch_at = columns.pop("line"), columns.pop("batch_at")
    columns["batch_id"] = _batch_names(observations)[batch_at]
    ends = np.flatnonzero(np.diff(line)) + 1
    for begin, end in zip([0, *ends], [*ends, line.size], strict=True):
        if begin < end:
            at = int(line[begin])
            part = {name: values[begin:end] for name, values in columns.items()}
            series = _series(names[at], charts[at], part)
            if series is not None:
                yield series


def _of_lines(observations: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Values of each line, by one number that stands for its four names."""
    low, high = lines["stage"].min(), lines["stage"].max()
    stage = pl.col("stage")
    place = pl.when(stage.is_between(low, high)).then(stage - low).otherwise(None)
    for name in ("product", "source", "quantity"):
        kinds = lines[name].unique().sort()
        code = pl.col(name).cast(pl.Enum(kinds), strict=False).to_physical()
        place = place * kinds.len() + code.cast(pl.Int64)
    of_lines = lines.select("line", place=place)
    own = observations.select(*PLOTTED, place=place)
    return own.join(of_lines, on="place", maintain_order="left").select("line", *PLOTTED)


def _batch_names(observations: pl.DataFrame) -> np.ndarray:
    """Names by ``batch_at``, one object a batch: points are batches times charts."""
    at = observations["batch_at"].to_numpy()
    row = np.zeros(at.max(initial=-1) + 1, np.int64)
    row[at] = np.arange(at.size)
    return observations["batch_id"].gather(row).to_numpy()


def _by_batch(values: pl.DataFrame) -> pl.DataFrame:
    """One row a batch of a line: the mean of its samples, where it has several."""
    single = values.select(
        *("line", "batch_at", "product", "production_order", "known_at", "value"),
        total=pl.col("value"),
        sd=pl.lit(None, pl.Float64),
        side=pl.col("side").sign(),
        samples=pl.lit(1.0),
        size=pl.col("size").fill_null(0.0),
    )
    batch_at = values["batch_at"].to_numpy()
    key = values["line"].to_numpy().astype(np.int64) * (batch_at.max(initial=0) + 1) + batch_at
    key.sort()
    if not (key[1:] == key[:-1]).any():
        return single
    is_alone = pl.len().over("line", "batch_at") == 1
    single = single.filter(is_alone)
    several = (
        values.filter(~is_alone)
        .group_by("line", "batch_at", maintain_order=True)
        .agg(
            pl.col("product", "production_order").first(),
            pl.col("known_at").max(),
            value=pl.col("value").mean(),
            total=pl.col("value").sum(),
            sd=pl.col("value").std(),
            side=pl.col("side").sum().sign(),
            samples=pl.len().cast(pl.Float64),
            size=pl.col("size").sum(),
        )
    )
    return pl.concat([single, several.select(single.columns)])


def _in_order(points: pl.DataFrame) -> pl.DataFrame:
    """Points of each line in the order in which they became known."""
    if points["known_at"].has_nulls():
        # Of whom nobody noted when, the batch stands after the one made before it: at the head of
        # all it would be in a baseline that was fixed long ago.
        by_making = points.sort("line", "production_order")
        stood_at = pl.col("known_at").forward_fill().over("line")
        ordered = by_making.with_columns(stood_at=stood_at)
        return ordered.sort("line", "stood_at", "production_order").drop("stood_at")
    return points.sort("line", "known_at", "production_order")


def _series(name: str, chart: str, of: Columns) -> Series | None:
    batch, known, value, side = of["batch_id"], of["known_at"], of["value"], of["side"]
    if chart == "g":
        return _rare_values(name, of)
    if chart == "short_run":
        value, kept = deviations_from_past(value, of["product"])
        batch, known, side, value = batch[kept], known[kept], side[kept], value[kept]
    spread = np.full(value.size, np.nan)
    size = np.ones(value.size)
    if chart == "laney_p":
        size = of["size"]
        value = of["total"] / size
    elif chart in GROUPED:
        spread, size = of["sd"], of["samples"]
    elif chart != "laney_u":
        spread[1:] = np.abs(np.diff(value))
    return Series(name, chart, batch, known, value, side, spread, size) if value.size else None


def _of(frame: pl.DataFrame, column: str) -> np.ndarray:
    series = frame[column]
    if series.dtype == pl.Float64:
        return series.fill_null(float("nan")).to_numpy()
    return series.to_numpy()


def _rare_values(name: str, of: Columns) -> Series | None:
    """Batches between those that have a count, or a result within what the method can tell."""
    is_censored = bool((of["side"] != 0).any())
    has_event = of["side"] == 0 if is_censored else of["total"] > 0
    at = np.flatnonzero(has_event)
    if at.size < 2:
        return None
    gaps = np.diff(at) - 1.0
    batch, known = of["batch_id"][at[1:]], of["known_at"][at[1:]]
    return _gaps(name, "g", batch, known, gaps)


def _gaps(name: str, chart: str, batch: np.ndarray, known: np.ndarray, gaps: FloatArray) -> Series:
    nothing = np.full(gaps.size, np.nan)
    none = np.zeros(gaps.size, dtype=np.int64)
    return Series(name, chart, batch, known, gaps, none, nothing, np.ones(gaps.size))


def _events(rare: pl.DataFrame, charted: pl.DataFrame) -> Iterator[Series]:
    lines = charted.filter(pl.col("chart").is_in(EVENTS)).select(
        "product", "source", "quantity", "chart_id", "chart"
    )
    joined = rare.join(lines, on=["product", "source", "quantity"], maintain_order="left")
    for (name,), frame in joined.group_by("chart_id", maintain_order=True):
        chart, gaps = str(frame["chart"][0]), _of(frame, "gap")
        yield _gaps(str(name), chart, _of(frame, "batch_id"), _of(frame, "known_at"), gaps)


def deviations_from_past(value: FloatArray, product: np.ndarray) -> tuple[FloatArray, np.ndarray]:
    """Each value beside the mean of its product's values before it, in shares of that mean.

    Args:
        value: In order, products mixed.
        product: Per value.

    Returns:
        Deviations, equally spread for every number of values before; and whether there is one: the
        first value of a product has no past.

    Source: Quesenberry, J Qual Technol 23:213-224 (1991), Q charts for short runs; products share
    a relative spread (Bothe 1987).

    Examples:
        >>> found, has = deviations_from_past(
        ...     np.array([10.0, 50.0, 11.0, 10.5]), np.array(["a", "b", "a", "a"])
        ... )
        >>> found[has].round(4).tolist()
        [0.0707, 0.0]
    """
    found = np.zeros(value.size)
    has = np.zeros(value.size, dtype=bool)
    for code in np.unique(product):
        own = np.flatnonzero(product == code)
        before = np.arange(1, own.size)
        mean = np.cumsum(value[own])[:-1] / before
        unit = np.where(np.abs(mean) > 0, np.abs(mean), 1.0)
        found[own[1:]] = np.sqrt(before / (before + 1)) * (value[own[1:]] - mean) / unit
        has[own[1:]] = True
    return found, has
