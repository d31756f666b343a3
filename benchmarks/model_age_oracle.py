"""How soon could models that age be stopped by whoever knows the drift to come?

Beside ``model_age_study``: for the two kinds that put calibration out of band by the truth nobody
sees, a sum of likelihood ratios that knows the law before and after. For a cause read in another
unit it knows both laws of what is recorded; for a relation that changes, the relation as it was and
the course of its change, but not its day. Each stops as many steady models as is allowed, 5 of 50,
by limits from 400 steady years. No method that knows less can be expected to do better.

    python benchmarks/model_age_oracle.py
"""

import argparse

import numpy as np

from assets.statistics.array_types import FloatArray
from benchmarks.model_age_study import (
    A_YEAR,
    BATCH_DAYS,
    EFFECTS,
    HISTORY,
    LOT,
    RESULT_DAYS,
    first_out_of_band,
    made,
    year,
)

STEADY_YEARS, FIRST_STEADY, ALLOWED = 400, 5000, 0.1
SHIFT, SCALE = 3.2, 1.8  # of the cause read in another unit
GROWTH, GROWN_AFTER = 1.5, 120
DELAY = int(np.ceil(RESULT_DAYS / BATCH_DAYS))


def by_unit(recorded: FloatArray) -> FloatArray:
    """(batches,) the most the evidence for another unit was, lot by lot as they begin."""
    value = recorded[HISTORY:, 0]
    ratio = value**2 / 2 - np.log(SCALE) - (value - SHIFT) ** 2 / (2 * SCALE**2)
    held, found = 0.0, np.zeros(A_YEAR)
    for place in range(A_YEAR):
        if place % LOT == 0 or value[place] != value[place - 1]:
            held = max(held, 0.0) + ratio[place]
        found[place] = held
    return np.maximum.accumulate(found)


def by_relation(cause: FloatArray, residual: FloatArray) -> FloatArray:
    """(batches,) the most the evidence for a grown effect was, by results known by each night."""
    place, best = np.arange(A_YEAR), np.zeros(A_YEAR)
    for begun in range(10, A_YEAR // 2):
        grown = GROWTH * np.clip((place - begun) / GROWN_AFTER, 0, 1)
        moved = -EFFECTS[0] * grown * cause
        best = np.maximum(best, np.cumsum(residual * moved - moved**2 / 2))
    known = np.zeros(A_YEAR)
    known[DELAY:] = np.maximum.accumulate(best)[:-DELAY]
    return known


def evidence(kind: str, seed: int, of: str) -> FloatArray:
    """Evidence of one kind of drift over the year of a plant."""
    plant = made(kind, seed)
    if of == "rescaled":
        return by_unit(plant.recorded)
    residual = plant.margin - (plant.level - plant.own @ EFFECTS)
    return by_relation(plant.own[HISTORY:, 0], residual[HISTORY:])


def main() -> None:
    """Count how many models an oracle stops before they are truly out of band."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plants", type=int, default=50)
    parser.add_argument("--first-seed", type=int, default=1)
    asked = parser.parse_args()
    for kind in ("rescaled", "relation"):
        steady = range(FIRST_STEADY, FIRST_STEADY + STEADY_YEARS)
        limit = np.quantile([evidence("steady", seed, kind)[-1] for seed in steady], 1 - ALLOWED)
        out = before = 0
        for seed in range(asked.first_seed, asked.first_seed + asked.plants):
            truly = first_out_of_band(year(kind, seed))
            stopped = np.flatnonzero(evidence(kind, seed, kind) > limit)
            out += truly is not None
            before += truly is not None and stopped.size > 0 and stopped[0] <= truly
        print(f"{kind}: {before} of {out} that go out of band are stopped before", flush=True)


if __name__ == "__main__":
    main()
