"""Does the savings tracker stay silent where nothing changed, and how soon does it speak?

A programme starts on a record of 200, 500 or 1,000 batches, at a usual moment or directly after a
bad spell; failures are independent, or come in lots of ten (intraclass correlation 0.3), which the
records know as campaigns or not at all. The product's own tracker then looks every month for ten
years, with about ten batches a month, 3% of which fail. Wanted of 100 plants of each kind: a proof
shown in at most 11 where nothing changed (the 99% binomial band of a nominal 5%), whether a third
of the former rate was promised or 60% of it. For its power: the median months until the proof where
the rate truly falls to a third, as promised. Plants in the CSV are not made again.

    nice -n 10 python benchmarks/tracker_study.py --first-seed 70001 --plants 100
    python benchmarks/tracker_study.py --first-seed 70001 --summary
"""

import argparse
import time

import polars as pl

from benchmarks.studies.record import StudyRecord
from benchmarks.studies.tracker_plants import cells, followed

KEY = ("batches_before", "start", "dependence")
BAR = 11  # of 100 plants
NEVER = 10_000  # months; stands for no proof in ten years, so that a median can say so


def summary(rows: pl.DataFrame) -> pl.DataFrame:
    """Per kind of plant: false proofs of either promise, and the months until a true one.

    Args:
        rows: Rows of the study.

    Returns:
        One row per kind: plants, false_proofs_third, false_proofs_sixty_percent, is_within (at
        most 11 of 100 of either), median_months (null where half the plants have no proof in ten
        years), proven (in ten years).
    """
    false = ["false_proofs_third", "false_proofs_sixty_percent"]
    months = pl.col("shown_fallen_third").cast(pl.Int64)
    return (
        rows.group_by(KEY, maintain_order=True)
        .agg(
            plants=pl.len(),
            false_proofs_third=pl.col("shown_unchanged_third").is_not_null().sum(),
            false_proofs_sixty_percent=pl.col("shown_unchanged_sixty_percent").is_not_null().sum(),
            median_months=months.fill_null(NEVER).median(),
            proven=months.is_not_null().sum(),
        )
        .with_columns(
            is_within=pl.max_horizontal(false) * 100 <= BAR * pl.col("plants"),
            median_months=pl.when(pl.col("median_months") < NEVER / 2).then("median_months"),
        )
        .select(*KEY, "plants", *false, "is_within", "median_months", "proven")
    )


def main() -> None:
    """Follow the plants that are missing from the CSV, then print the counts by kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plants", type=int, default=3, help="seeds first to first+plants-1")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--summary", action="store_true", help="only count those in the CSV")
    asked = parser.parse_args()
    record = StudyRecord("tracker_study", (*KEY, "seed"))
    seeds = range(asked.first_seed, asked.first_seed + asked.plants)
    if not asked.summary:
        for cell in cells():
            started, head = time.perf_counter(), tuple(vars(cell).values())
            for *_, seed in record.missing([(*head, seed) for seed in seeds]):
                record.append(followed(cell, seed))
            print(*head, f"{time.perf_counter() - started:.0f} s", flush=True)
    if record.file.exists():
        with pl.Config(tbl_rows=40, tbl_cols=20, fmt_str_lengths=30, tbl_width_chars=160):
            last = asked.first_seed + asked.plants - 1
            print(summary(record.rows().filter(pl.col("seed").is_between(asked.first_seed, last))))


if __name__ == "__main__":
    main()
