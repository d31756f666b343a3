"""How many of the features called relevant are idle? One row per plant; see ``relevance_plants``.

Usage: python -m benchmarks.relevance_study [--plants N]
"""

import argparse

import polars as pl

from benchmarks.studies.record import StudyRecord
from benchmarks.studies.relevance_plants import CAUSES, KINDS, relevance_marks

RECORD = StudyRecord("relevance_study", key=("kind", "seed"))
NOMINAL, REACH_99 = 0.05, 2.576
FIRST_SEED = 101  # methods were developed on the seeds before


def summary(rows: pl.DataFrame) -> pl.DataFrame:
    """False discovery rate with its 99% band, by kind and over all."""
    marked = rows.with_columns(
        share=pl.col("false") / pl.col("discoveries").clip(1),
        loose_share=pl.col("loose_false") / pl.col("loose_discoveries").clip(1),
    )
    every = pl.concat([marked, marked.with_columns(kind=pl.lit("all"))])
    return (
        every.group_by("kind", maintain_order=True)
        .agg(
            plants=pl.len(),
            false_discovery_rate=pl.col("share").mean(),
            highest_allowed=NOMINAL
            + REACH_99 * pl.col("share").std().fill_null(0.0) / pl.len().sqrt(),
            causes_found=((pl.col("discoveries") - pl.col("false")) / CAUSES).mean(),
            loose_rate=pl.col("loose_share").mean(),
            loose_causes_found=(
                (pl.col("loose_discoveries") - pl.col("loose_false")) / CAUSES
            ).mean(),
            null_plants_with_any=(pl.col("null_false") > 0).sum(),
            loose_null_plants_with_any=(pl.col("null_loose_false") > 0).sum(),
        )
        .with_columns(is_within=pl.col("false_discovery_rate") <= pl.col("highest_allowed"))
    )


def main() -> None:
    """Make the plants not yet on record, and print the summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plants", type=int, default=200)
    each = parser.parse_args().plants // len(KINDS)
    seeds = range(FIRST_SEED, FIRST_SEED + each)
    for kind, seed in RECORD.missing([(kind, seed) for seed in seeds for kind in KINDS]):
        RECORD.append(relevance_marks(kind, seed))
    with pl.Config(tbl_cols=20, tbl_width_chars=200):
        print(summary(RECORD.rows()))


if __name__ == "__main__":
    main()
