"""How fast the virtual plant is written, and how good the best possible prediction of it is.

Run: ``python benchmarks/virtual_plant.py [--batches 1000] [--years 5] [--seeds 10] [--scale 10]``.
Wanted: 1,000 batches with at least 25 million readings in under 20 s and 1.5 GB; ten times the
batches in ten times the time and the same memory; 5 million readings made a second; about 3%
failures; an oracle AUC from 0.80 to 0.90 over seeds; a null plant's oracle at the same failure
rate. Each size runs in a process of its own; processor time is shown beside the clock's, because
only it means something on a busy machine.
"""

import argparse
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from assets.virtual_plant.declaration.plant import Trajectory
from assets.virtual_plant.declaration.plant_file import load_plant
from assets.virtual_plant.fast_path.prepared_plant import batch_features
from assets.virtual_plant.production.batches import Settings, make_batches
from assets.virtual_plant.sensors.archived_readings import archived_readings
from assets.virtual_plant.sensors.sensor_faults import tag_faults
from assets.virtual_plant.sensors.trajectories import tag_runs
from assets.virtual_plant.simulate import simulate
from assets.virtual_plant.truth.truth_file import truth_of

# batches whose readings are made at a time
AT_ONCE = 32


@dataclass(frozen=True)
class Written:
    """What one simulation cost: clock and processor seconds, peak memory, size on disk."""

    batches: int
    readings: int
    clock_s: float
    processor_s: float
    peak_gb: float
    size_mb: float


def written(batches: int, years: float) -> Written:
    """Simulate into a temporary folder and count."""
    with TemporaryDirectory() as folder:
        start = time.perf_counter()
        summary = simulate(Path(folder) / "plant", batches=batches, years=years)
        seconds = time.perf_counter() - start
        size = sum(f.stat().st_size for f in summary.out.rglob("*") if f.is_file()) / 1e6
    used = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1e9 if sys.platform == "darwin" else 1e6
    processor_s = used.ru_utime + used.ru_stime
    return Written(batches, summary.readings, seconds, processor_s, used.ru_maxrss / unit, size)


def speed(batches: int, years: float, scale: int) -> None:
    """Print the cost of the exports, and of ``scale`` times as many over as many more years."""
    found = []
    for factor in sorted({1, scale}):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            found.append(pool.submit(written, batches * factor, years * factor).result())
        cost = found[-1]
        print(
            f"exports of {cost.batches:,} batches: {cost.readings:,} readings, "
            f"{cost.size_mb:.0f} MB, {cost.clock_s:.1f} s "
            f"({cost.processor_s:.1f} s of processor), {cost.peak_gb:.2f} GB"
        )
    if scale > 1:
        small, large = found
        print(
            f"ratios at {scale} times: clock {large.clock_s / small.clock_s:.1f}, "
            f"processor {large.processor_s / small.processor_s:.1f}, "
            f"memory {large.peak_gb / small.peak_gb:.2f}"
        )
    start, processor = time.perf_counter(), time.process_time()
    made = generated(batches, years)
    clock_s, processor_s = time.perf_counter() - start, time.process_time() - processor
    print(
        f"readings made, not written: {made / clock_s / 1e6:.1f} million a second, "
        f"{made / processor_s / 1e6:.1f} per processor second"
    )
    start = time.process_time()
    frame = batch_features(seed=2, batches=batches, years=years).gate_values
    print(f"fast path: {frame.height:,} values, {time.process_time() - start:.2f} s of processor")


def generated(batches: int, years: float) -> int:
    """Make every reading of a plant, a few batches at a time, on two threads; count them."""
    made = make_batches(load_plant(), Settings(batches, years))

    def count(law: Trajectory) -> int:
        runs, kept = tag_runs(made, law), 0
        faults = tag_faults(made, runs)
        for first in range(0, batches, AT_ONCE):
            rows = np.arange(first, min(batches, first + AT_ONCE))
            kept += int(archived_readings(made, runs, faults, rows).is_kept.sum())
        return kept

    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(count, made.plant.trajectories))


def oracle(batches: int, years: float, seeds: int) -> None:
    plant = load_plant()
    rows = []
    print("seed  failures  known  oracle AUC  null failures  failures and AUC by mechanism alone")
    for seed in range(1, seeds + 1):
        truth = truth_of(make_batches(plant, Settings(batches, years, seed)))
        null = make_batches(plant, Settings(batches, years, seed, cut="null"))
        auc = truth["oracle_auc"] or float("nan")
        rows.append((truth["failures"] / batches, auc, null.is_failure.mean()))
        alone = "  ".join(
            f"{m['failures']:3d} {m['auc_alone'] or float('nan'):.2f}" for m in truth["mechanisms"]
        )
        print(
            f"{seed:4d}{truth['failures']:10d}{truth['failures_known']:7d}{auc:12.3f}"
            f"{int(null.is_failure.sum()):15d}  {alone}"
        )
    rate, auc, null_rate = np.nanmean(np.array(rows), axis=0)
    print(f"mean: failures {rate:.2%}, oracle AUC {auc:.3f}, null failures {null_rate:.2%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--batches", type=int, default=1000)
    parser.add_argument("--years", type=float, default=5.0)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--scale", type=int, default=1, help="also so many times the batches")
    given = parser.parse_args()
    speed(given.batches, given.years, given.scale)
    oracle(given.batches, given.years, given.seeds)


if __name__ == "__main__":
    main()
