"""Do answers to windows that somebody names tell the truth, and do upper bounds hold it?

Random windows are asked of plants whose truth under intervention is known: the virtual plant
(``simulate --do``, re-runs with and without it), the same with every path into a result cut, and
the foreign kinds. Of those answered, the interval must hold the truth in 82 to 97 of 100 (the 99%
binomial band of a nominal 90%) and the wider one in at least 89 of 100; how many are refused, and
why, is counted. A bound on what a parameter could cost must hold the truth in at least 93 of 100.

    nice -n 10 python benchmarks/what_if_study.py --plants 20
    python benchmarks/what_if_study.py --first-seed 80301 --plants 100 --summary

Rows are kept in ``benchmarks/results/what_if_study.csv``, one a question; a plant that is there is
not made again. Seeds 1 to 50 are for development.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import polars as pl

from benchmarks.foreign_plants.kinds import KINDS
from benchmarks.studies.record import StudyRecord
from benchmarks.studies.what_if_marks import PLANT_WORLDS, marks

RESAMPLES, RERUNS, BATCHES = 40, 10, 600
WORLDS = (*PLANT_WORLDS, *KINDS)


def main() -> None:
    """Ask the plants that are missing from the CSV, then print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--world", choices=WORLDS, action="append", help="default: every one")
    parser.add_argument("--plants", type=int, default=3, help="of the virtual plant, each way")
    parser.add_argument("--tables", type=int, default=2, help="of each foreign kind")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--summary", action="store_true", help="only count those in the CSV")
    asked = parser.parse_args()
    record = StudyRecord("what_if_study", ("world", "seed", "question"))
    plants = {
        world: asked.plants if world in PLANT_WORLDS else asked.tables
        for world in asked.world or WORLDS
    }
    most = max(plants.values())
    keys = [
        (world, asked.first_seed + number, 0)
        for number in range(most)
        for world, count in plants.items()
        if number < count
    ]
    if not asked.summary:
        for place, (world, seed, _) in enumerate(record.missing(keys), start=1):
            for row in marks(world, seed, resamples=RESAMPLES, reruns=RERUNS, batches=BATCHES):
                record.append(row)
            print(f"{world} {seed} ({place} of at most {len(keys)})", flush=True)
    if record.file.exists():
        last = asked.first_seed + most - 1
        rows = record.rows().filter(
            pl.col("seed").is_between(asked.first_seed, last), pl.col("world").is_in(list(plants))
        )
        report(rows)


def report(rows: pl.DataFrame) -> None:
    """Print coverage, refusals and bounds, by world and for all."""
    with pl.Config(tbl_rows=40, tbl_cols=20, fmt_str_lengths=30, tbl_width_chars=160):
        print(summary(rows))
        print(rows.group_by("code").len().sort("len", descending=True))


def summary(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the counts of each world and, last, of the foreign kinds together."""
    foreign = rows.filter(~pl.col("world").is_in(list(PLANT_WORLDS)))
    every = pl.concat([rows, foreign.with_columns(world=pl.lit("all foreign kinds"))])
    answered = pl.col("code").fill_null("") == ""

    def share(name: str) -> pl.Expr:
        told = pl.col(name).cast(pl.String).str.to_lowercase() == "true"
        known = answered if name.startswith("covers") else pl.col("bound").is_not_null()
        return (100 * (told & known).sum() / known.sum()).round(1)

    return every.group_by("world", maintain_order=True).agg(
        questions=pl.len(),
        answered=answered.sum(),
        covered_90=share("covers_90"),
        covered_95=share("covers_95"),
        bounds=pl.col("bound").is_not_null().sum(),
        bounds_hold=share("bound_holds"),
        seconds=pl.col("seconds").mean().round(1),
    )


if __name__ == "__main__":
    main()
