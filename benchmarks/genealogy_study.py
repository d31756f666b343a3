"""Does a cause two levels up lead? Plants whose failures are inherited from grandparent lots.

    nice -n 10 python benchmarks/genealogy_study.py --plants 50
    python benchmarks/genealogy_study.py --summary

Rows are kept in ``benchmarks/results/genealogy_study.csv``; a plant whose seed is there is not made
again. Seeds 1 to 50 are for development.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import polars as pl

from benchmarks.studies.genealogy_marks import genealogy_marks
from benchmarks.studies.record import StudyRecord


def main() -> None:
    """Judge the plants that are missing, then print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plants", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--summary", action="store_true", help="print what is there, make nothing")
    asked = parser.parse_args()
    record = StudyRecord("genealogy_study")
    seeds = range(asked.first_seed, asked.first_seed + asked.plants)
    if not asked.summary:
        for (seed,) in record.missing([(seed,) for seed in seeds]):
            row = genealogy_marks(seed)
            record.append(row)
            print(seed, row["verdict"], row["place"], row["cause"], row["seconds"], flush=True)
    print(summary(record.rows()))


def summary(rows: pl.DataFrame) -> pl.DataFrame:
    """Count plants, signals and places of the cause."""
    return rows.select(
        plants=pl.len(),
        signal=(pl.col("verdict") == "process_signal").sum(),
        leads=pl.col("leads").sum(),
        first=(pl.col("place") == 1).sum(),
        among_five=(pl.col("place") <= 5).sum(),
        failures=pl.col("failures").mean().round(1),
        clusters=pl.col("clusters").mean().round(1),
        seconds=pl.col("seconds").mean().round(1),
    )


if __name__ == "__main__":
    main()
