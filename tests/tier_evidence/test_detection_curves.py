"""``evidence.detection_curves``, from runs whose counts are written down by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from assets.tier_evidence.detection_curves import detection_curves
from assets.tier_evidence.excursions.parts import PARTS
from data_contracts.tables import table

SIZES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
ABOUT = {
    "unit_procedure": "coating", "phase": "spray", "tag": "inlet_c", "stage": 4,
    "size_unit": "widths of the normal range", "range_width": 4.0, "range_from": "declared",
    "unit": "degC", "passes_limit": False, "detector_version": "v1",
    "measured_at": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None),
}  # fmt: skip
NOTHING = dict.fromkeys((f"seen_by_{part}" for part in PARTS), False)


def row(batch: int, kind: str, size: float, seen: bool, product: str = "A") -> dict[str, Any]:
    """One run, seen by the golden distance or not at all; no chart watches the series."""
    return {
        **ABOUT, **NOTHING, "kind": kind, "size": size, "batch_id": f"B{batch}",
        "product": product, "is_seen": seen, "seen_by_golden_distance": seen,
        "first_seen_by": "golden_distance" if seen else None, "seen_by_chart_signal": None,
        "lead_before_gate_h": 2.0 if seen else None,
    }  # fmt: skip


def runs(found: Sequence[int], batches: int = 29, flagged: int = 0) -> pl.DataFrame:
    """Steps of which so many are seen at each size; some batches flagged untouched."""
    rows = [row(i, "untouched", 0.0, i < flagged) for i in range(batches)]
    rows += [
        row(i, "step", size, i < flagged or i - flagged < seen)
        for size, seen in zip(SIZES, found, strict=True)
        for i in range(batches)
    ]
    return table("evidence.excursion_runs", rows)


def of_any(excursion_runs: pl.DataFrame, detector: str = "any") -> dict[str, Any]:
    found = detection_curves(excursion_runs)
    return found.filter(pl.col("detector") == detector).row(0, named=True)


def test_counts_by_size_and_the_smallest_size_seen() -> None:
    found = of_any(runs([0, 3, 15, 28, 29, 29]))
    assert found["seen"] == "0, 3, 15, 28, 29, 29"
    assert found["batches"] == 29
    assert found["verdict"] == "estimated"
    assert found["smallest_seen"] == 1.0
    assert found["shown_90"] == 2.0  # 28 of 29 do not show it, 29 of 29 do
    assert 0.5 < found["a90"] < 1.0
    assert found["a90_low"] < found["a90"] < found["a90_95"] <= found["a90_high"] * 1.5
    assert found["is_monotone"]
    assert not found["is_never_seen"]
    assert found["lead_before_gate_h"] == 2.0


def test_what_is_never_seen_in_nine_of_ten_says_so() -> None:
    found = of_any(runs([0, 0, 2, 5, 9, 20]))
    assert found["is_never_seen"]
    assert found["smallest_seen"] is None
    assert found["shown_90"] is None
    assert found["seen_at_largest_share"] == pytest.approx(20 / 29)
    assert found["verdict"] == "estimated"  # and what it says beyond the largest size is not told
    assert found["a90"] is None
    assert found["a90_95"] is None
    assert found["a90_low"] is None


def test_nothing_seen_is_a_verdict() -> None:
    found = of_any(runs([0] * 6))
    assert found["verdict"] == "none_detected"
    assert found["is_never_seen"]
    assert found["a90"] is None


def test_all_seen_is_shown_at_the_smallest_size() -> None:
    found = of_any(runs([29] * 6))
    assert found["verdict"] == "all_detected"
    assert found["smallest_seen"] == found["shown_90"] == 0.125


def test_batches_flagged_untouched_are_false_alarms_and_no_trials() -> None:
    found = of_any(runs([0, 3, 15, 26, 26, 26], flagged=3))
    assert found["batches"] == 26
    assert (found["untouched"], found["false_alarms"]) == (29, 3)
    assert found["seen"] == "0, 3, 15, 26, 26, 26"


def test_a_part_that_does_not_watch_the_series_is_not_applicable() -> None:
    found = of_any(runs([0, 3, 15, 28, 29, 29]), "chart_signal")
    assert found["verdict"] == "not_applicable"
    assert found["batches"] == found["untouched"] == 0


def test_a_curve_that_falls_beyond_error_is_not_monotone() -> None:
    assert not of_any(runs([0, 28, 2, 28, 29, 29]))["is_monotone"]


def test_products_are_told_apart_and_few_batches_say_so() -> None:
    rows = runs([0, 3, 15, 28, 29, 29]).to_dicts()
    for each in rows:
        each["product"] = "B" if each["batch_id"] in {"B0", "B1"} else "A"
    found = detection_curves(table("evidence.excursion_runs", rows))
    by_product = {each["product"]: each for each in found.to_dicts() if each["detector"] == "any"}
    assert by_product["A"]["batches"] == 27
    assert by_product["B"]["verdict"] == "too_few_trials"
    assert by_product["all products"]["batches"] == 29


def test_no_runs_no_curves() -> None:
    assert detection_curves(table("evidence.excursion_runs")).is_empty()


def test_what_a_part_promises_stands_beside_what_it_flags() -> None:
    found = runs([29] * 6, flagged=1).with_columns(
        whole_batch_promised_share=pl.lit(0.05), seen_by_chart_limit=pl.lit(None, dtype=pl.Boolean)
    )
    told = {row["detector"]: row["promised_share"] for row in detection_curves(found).to_dicts()}
    assert told["golden_distance"] == pytest.approx(0.01)
    assert told["whole_batch"] == pytest.approx(0.05)
    assert told["any"] is None
    assert told["chart_limit"] is None  # no chart watches this series
