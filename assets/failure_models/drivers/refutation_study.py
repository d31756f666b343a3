"""Every attempt to break every shown driver, and what came of it."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from assets.failure_models.drivers.driver_effects import targets
from assets.failure_models.drivers.driver_ranking import WINDOW, RankedCluster
from assets.failure_models.drivers.refutations import (
    left_out_lot,
    negative_control,
    placebo_label,
    shuffled_parameter,
)
from assets.failure_models.drivers.refutations.association import Association, Attempt
from assets.failure_models.signal.examination import Examination

ATTEMPTS: tuple[Callable[[Association, int], Attempt], ...] = (
    placebo_label.attempt,
    shuffled_parameter.attempt,
    negative_control.attempt,
    left_out_lot.attempt,
)


def refutations(
    seen: Examination, drivers: Sequence[RankedCluster], places: int
) -> list[dict[str, Any]]:
    """Attack the leading drivers.

    Args:
        seen: The examined task.
        drivers: Its leading clusters.
        places: Number of them that are attacked.

    Returns:
        One row per driver and attempt, in the shape of ``finding.refutations``.
    """
    task = seen.task
    rows: list[dict[str, Any]] = []
    for driver in drivers[:places]:
        association = _association(seen, drivers[:places], driver)
        for attempt in ATTEMPTS:
            found = attempt(association, task.seed)
            rows.append(
                {
                    "outcome": task.outcome,
                    "gate": task.gate,
                    "driver": task.matrix.features[int(driver.columns[0])],
                    "rank": driver.rank,
                    "attempt": found.name,
                    "observed": found.observed,
                    "low": found.low if np.isfinite(found.low) else None,
                    "high": found.high if np.isfinite(found.high) else None,
                    "result": found.result,
                    "statement": found.statement,
                }
            )
    return rows


def _association(
    seen: Examination, drivers: Sequence[RankedCluster], driver: RankedCluster
) -> Association:
    task, design = seen.task, seen.task.views[-1].design
    target = targets(seen, driver)[1].value
    # Only batches of a test block: blocks tell which batches may change places.
    rows = task.tested[np.isfinite(target[task.tested])]
    columns = {id(one): _bent(design[rows, int(one.columns[0])], one) for one in drivers}
    others = [columns[id(one)] for one in drivers if one is not driver]
    product = task.matrix.product[rows]
    return Association(
        value=columns[id(driver)],
        target=target[rows],
        others=np.column_stack(others) if others else np.empty((rows.size, 0)),
        cluster=task.matrix.cluster[rows],
        block=product * (task.fold_number.max() + 1) + task.fold_number[rows],
        product=product,
    )


def _bent(value: np.ndarray, driver: RankedCluster) -> np.ndarray:
    """The driver in standard deviations; for a window, its distance from the middle."""
    own = np.abs(value - np.median(value)) if driver.direction == WINDOW else value
    return np.asarray(own / max(float(own.std()), 1e-300))
