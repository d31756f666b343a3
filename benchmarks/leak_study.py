"""Is clear physics told from a copy of the result by asking, and is nothing built on a copy?

    nice -n 10 python benchmarks/leak_study.py --tables 40 --first-seed 51
    python benchmarks/leak_study.py --tables 40 --first-seed 51 --summary

``clear_physics``: one parameter foretells failure with an AUC of 0.98 to 1. Wanted: a question
names it in at least 38 of 40, and with its owner's answer there is a full study.
``copied_result``: a column under an innocent name, dated before the outcome, is the result with
noise of at most 5% of its spread. Wanted: named or priced at any gate in at most 2 of 40. Rows are
kept in ``benchmarks/results/leak_study.csv``. Seeds 1 to 50 are for development.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import polars as pl

from benchmarks.studies.asked import Asked
from benchmarks.studies.leak_marks import COPY, PHYSICS, leak_marks
from benchmarks.studies.record import StudyRecord
from data_contracts.codes.records import Verdict


def main() -> None:
    """Judge the tables that are missing, then print the counts."""
    asked = Asked.on_command_line(__doc__)
    record = StudyRecord("leak_study", key=("kind", "seed"))
    if not asked.is_summary:
        for kind, seed in record.missing([(k, s) for s in asked.seeds for k in (PHYSICS, COPY)]):
            row = leak_marks(kind, seed)
            record.append(row)
            print(kind, seed, row["asked"], row["verdict"], row["seconds"], flush=True)
    print(summary(record.rows().filter(pl.col("seed").is_in(list(asked.seeds)))))


def summary(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the counts of each kind."""
    signal = pl.col("verdict_answered") == Verdict.PROCESS_SIGNAL
    return rows.group_by("kind", maintain_order=True).agg(
        tables=pl.len(),
        asked=pl.col("is_asked").sum(),
        named=pl.col("is_named_anywhere").sum(),
        priced=pl.col("is_priced").sum(),
        signal_answered=signal.sum(),
        leads_answered=(pl.col("cause_leads_answered").cast(pl.String) == "true").sum(),
    )


if __name__ == "__main__":
    main()
