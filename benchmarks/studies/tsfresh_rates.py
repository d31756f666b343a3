"""tsfresh beside the kernel: the features both have, and tsfresh's efficient set."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from assets.sensor_features.kernel.series import series_features
from assets.sensor_features.registry import COLUMN
from benchmarks.speed.figures import Row
from benchmarks.studies.made_months import stored

# tsfresh's calculator with its parameters, our column, and how its value becomes ours (n readings).
Turn = Callable[[Any, Any], Any]
SHARED: list[tuple[str, dict[str, Any] | None, str, Turn]] = [
    ("length", None, "readings", lambda v, n: v),
    ("mean", None, "mean", lambda v, n: v),
    ("root_mean_square", None, "root_mean_square", lambda v, n: v),
    ("standard_deviation", None, "sd", lambda v, n: v * np.sqrt(n / (n - 1))),
    ("skewness", None, "skewness", lambda v, n: v),
    ("kurtosis", None, "excess_kurtosis", lambda v, n: v),
    ("minimum", None, "minimum", lambda v, n: v),
    ("maximum", None, "maximum", lambda v, n: v),
    ("median", None, "median", lambda v, n: v),
    ("quantile", {"q": 0.01}, "p01", lambda v, n: v),
    ("quantile", {"q": 0.05}, "p05", lambda v, n: v),
    ("quantile", {"q": 0.25}, "p25", lambda v, n: v),
    ("quantile", {"q": 0.75}, "p75", lambda v, n: v),
    ("quantile", {"q": 0.95}, "p95", lambda v, n: v),
    ("quantile", {"q": 0.99}, "p99", lambda v, n: v),
    ("mean_change", None, "change", lambda v, n: v * (n - 1)),
    # Per hour of a reading a second; tsfresh knows no time.
    ("linear_trend", {"attr": "slope"}, "slope_per_h", lambda v, n: v * 3600),
    ("mean_abs_change", None, "travel_per_h", lambda v, n: v * 3600),
    ("autocorrelation", {"lag": 1}, "lag1_autocorrelation", lambda v, n: v * (n - 1) / n),
]


def tsfresh_rates(file: Path, series: int) -> list[Row]:
    """Compare rates and values on the first series of a stored month.

    Args:
        file: The month.
        series: How many of its series tsfresh gets.

    Returns:
        Rates beside tsfresh's, and how far the values are apart.
    """
    lengths = stored(file).series["readings"].to_numpy()[:series]
    value = pq.read_table(file, columns=["value"])["value"].to_numpy()[: lengths.sum()]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    # A reading a second without holes: only then do both mean the same slope.
    time_us = (np.arange(len(value)) - np.repeat(offsets[:-1], lengths)) * 1_000_000
    limits, to_celsius = np.full((len(lengths), 4), 50.0), np.tile([1.0, 0.0], (len(lengths), 1))

    def ours() -> Any:
        return series_features(time_us, value, offsets, limits, to_celsius, threads=2)

    long = pd.DataFrame({"id": np.repeat(np.arange(len(lengths)), lengths), "value": value})
    mine_s, mine = _best(ours, 60)  # milliseconds each
    theirs_s, theirs = _best(lambda: _extract(long, _shared_settings()), 4)
    few = min(len(lengths), 8)
    efficient_s, _ = _best(lambda: _extract(long[long["id"] < few], None), 4)
    apart = max(
        _apart(turn(theirs[_column(name, given)].to_numpy(), lengths), mine[:, COLUMN[own]])
        for name, given, own, turn in SHARED
    )
    rate, efficient_rate = len(value) / mine_s, lengths[:few].sum() / efficient_s
    return [
        # Ours computes all of its features meanwhile.
        ("features beside tsfresh's same features", rate * theirs_s / len(value), "times its rate"),
        ("features beside tsfresh's same features, apart", apart, "relative"),
        ("features beside tsfresh's efficient set", rate / efficient_rate, "times its rate"),
    ]


def _apart(theirs: Any, mine: Any) -> float:
    return float(np.max(np.abs(theirs - mine) / np.maximum(np.abs(mine), 1.0)))


def _best(work: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """The shortest of some runs, and what the last gave."""
    times, found = [], None
    for _ in range(repeats):
        started = time.perf_counter()
        found = work()
        times.append(time.perf_counter() - started)
    return min(times), found


def _extract(long: pd.DataFrame, settings: Any) -> pd.DataFrame:
    """Run tsfresh at its best: two processes of one thread each.

    Its linear algebra would start as many threads again in each process, which get in one another's
    way: its efficient set then takes up to seventeen times as long.
    """
    from threadpoolctl import threadpool_limits
    from tsfresh import extract_features
    from tsfresh.feature_extraction import EfficientFCParameters

    with threadpool_limits(limits=1):  # forked processes take it over
        return extract_features(
            long,
            column_id="id",
            default_fc_parameters=settings or EfficientFCParameters(),
            n_jobs=2,
            disable_progressbar=True,
        )


def _shared_settings() -> dict[str, list[dict[str, Any]] | None]:
    settings: dict[str, list[dict[str, Any]] | None] = {}
    for name, given, _, _ in SHARED:
        settings[name] = None if given is None else [*(settings.get(name) or []), given]
    return settings


def _column(name: str, given: dict[str, Any] | None) -> str:
    if given is None:
        return f"value__{name}"
    ((key, value),) = given.items()
    return (
        f'value__{name}__{key}_"{value}"'
        if isinstance(value, str)
        else f"value__{name}__{key}_{value}"
    )
