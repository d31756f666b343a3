"""What a business case costs: a million draws of five levers over ten years.

A virtual plant is judged and its window, lots, alert and maintenance measured, as in a run; the
fifth lever, inspection, acts beside the failures. One scenario is simulated to its savings, value,
rate of return and payback, in a process of its own, whose whole memory counts. Wanted on 2 quiet
cores: under 5 s and under 1 GB.

    python benchmarks/savings_draws.py
"""

import argparse
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from assets.savings.levers.lever_decisions import ALL_LEVERS, LeverDecision
from assets.savings.levers.measured import Measured
from assets.savings.programme.scenario_figures import simulated_figures
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws
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


def decisions(plant: PricedPlant, assumptions: Assumptions) -> list[LeverDecision]:
    """Every measured lever of the plant whether supported or not, and inspection."""
    declared = {each.name: each for each in assumptions.levers}

    def decision(name: str, gate: int, basis: str, measured: Measured | None) -> LeverDecision:
        lever = declared[name]
        return LeverDecision(f"{name}.{FAILURE}", lever, FAILURE, gate, basis, "", measured)

    found = [
        decision(name, GATES[kind], "evidence", each)
        for kind, name in LEVERS.items()
        if not isinstance(each := plant.measured[kind], str)
    ]
    inspection = next(each for each in assumptions.levers if each.kind == "inspection")
    return [*found, decision(inspection.name, inspection.planning_gate, "arithmetic", None)]


@dataclass(frozen=True)
class Cost:
    """What one scenario costs.

    Attributes:
        clock_s: Seconds, the fastest of several.
        processor_s: Seconds of processor, the fewest of several.
        peak_gb: Largest memory of the process, GB.
        npv_usd: P10, P50 and P90 of the joint net present value.
    """

    clock_s: float
    processor_s: float
    peak_gb: float
    npv_usd: tuple[float, float, float]


def cost(drawn: Draws, counts: FailureCounts, levers: list[LeverDecision], times: int) -> Cost:
    """Simulate one scenario several times.

    Args:
        drawn: What to draw.
        counts: Failures and verdicts.
        levers: The levers.
        times: How often, at least 1.
    """
    clocks, processors = [], []
    for _ in range(times):
        clock, processor = time.perf_counter(), time.process_time()
        figures = simulated_figures(drawn, counts, levers)
        clocks.append(time.perf_counter() - clock)
        processors.append(time.process_time() - processor)
        npv = figures[ALL_LEVERS]["npv_usd"]
        del figures  # not kept while the next one is made
    low, middle, high = (float(each) for each in np.quantile(npv, [0.1, 0.5, 0.9]))
    unit = 1e9 if sys.platform == "darwin" else 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return Cost(min(clocks), min(processors), peak, (low, middle, high))


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
    levers = decisions(plant, assumptions)
    drawn = Draws(assumptions, "base", asked.draws, SEED)
    given = (drawn, plant.counts, levers, asked.times)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        found = alone.submit(cost, *given).result()
    print(
        f"{asked.draws:,} draws x {len(levers)} levers x {YEARS} years: {found.clock_s:.2f} s "
        f"(wanted {LONGEST_S:.0f}), {found.processor_s:.2f} s of processor; {found.peak_gb:.2f} GB "
        f"(wanted {LARGEST_GB:.0f}); net present value "
        f"{', '.join(f'{each:,.0f}' for each in found.npv_usd)} USD (P10, P50, P90)"
    )


if __name__ == "__main__":
    main()
