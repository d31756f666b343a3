"""Does the final number of failures lie in the interval told at the month's end? A row per month.

Usage: python -m benchmarks.nowcast_study [--kind KIND] [--plants N] [--first SEED]

Twenty plants of five months each make the hundred months of a kind.
"""

import argparse

import polars as pl

from benchmarks.studies.nowcast_plants import month_marks
from benchmarks.studies.record import StudyRecord

KINDS = ("tablets", "vials", "foreign")


def summary(rows: pl.DataFrame) -> pl.DataFrame:
    """How many months held, how wide the intervals were, how far the counts lay off."""
    return rows.group_by("kind").agg(
        months=pl.len(),
        inside=pl.col("is_inside").sum(),
        width=(pl.col("high") - pl.col("low")).mean(),
        expected=pl.col("expected").sum(),
        truth=pl.col("truth").sum(),
        still_open=pl.col("still_open").mean(),
    )


def main() -> None:
    """Make the plants not yet on record, and print the summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--plants", type=int, default=20)
    parser.add_argument("--first", type=int, default=1, help="first seed")
    chosen = parser.parse_args()
    record = StudyRecord("nowcast_study", ("kind", "seed"))
    seeds = range(chosen.first, chosen.first + chosen.plants)
    for kind in [chosen.kind] if chosen.kind else KINDS:
        for _, seed in record.missing([(kind, seed) for seed in seeds]):
            for row in month_marks(kind, seed):
                record.append(row)
    print(summary(record.rows()))


if __name__ == "__main__":
    main()
