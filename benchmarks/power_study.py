"""Does a self-test say what is found? Stated power beside measured, at three sizes of a cause.

    nice -n 10 python benchmarks/power_study.py --tables 100 --first-seed 51
    python benchmarks/power_study.py --tables 100 --first-seed 51 --summary

Each foreign table has a cause worth a tenth, a quarter or half of its failures. The ladder says
whether it finds it (measured); the self-test plants causes of the same worth into the same table,
the table's own shifted away, and counts (stated). Wanted: within ten points at each size. Rows are
kept in ``benchmarks/results/power_study.csv``. Seeds 1 to 50 are for development.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import polars as pl

from assets.failure_models.power.power import SHARES_OF_FAILURES
from benchmarks.studies.asked import Asked
from benchmarks.studies.power_marks import power_marks
from benchmarks.studies.record import StudyRecord

TRIALS = 3


def main() -> None:
    """Judge the tables that are missing, then print stated and measured power by worth."""
    asked = Asked.on_command_line(__doc__)
    record = StudyRecord("power_study", key=("worth", "seed"))
    if not asked.is_summary:
        keys = [(worth, seed) for seed in asked.seeds for worth in SHARES_OF_FAILURES]
        for worth, seed in record.missing(keys):
            row = power_marks(worth, seed, TRIALS)
            record.append(row)
            print(worth, seed, row["is_found"], row["stated_found"], row["seconds"], flush=True)
    print(summary(record.rows().filter(pl.col("seed").is_in(list(asked.seeds)))))


def summary(rows: pl.DataFrame) -> pl.DataFrame:
    """Return found and ranked first, measured and stated, as shares by worth of the cause."""
    measured, trials = pl.col("is_found").mean(), pl.col("trials").sum()
    return (
        rows.group_by("worth", maintain_order=True)
        .agg(
            tables=pl.len(),
            oracle_auc=pl.col("oracle_auc").mean().round(3),
            found=measured,
            stated_found=pl.col("stated_found").sum() / trials,
            first=pl.col("is_first").mean(),
            stated_first=pl.col("stated_first").sum() / trials,
        )
        .with_columns(
            is_within=((pl.col("found") - pl.col("stated_found")).abs().round(6) <= 0.1)
            & ((pl.col("first") - pl.col("stated_first")).abs().round(6) <= 0.1)
        )
    )


if __name__ == "__main__":
    main()
