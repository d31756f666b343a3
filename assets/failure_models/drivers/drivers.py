"""Drivers named and measured: the rows of ``finding.drivers``."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from assets.batch_matrix.levels import column_title
from assets.failure_models.drivers.driver_curves import CURVE_POINTS
from assets.failure_models.drivers.driver_effects import DriverEffect
from assets.failure_models.drivers.driver_ranking import MIXED, RankedCluster
from assets.failure_models.drivers.operating_window import operating_window
from assets.failure_models.signal.acceptance_criteria import AcceptanceCriteria
from assets.failure_models.signal.examination import Examination
from assets.failure_models.signal.judgement import Judgement
from data_contracts.codes.records import RefutationResult

Rows = list[dict[str, Any]]


def drivers(
    judged: Judgement,
    ranked: Sequence[RankedCluster],
    effects: Sequence[DriverEffect],
    refuted: Rows,
    known: dict[str, dict[str, Any]],
    criteria: AcceptanceCriteria,
) -> Rows:
    """Put together what is known of the leading clusters of one task.

    Args:
        judged: The task.
        ranked: Its leading clusters.
        effects: Per cluster, what its move goes with.
        refuted: Rows of ``finding.refutations`` about them.
        known: Rows of ``feature.dictionary`` by feature.
        criteria: Gives how firmly a driver must hold its place to be named.

    Returns:
        One row per cluster, in the shape of ``finding.drivers``.
    """
    return [
        _driver(judged, driver, effect, known, criteria)
        | _window(judged.examination, driver)
        | _survived(driver, refuted)
        for driver, effect in zip(ranked, effects, strict=True)
    ]


def is_named(driver: RankedCluster, effect: DriverEffect, criteria: AcceptanceCriteria) -> bool:
    """Whether a driver holds its sign and place in refits and periods, and beside the others."""
    return (
        driver.rank <= criteria.driver_places
        and driver.direction != MIXED
        and driver.place_stability >= criteria.driver_stability
        and driver.sign_stability >= criteria.driver_stability
        and driver.holds_in_periods
        and effect.is_own
    )


def _driver(
    judged: Judgement,
    driver: RankedCluster,
    effect: DriverEffect,
    known: dict[str, dict[str, Any]],
    criteria: AcceptanceCriteria,
) -> dict[str, Any]:
    task = judged.examination.task
    matrix = task.matrix
    leading = int(driver.columns[0])
    feature = matrix.features[leading]
    described = known[feature]
    return {
        "outcome": task.outcome,
        "gate": task.gate,
        "rank": driver.rank,
        "driver": feature,
        "title": column_title(described["title"], feature, matrix.columns[leading]),
        "stage": described["stage"],
        "unit_operation": described["unit_operation"],
        "verdict": judged.verdict,
        "members": ",".join(dict.fromkeys(matrix.features[int(j)] for j in driver.columns)),
        "mean_abs_shap": driver.mean_abs,
        "share": driver.share,
        "direction": driver.direction,
        "rank_low": driver.rank_low,
        "rank_high": driver.rank_high,
        "place_stability": driver.place_stability,
        "sign_stability": driver.sign_stability,
        "is_named": is_named(driver, effect, criteria),
        **dict(zip(("crude_effect", "crude_low", "crude_high"), effect.crude, strict=True)),
        **dict(
            zip(("adjusted_effect", "adjusted_low", "adjusted_high"), effect.adjusted, strict=True)
        ),
        "effect_unit": effect.unit,
        "is_simpson_flagged": effect.is_simpson_flagged,
        "e_value": _number(effect.e_values[0]),
        "e_value_low": _number(effect.e_values[1]),
    }


def _number(value: float) -> float | None:
    return value if isfinite(value) else None


def _window(seen: Examination, driver: RankedCluster) -> dict[str, Any]:
    """The operating window of the leading column; nothing where it has none or is a level."""
    task, leading = seen.task, int(driver.columns[0])
    if task.matrix.is_level(leading):
        return {}
    risk = seen.ladder.used.probability[task.tested]
    window = operating_window(task.matrix.values[task.tested, leading], risk, CURVE_POINTS)
    if window is None:
        return {}
    return {
        "window_low": window.low,
        "window_high": window.high,
        "is_window_open_low": window.is_open_low,
        "is_window_open_high": window.is_open_high,
        "window_failure_prob": window.failure_prob,
        "window_batches": window.batches,
    }


def _survived(driver: RankedCluster, refuted: Rows) -> dict[str, Any]:
    """How many of the attempts that could be made the driver survived."""
    own = [row["result"] for row in refuted if row["rank"] == driver.rank]
    if not own:
        return {}
    return {
        "refutations_survived": own.count(RefutationResult.SURVIVED),
        "refutations_tried": len(own) - own.count(RefutationResult.NOT_APPLICABLE),
    }
