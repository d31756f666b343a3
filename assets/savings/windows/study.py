"""Which windows are tried, and what each does: named drivers under a process signal, one per lever.

The window is fixed by a rule (a declared share of recorded values cut off the risky side), never
searched for; the driver is the named one that foretold most.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import polars as pl

from assets.savings.records.alarm_evidence import PROCESS_SIGNAL, Evidence
from assets.savings.windows.effect import Estimate, WindowEffect, window_effect
from assets.savings.windows.policy import Window
from assets.savings.windows.records import window_records
from data_contracts.assumptions import Assumptions, Lever

KINDS = {"window": ("parameter", "sensor"), "lots": ("material",)}
SCHEMA = {
    "lever": pl.String(),
    "outcome": pl.String(),
    "target": pl.String(),
    "estimator": pl.String(),
    "feature": pl.String(),
    "window_low": pl.Float64(),
    "window_high": pl.Float64(),
    "prevented_per_batch": pl.Float64(),
    "prevented_low": pl.Float64(),
    "prevented_high": pl.Float64(),
    "unit": pl.String(),
    "outside_window_share": pl.Float64(),
    "overlap_share": pl.Float64(),
    "extrapolated_share": pl.Float64(),
    "e_value": pl.Float64(),
    "batches": pl.Int64(),
    "failures": pl.Int64(),
    "is_usable": pl.Boolean(),
    "reason": pl.String(),
}
Effects = dict[tuple[str, str], WindowEffect | str]


def window_effects(
    assumptions: Assumptions,
    evidence: Evidence,
    tables: Mapping[str, pl.DataFrame],
    outcomes: list[str],
    *,
    resamples: int,
    seed: int,
) -> Effects:
    """Estimate the window of every window and lot lever, for every outcome.

    Args:
        assumptions: The set with the levers.
        evidence: Verdicts; only under a process signal is anything estimated.
        tables: ``batches``, ``outcomes``, ``outcome_margins``, ``gate_values``, ``dictionary`` and
            ``drivers``, named as in the warehouse.
        outcomes: Outcomes levers may act on.
        resamples: Bootstrap resamples of lots.
        seed: The run's seed.

    Returns:
        (lever, outcome) -> the effect, or why there is none; absent where no driver is named.
    """
    found: Effects = {}
    titles = dict(tables["dictionary"].select("feature", "title").iter_rows())
    for lever in assumptions.levers:
        for outcome in outcomes if lever.kind in KINDS else []:
            driver = _driver(lever, outcome, evidence, tables)
            if driver is None:
                continue
            feature = str(driver["driver"])
            aliases = [each.strip() for each in str(driver["members"] or "").split(",")]
            records = window_records(dict(tables), outcome, feature, aliases)
            if records is None:
                found[lever.name, outcome] = (
                    f"{titles[feature]} has no numeric values, or '{outcome}' no continuous margin."
                )
                continue
            share = float(lever.trimmed_share)
            window = Window.trimmed(records.value, driver["direction"], share)
            found[lever.name, outcome] = window_effect(
                records,
                outcome,
                feature,
                window,
                resamples=resamples,
                seed=seed,
                title=titles[feature],
            )
    return found


def _driver(
    lever: Lever, outcome: str, evidence: Evidence, tables: Mapping[str, pl.DataFrame]
) -> Mapping[str, Any] | None:
    """Return the named driver a lever can hold, the one with the largest share."""
    gate = evidence.primary_gate(outcome)
    if gate is None or evidence.at(outcome, gate).verdict != PROCESS_SIGNAL:
        return None
    kinds = tables["dictionary"].filter(pl.col("kind").is_in(KINDS[lever.kind]))
    named = (
        tables["drivers"]
        .filter(
            (pl.col("outcome") == outcome)
            & pl.col("is_named")
            & (pl.col("verdict") == PROCESS_SIGNAL)
            & pl.col("driver").is_in(kinds["feature"].implode())
        )
        .sort("share", "gate", "rank", descending=[True, False, False], nulls_last=True)
    )
    return named.row(0, named=True) if named.height else None


def window_effect_table(effects: Effects) -> pl.DataFrame:
    """Return the effects as a table.

    Args:
        effects: ``window_effects``.

    Returns:
        ``economics.window_effects``: one row per lever, outcome, target and estimator.
    """
    rows = [
        row
        for (lever, outcome), effect in effects.items()
        if isinstance(effect, WindowEffect)
        for row in _rows(lever, outcome, effect)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(
        "lever", "outcome", "target", "estimator"
    )


def _rows(lever: str, outcome: str, effect: WindowEffect) -> list[dict[str, Any]]:
    shared = {
        "lever": f"{lever}.{outcome}",
        "outcome": outcome,
        "feature": effect.feature,
        "window_low": effect.window.low if effect.window.low > -float("inf") else None,
        "window_high": effect.window.high if effect.window.high < float("inf") else None,
        **{
            name: value
            for name, value in asdict(effect).items()
            if name in ("outside_window_share", "overlap_share", "extrapolated_share")
        },
        "e_value": effect.evidence_value,
        "batches": effect.batches,
        "failures": effect.failures,
        "is_usable": effect.refusal is None,
        "reason": effect.refusal or effect.sentence,
    }
    figures = [
        ("expected", "g_computation", effect.expected, "failures/batch"),
        ("expected", "doubly_robust", effect.robust, "failures/batch"),
        ("expected_share", "g_computation", effect.share, "share"),
        ("ledger", "g_computation", effect.ledger, "failures/batch"),
    ]
    return [
        {**shared, "target": target, "estimator": estimator, **_ends(value), "unit": unit}
        for target, estimator, value, unit in figures
    ]


def _ends(value: Estimate) -> dict[str, float]:
    return {
        "prevented_per_batch": value.value,
        "prevented_low": value.low,
        "prevented_high": value.high,
    }
