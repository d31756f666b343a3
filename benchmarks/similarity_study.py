"""Does search by example find a planted twin? One row per plant; see ``similarity_plants``.

Usage: python -m benchmarks.similarity_study [--plants N]
"""

import argparse

import polars as pl

from benchmarks.studies.record import StudyRecord
from benchmarks.studies.similarity_plants import twin_marks

RECORD = StudyRecord("similarity_study")


def summary(rows: pl.DataFrame) -> pl.DataFrame:
    """How often the twin came first, and what a search cost."""
    return rows.select(
        plants=pl.len(),
        twin_first=pl.col("is_first").sum(),
        largest_seconds=pl.col("seconds").max(),
        twin_distance=pl.col("distance").median(),
        nearest_other=pl.col("nearest_other").median(),
    )


def main() -> None:
    """Make the plants not yet on record, and print the summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plants", type=int, default=100)
    for (seed,) in RECORD.missing([(seed,) for seed in range(1, parser.parse_args().plants + 1)]):
        RECORD.append(twin_marks(seed))
    print(summary(RECORD.rows()))


if __name__ == "__main__":
    main()
