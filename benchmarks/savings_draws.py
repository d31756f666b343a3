"""What a business case costs: a million draws of five levers over ten years.

A virtual plant is judged and its window, lots, alert and maintenance measured, as in a run; the
fifth lever, inspection, acts beside the failures. One scenario is simulated to its savings, value,
rate of return and payback. Wanted on 2 quiet cores: under 5 s, and at most 1 GB in all.

    python benchmarks/savings_draws.py
"""

import argparse
import resource
import sys
import time

import numpy as np

from assets.savings.levers import ALL_LEVERS, LeverClaim
from assets.savings.scenarios import simulated_figures
from benchmarks.savings_study import EFFORT
from benchmarks.studies.plants import worn_granulator_plant
from benchmarks.studies.savings_marks import GATES
from benchmarks.studies.savings_plants import (
    FAILURE,
    LEVERS,
    PricedPlant,
    planning_figures,
    priced_plant,
)
from data_contracts.assumptions import Assumptions, with_overrides

DRAWS, YEARS, SEED = 1_000_000, 10, 1
LONGEST_S, LARGEST_GB = 5.0, 1.0


def claims(plant: PricedPlant, assumptions: Assumptions) -> list[LeverClaim]:
    """Every measured lever of the plant whether supported or not, and inspection."""
    declared = {each.name: each for each in assumptions.levers}
    found = [
        LeverClaim(f"{name}.{FAILURE}", declared[name], FAILURE, GATES[kind], "evidence", "", each)
        for kind, name in LEVERS.items()
        if not isinstance(each := plant.measured[kind], str)
    ]
    inspection = next(each for each in assumptions.levers if each.kind == "inspection")
    gate = inspection.planning_gate
    return [*found, LeverClaim(inspection.name, inspection, FAILURE, gate, "arithmetic", "")]


def peak_gb() -> float:
    """Largest memory of this process so far, GB."""
    unit = 1e9 if sys.platform == "darwin" else 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    """Time one scenario and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--times", type=int, default=3, help="how often; the fastest counts")
    asked = parser.parse_args()
    plant = priced_plant(
        SEED,
        worn_granulator_plant(),
        cut="none",
        drift=1.0,
        batches=1_000,
        resamples=20,
        effort=EFFORT,
    )
    assumptions = with_overrides(planning_figures(), [f"horizon_years={YEARS}"])
    levers = claims(plant, assumptions)
    clocks, processors = [], []
    for _ in range(asked.times):
        clock, processor = time.perf_counter(), time.process_time()
        figures = simulated_figures(
            assumptions,
            plant.evidence,
            plant.found,
            levers,
            scenario="base",
            draws=asked.draws,
            seed=SEED,
        )
        clocks.append(time.perf_counter() - clock)
        processors.append(time.process_time() - processor)
        worth = figures[ALL_LEVERS]["npv_usd"]
        del figures
    low, middle, high = np.quantile(worth, [0.1, 0.5, 0.9])
    print(
        f"{asked.draws:,} draws x {len(levers)} levers x {YEARS} years: {min(clocks):.2f} s "
        f"(wanted {LONGEST_S:.0f}), {min(processors):.2f} s of processor; {peak_gb():.2f} GB in "
        f"all (wanted {LARGEST_GB:.0f}); net present value {low:,.0f}, {middle:,.0f}, {high:,.0f} "
        "USD (P10, P50, P90)"
    )


if __name__ == "__main__":
    main()
