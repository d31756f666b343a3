"""What continued verification costs: everything from nothing, and a night with one new batch.

Through the asset itself, from the tables it is handed to the tables it hands over, with what it
keeps between nights in a folder as in a home. The night's tables are compared, to the last digit,
with those of a computation from nothing.

    python benchmarks/verification_night.py --quantities 300 --batches 2000
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.studies.record import StudyRecord
from benchmarks.studies.verified_nights import Tables, night, planned, plant, texts, up_to


@dataclass(frozen=True)
class NightCost:
    """Processor seconds of one process.

    Attributes:
        whole: Everything from nothing.
        night: One new batch on what the night before kept.
        plan: Of the plan that is drafted before either.
        kept_mb: Size of what is kept, MB.
        is_same: Whether both gave the same tables to the last digit.
    """

    whole: float
    night: float
    plan: float
    kept_mb: float
    is_same: bool


def night_cost(
    quantities: int, batches: int, seed: int, folder: Path, nights: int = 3
) -> NightCost:
    """Measure the last nights of a plant, each with one new batch, and the last from nothing.

    Args:
        quantities: Parameters of the plant.
        batches: Of the last night.
        seed: Of the plant.
        folder: An empty one, for what is kept.
        nights: Measured one after the other; the median counts, of both.
    """
    whole = plant(quantities, batches, seed)
    night(planned(up_to(whole, batches - nights)), folder / "home")
    own, fresh, plans, same = [], [], [], []
    for count in range(batches - nights + 1, batches + 1):
        tables, took = _timed(partial(planned, up_to(whole, count)))
        plans.append(took)
        found, took = _timed(partial(night, tables, folder / "home"))
        own.append(took)
        expected, took = _timed(partial(night, tables, folder / f"from nothing {count}"))
        fresh.append(took)
        same.append(texts(found) == texts(expected))
    kept = sum(file.stat().st_size for file in (folder / "home").rglob("results.json"))
    median = statistics.median
    return NightCost(median(fresh), median(own), median(plans), kept / 1e6, all(same))


def _timed(work: Callable[[], Tables]) -> tuple[Tables, float]:
    began = time.process_time()
    made = work()
    return made, time.process_time() - began


def main() -> None:
    """Measure and keep the row."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quantities", type=int, default=300)
    parser.add_argument("--batches", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cost = night_cost(asked.quantities, asked.batches, asked.seed, Path(folder))
    row = {"quantities": asked.quantities, "batches": asked.batches, "seed": asked.seed}
    costs = {
        "whole_cpu_s": round(cost.whole, 2),
        "night_cpu_s": round(cost.night, 2),
        "plan_cpu_s": round(cost.plan, 2),
        "kept_mb": round(cost.kept_mb, 1),
        "is_same": cost.is_same,
    }
    StudyRecord("verification_night", ("quantities", "batches", "seed")).append(row | costs)
    print(row | costs)


if __name__ == "__main__":
    main()
