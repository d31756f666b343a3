import numpy as np
import polars as pl

from assets.process_verification.multivariate.multivariate_models import (
    REFERENCE,
    multivariate_models,
)
from assets.process_verification.multivariate.phase_one import phase_one

from .made_batches import MadePlant

ODD, FAILED = 17, 23


def test_phase_one_names_what_it_left_out_and_why() -> None:
    made = MadePlant.of(60)
    made.courses[4][ODD, :, 2] += 30.0
    made.failed = {FAILED}
    found = multivariate_models(**made.tables(), **made.results())
    excluded = found[REFERENCE].filter(
        pl.col("membership") == "excluded", pl.col("model") == "A | stage 4 | trajectories"
    )
    why = dict(excluded.select("batch_id", "excluded_because").unique().iter_rows())
    assert set(why) == {f"B{ODD:04d}", f"B{FAILED:04d}"}
    assert why[f"B{FAILED:04d}"] == "failed"
    assert "times the limit of the others" in why[f"B{ODD:04d}"]
    # What was odd in stage 4 was nothing out of the way in stage 3.
    stage_3 = found[REFERENCE].filter(
        pl.col("membership") == "excluded", pl.col("model") == "A | stage 3 | trajectories"
    )
    assert f"B{ODD:04d}" not in set(stage_3["batch_id"])


def test_cleaning_leaves_a_homogeneous_reference_alone() -> None:
    """One reference in twenty may lose a batch: of forty, eight would be too many (P = 0.001)."""
    lost = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        values = rng.normal(size=(60, 3)) @ rng.normal(size=(3, 12)) + rng.normal(size=(60, 12))
        cleaned = phase_one(values, np.zeros(60, dtype=bool))
        assert cleaned is not None
        lost += bool(cleaned.excluded)
    assert lost <= 7
