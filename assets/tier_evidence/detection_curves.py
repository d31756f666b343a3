"""``evidence.detection_curves``: how large an excursion must be to be seen, from what was seen."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.detection.demonstration import demonstrated_size
from assets.statistics.detection.hit_counts import reversals
from assets.statistics.detection.hit_miss import CURVES, HitMissFit, fit_hit_miss
from assets.tier_evidence.excursions.parts import ANY, PARTS, UNTOUCHED, promised_by, seen_by
from data_contracts.tables import table

TABLE = "evidence.detection_curves"
ALL_PRODUCTS = "all products"
SERIES = ["unit_procedure", "phase", "tag"]
MOST_SEEN = 0.9
FEWEST_BATCHES = 5  # among fewer, one missed is more than a tenth by far
Row = dict[str, Any]


def detection_curves(excursion_runs: pl.DataFrame) -> pl.DataFrame:
    """Build ``evidence.detection_curves``.

    Args:
        excursion_runs: ``evidence.excursion_runs``.

    Returns:
        One row per series, kind, product and part of the detector; products apart are told for any
        part, where enough batches are theirs.
    """
    rows: list[Row] = []
    for _, own in excursion_runs.group_by(SERIES, maintain_order=True):
        rows += _of_series(own)
    return table(TABLE, rows)


def _of_series(own: pl.DataFrame) -> Iterator[Row]:
    untouched = own.filter(pl.col("kind") == UNTOUCHED)
    changed = own.filter(pl.col("kind") != UNTOUCHED)
    for (kind,), of_kind in changed.group_by("kind", maintain_order=True):
        for part in (ANY, *PARTS):
            yield _row(of_kind, untouched, str(kind), ALL_PRODUCTS, part)
        products = sorted(of_kind["product"].unique())
        for product in products if len(products) > 1 else ():
            its = pl.col("product") == product
            yield _row(of_kind.filter(its), untouched.filter(its), str(kind), product, ANY)


def _row(of_kind: pl.DataFrame, untouched: pl.DataFrame, kind: str, product: str, part: str) -> Row:
    twins = untouched.select(
        "batch_id", was_flagged=seen_by(part), promised=promised_by(part)
    ).drop_nulls("was_flagged")
    silent = twins.filter(~pl.col("was_flagged"))["batch_id"]
    tried = of_kind.select(
        "size", "batch_id", "lead_before_gate_h", "lead_before_limit_h", seen=seen_by(part)
    ).filter(pl.col("seen").is_not_null(), pl.col("batch_id").is_in(silent.implode()))
    counts = tried.group_by("size").agg(trials=pl.len(), detected=pl.col("seen").sum()).sort("size")
    first = of_kind.row(0, named=True)
    return {
        **{name: first[name] for name in (*SERIES, "stage", "size_unit", "unit")},
        "range_width": of_kind["range_width"].median(),
        "detector_version": first["detector_version"],
        "product": product,
        "kind": kind,
        "detector": part,
        "batches": tried["batch_id"].n_unique(),
        "untouched": twins.height,
        "false_alarms": int(twins["was_flagged"].sum()),
        "promised_share": twins["promised"].mean(),
        "largest_tried": of_kind["size"].max(),
        **_counted(counts, of_kind),
        **(_leads(tried, counts) if part == ANY else {}),
    }


def _counted(counts: pl.DataFrame, of_kind: pl.DataFrame) -> Row:
    size, detected, trials = _arrays(counts)
    listed = ", ".join(f"{one:g}" for one in of_kind["size"].unique().sort())
    if not size.size:
        return _without_curve("not_applicable", listed)
    told = {
        "sizes": listed,
        "seen": ", ".join(map(str, detected.tolist())),
        "smallest_seen": _finite(smallest_seen(size, detected, trials)),
        "shown_90": _finite(demonstrated_size(size, detected, trials)),
        "seen_at_largest_share": float(detected[-1] / trials[-1]),
        "is_monotone": not reversals(size, detected, trials) if size.size > 1 else True,
    }
    told["is_never_seen"] = told["smallest_seen"] is None
    if trials.max() < FEWEST_BATCHES or size.size < 2:
        return told | {"verdict": "too_few_trials"}
    fit = fit_hit_miss(size, detected, trials, log_size=True)
    return told | {"verdict": fit.verdict} | _sizes(fit, float(size[-1]))


def _without_curve(verdict: str, sizes: str) -> Row:
    return {
        "sizes": sizes, "seen": "", "verdict": verdict, "is_never_seen": True, "is_monotone": True,
    }  # fmt: skip


def _sizes(fit: HitMissFit, largest: float) -> Row:
    """Sizes of the curve; none beyond the largest that was tried, where no record speaks."""
    if fit.verdict not in CURVES:
        return {}
    low, high = fit.size_interval(bound="wald")
    found = {"a90": fit.size_at(), "a90_low": low, "a90_high": high, "a90_95": fit.size_bound()}
    return {name: value if value <= largest else None for name, value in found.items()}


def smallest_seen(size: FloatArray, detected: IntArray, trials: IntArray) -> float:
    """Return the smallest size from which on nine in ten and more are seen.

    Args:
        size: Rising.
        detected: Per size, number seen.
        trials: Per size, number tried, at least 1.

    Returns:
        NaN where not even the largest is.

    Examples:
        >>> size, tried = np.array([1.0, 2.0, 4.0]), np.array([29, 29, 29])
        >>> smallest_seen(size, np.array([5, 27, 29]), tried)
        2.0
        >>> smallest_seen(size, np.array([29, 5, 20]), tried)
        nan
    """
    often = detected >= MOST_SEEN * trials
    rarely = np.flatnonzero(~often)
    first = int(rarely[-1]) + 1 if rarely.size else 0
    return float(size[first]) if first < size.size else float("nan")


def _leads(tried: pl.DataFrame, counts: pl.DataFrame) -> Row:
    """Median lead times of what was seen, from the smallest size seen on."""
    size, detected, trials = _arrays(counts)
    least = smallest_seen(size, detected, trials) if size.size else float("nan")
    seen = tried.filter(pl.col("seen"), pl.col("size") >= least)
    leads = ("lead_before_gate_h", "lead_before_limit_h")
    return {name: seen[name].median() if seen.height else None for name in leads}


def _arrays(counts: pl.DataFrame) -> tuple[FloatArray, IntArray, IntArray]:
    size, detected, trials = (counts[name].to_numpy() for name in ("size", "detected", "trials"))
    return size, detected.astype(np.int64), trials.astype(np.int64)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
