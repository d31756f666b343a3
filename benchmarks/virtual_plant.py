"""How fast the virtual plant is written, and how good the best possible prediction of it is.

Run: ``python benchmarks/virtual_plant.py [--batches 1000] [--years 5] [--seeds 10]``. Wanted: 1,000
batches with at least 20 million readings in under 20 s and 1.5 GB; about 3% failures; an oracle AUC
from 0.80 to 0.90 over seeds; a null plant's oracle at the same failure rate.
"""

import argparse
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from assets.sources.virtual_plant.batches import Settings, make_batches
from assets.sources.virtual_plant.fast_path import batch_features
from assets.sources.virtual_plant.plant_file import load_plant
from assets.sources.virtual_plant.simulate import simulate
from assets.sources.virtual_plant.truth import truth_of


def speed(batches: int, years: float) -> None:
    with TemporaryDirectory() as folder:
        start = time.perf_counter()
        summary = simulate(Path(folder) / "plant", batches=batches, years=years)
        seconds = time.perf_counter() - start
        size = sum(f.stat().st_size for f in summary.out.rglob("*") if f.is_file()) / 1e6
    unit = 1e9 if sys.platform == "darwin" else 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    rate = summary.readings / seconds / 1e6
    print(f"exports: {summary.readings:,} readings, {size:.0f} MB, {seconds:.1f} s")
    print(f"         {rate:.1f} million readings a second, peak memory {peak:.2f} GB")
    start = time.perf_counter()
    frame = batch_features(seed=2, batches=batches, years=years).gate_values
    seconds = time.perf_counter() - start
    print(f"fast path: {frame.height:,} values, {seconds:.2f} s")


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
    given = parser.parse_args()
    speed(given.batches, given.years)
    oracle(given.batches, given.years, given.seeds)


if __name__ == "__main__":
    main()
