"""What the product says of plants nobody here built: every kind of foreign table, mark by mark.

    nice -n 10 python benchmarks/foreign_study.py --kind linear --tables 20
    python benchmarks/foreign_study.py --summary

Rows are kept in ``benchmarks/results/foreign_study.csv``; a table whose kind and seed are there is
not made again. Seeds 1 to 50 are for development.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import polars as pl

from benchmarks.foreign_plants.kinds import KINDS, foreign_table
from benchmarks.studies.foreign_judgement import judged
from benchmarks.studies.record import StudyRecord


def main() -> None:
    """Judge the tables that are missing, then print the counts by kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=sorted(KINDS), action="append")
    parser.add_argument("--tables", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--record", default="foreign_study", help="name of the CSV")
    parser.add_argument("--summary", action="store_true", help="print what is there, make nothing")
    asked = parser.parse_args()
    record = StudyRecord(asked.record, key=("kind", "seed"))
    seeds = range(asked.first_seed, asked.first_seed + asked.tables)
    kinds = asked.kind or list(KINDS)
    if not asked.summary:
        for kind, seed in record.missing([(kind, seed) for seed in seeds for kind in kinds]):
            row = judged(foreign_table(kind, seed))
            record.append(row)
            print(
                kind, seed, row["verdict"], row["named"], row["priced"], row["seconds"], flush=True
            )
    summary(record.rows().filter(pl.col("kind").is_in(kinds), pl.col("seed").is_in(list(seeds))))


def summary(rows: pl.DataFrame) -> None:
    """Print the counts by kind."""
    names = (
        "any_signal", "rules", "cause_leads", "rule_of_cause_shown", "is_true_window",
        "is_inert_priced", "wrong_named", "covers", "covers_here",
    )  # fmt: skip
    with pl.Config(tbl_rows=40, tbl_cols=20, fmt_str_lengths=24):
        print(
            rows.group_by("kind", maintain_order=True).agg(
                tables=pl.len(),
                oracle=pl.col("oracle_auc").mean().round(3),
                auc=pl.col("auc").mean().round(3),
                **{name: (pl.col(name).cast(pl.Int64) > 0).sum() for name in names},
                pays=(pl.col("npv_positive_prob") > 0.9).sum(),
                seconds=pl.col("seconds").mean().round(1),
            )
        )


if __name__ == "__main__":
    main()
