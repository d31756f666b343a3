"""Marks of named drivers against a plant's truth: which causes lead, which decoys are named.

A driver is a cluster of features (``members``); it counts for a mechanism when any feature of any
of the mechanism's causes is in the cluster.
"""

from typing import Any

import polars as pl

TOP_PLACES = 5


def driver_marks(drivers: pl.DataFrame, truth: dict[str, Any], gate: int) -> dict[str, Any]:
    """How many planted mechanisms lead the failure, lead their own mode, and are named there.

    Args:
        drivers: ``finding.drivers``.
        truth: the plant's truth, its ``mechanisms`` with ``causes`` and ``decoys``.
        gate: the gate the marks are taken at.
    """
    at_gate = drivers.filter(pl.col("gate") == gate)
    found_in_all = found_in_mode = named = 0
    decoys: set[str] = set()
    causes: set[str] = set()
    for mechanism in truth["mechanisms"]:
        own = {name for cause in mechanism["causes"] for name in cause["features"]}
        causes |= own
        decoys |= set(mechanism["decoys"])
        found_in_all += _leads(at_gate, "failure", own)
        found_in_mode += _leads(at_gate, mechanism["name"], own)
        named += _leads(at_gate.filter("is_named"), mechanism["name"], own)
    false_named = sorted(
        {
            row["driver"]
            for row in at_gate.filter("is_named").iter_rows(named=True)
            if set(row["members"].split(",")) & decoys
            and not set(row["members"].split(",")) & causes
        }
    )
    return {
        "mechanisms_leading_failure": found_in_all,
        "mechanisms_leading_own_mode": found_in_mode,
        "mechanisms_named_in_own_mode": named,
        "decoys_named": " ".join(false_named),
    }


def _leads(drivers: pl.DataFrame, outcome: str, features: set[str]) -> bool:
    leading = drivers.filter((pl.col("outcome") == outcome) & (pl.col("rank") <= TOP_PLACES))
    return any(set(members.split(",")) & features for members in leading["members"])
