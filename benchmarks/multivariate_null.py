"""Do T2 and SPE keep their promise on plants on which nothing happens?

A reference of batches is cleaned, fitted and given limits as the product does; batches drawn by the
same rule come after it. Three hidden directions move all columns. Columns follow normal laws, laws
with long ends (t with five degrees of freedom), skewed laws (gamma of shape two), or a third of
them an exponential of a normal one, as counts, slopes and noise of sensors do.

    python benchmarks/multivariate_null.py --seeds 40 --first-seed 1
"""

import argparse

import numpy as np
import polars as pl

from assets.process_verification.multivariate.batch_model import BatchModel
from assets.process_verification.multivariate.model_rows import FALSE_ALARM_PROB, promised_prob
from assets.process_verification.multivariate.phase_one import phase_one
from assets.statistics.one_thread import one_thread
from benchmarks.studies.record import StudyRecord

LAWS = ("normal", "long ends", "skewed", "exponential")
BATCHES, COLUMNS = (50, 75, 100, 200), (20, 100, 300)
HIDDEN, LATER = 3, 500
KEY = ("law", "batches", "columns", "first_seed")


def drawn(law: str, rng: np.random.Generator, rows: int, along: np.ndarray) -> np.ndarray:
    """(rows, columns) of batches in control.

    Args:
        law: One of ``LAWS``.
        rng: Source of chance.
        rows: Batches.
        along: (hidden directions, columns).
    """

    def news(*size: int) -> np.ndarray:
        if law == "skewed":
            return (rng.gamma(2.0, size=size) - 2) / np.sqrt(2)
        if law == "long ends":
            return rng.standard_t(5, size=size) / np.sqrt(5 / 3)
        return rng.normal(size=size)

    values = news(rows, len(along)) @ along + 0.8 * news(rows, along.shape[1])
    if law == "exponential":
        values[:, ::3] = np.exp(0.5 * values[:, ::3])
    return values


def null_row(law: str, batches: int, columns: int, seeds: range) -> dict[str, object]:
    """Shares of later batches beyond each limit, and what phase I left out, on average."""
    beyond, excluded = [], 0
    for seed in seeds:
        rng = np.random.default_rng([87, LAWS.index(law), batches, columns, seed])
        along = 0.6 * rng.normal(size=(HIDDEN, columns))
        values = drawn(law, rng, batches, along)
        cleaned = phase_one(values, np.zeros(batches, dtype=bool))
        assert cleaned is not None
        names = [str(at) for at in range(columns)]
        model = BatchModel.of(values, names, cleaned, 1 - FALSE_ALARM_PROB)
        own = cleaned.columns
        judged = model.judged(drawn(law, rng, LATER, along)[:, own]).value
        beyond.append([(judged[name] > model.limits[name]).mean() for name in ("t2", "spe")])
        excluded += len(cleaned.excluded)
    t2, spe = np.mean(beyond, axis=0)
    error = np.std(beyond, axis=0, ddof=1) / np.sqrt(len(seeds))
    return {
        "law": law,
        "batches": batches,
        "columns": columns,
        "first_seed": seeds.start,
        "plants": len(seeds),
        "promised": round(promised_prob(batches), 4),
        "t2_beyond": round(float(t2), 4),
        "t2_error": round(float(error[0]), 4),
        "spe_beyond": round(float(spe), 4),
        "spe_error": round(float(error[1]), 4),
        "excluded_a_plant": round(excluded / len(seeds), 3),
    }


def main() -> None:
    """Make the rows that are missing, and show them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--first-seed", type=int, default=1)
    asked = parser.parse_args()
    seeds = range(asked.first_seed, asked.first_seed + asked.seeds)
    record = StudyRecord("multivariate_null", KEY)
    keys = [(law, n, p, seeds.start) for n in BATCHES for p in COLUMNS for law in LAWS]
    with one_thread():
        for law, batches, columns, _ in record.missing(keys):
            row = null_row(law, batches, columns, seeds)
            record.append(row)
            print(row, flush=True)
    rows = record.rows().filter(pl.col("first_seed") == seeds.start)
    print(rows.group_by("batches").agg(pl.col("promised", "t2_beyond", "spe_beyond").max()))


if __name__ == "__main__":
    main()
