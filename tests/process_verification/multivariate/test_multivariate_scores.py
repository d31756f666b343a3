import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from assets.process_verification.multivariate.multivariate_models import (
    MODELS,
    REFERENCE,
    multivariate_models,
)
from assets.process_verification.multivariate.multivariate_scores import (
    CONTRIBUTIONS,
    COURSES,
    SCORES,
    multivariate_scores,
)

from .made_batches import TAGS, MadePlant

REFERENCE_BATCHES = 60
BROKEN, GAPPED, EMPTY, ORDINARY = 60, 61, 62, 63


def grown() -> MadePlant:
    """The reference and eight batches that came later, drawn by the same rule."""
    return MadePlant.of(REFERENCE_BATCHES + 8, seed=5)


@pytest.fixture(scope="module")
def kept() -> dict[str, pl.DataFrame]:
    before = grown()
    before.courses = {s: c[:REFERENCE_BATCHES] for s, c in before.courses.items()}
    before.products = before.products[:REFERENCE_BATCHES]
    return multivariate_models(**before.tables(), **before.results())


def scored(kept: dict[str, pl.DataFrame], plant: MadePlant) -> dict[str, pl.DataFrame]:
    return multivariate_scores(kept[MODELS], kept[REFERENCE], **plant.tables())


def of(scores: pl.DataFrame, place: int, kind: str, statistic: str, gate: int = 4) -> dict:
    rows = scores.filter(
        batch_id=f"B{place:04d}", kind=kind, chart_statistic=statistic, gate=gate
    ).to_dicts()
    assert len(rows) == 1
    return rows[0]


def test_a_broken_relation_is_beyond_and_its_sensor_leads(kept: dict[str, pl.DataFrame]) -> None:
    plant = grown()
    plant.courses[4][BROKEN, 16:, 2] += 6.0
    found = scored(kept, plant)
    for kind, statistic in (("trajectories", "spe"), ("evolution", "evolution")):
        row = of(found[SCORES], BROKEN, kind, statistic)
        assert row["is_beyond"], kind
        assert row["membership"] == "later"
        led = found[CONTRIBUTIONS].filter(
            batch_id=f"B{BROKEN:04d}", model=row["model"], chart_statistic=statistic, rank=1
        )
        assert led["tag"].to_list() == [TAGS[2]], kind
        assert led["spreads"][0] > 2, kind
    # The course leaves its limits in the second half alone.
    course = found[COURSES].filter(pl.col("batch_id") == f"B{BROKEN:04d}", pl.col("is_beyond"))
    assert course["step"].min() >= 16


def test_a_score_at_a_gate_knows_nothing_of_later_stages(kept: dict[str, pl.DataFrame]) -> None:
    plain, changed = grown(), grown()
    changed.courses[4] = changed.courses[4] + 50.0
    before, after = (
        scored(kept, plant)[SCORES].filter(gate=3).sort("batch_id", "model", "chart_statistic")
        for plant in (plain, changed)
    )
    assert before.height > 0
    assert_frame_equal(before, after)
    assert (before["known_at"].dt.hour() == 3).all()


def test_gaps_are_bridged_and_told(kept: dict[str, pl.DataFrame]) -> None:
    whole, gapped = grown(), grown()
    gapped.courses[4][GAPPED, 10:20, 1] = np.nan
    gapped.courses[4][EMPTY, :20, :] = np.nan
    rows = [of(scored(kept, plant)[SCORES], GAPPED, "trajectories", "t2")
            for plant in (whole, gapped)]  # fmt: skip
    assert rows[1]["missing_share"] == pytest.approx(10 / (32 * 4))
    assert rows[1]["value"] == pytest.approx(rows[0]["value"], rel=0.35, abs=0.5)
    hardly = of(scored(kept, gapped)[SCORES], EMPTY, "trajectories", "spe")
    assert hardly["value"] is None
    assert hardly["missing_share"] == pytest.approx(20 / 32)
    assert not hardly["is_beyond"]


def test_a_new_batch_is_scored_by_the_frozen_model(kept: dict[str, pl.DataFrame]) -> None:
    """What came later, or was corrected since, moves no score of another batch."""
    fewer = grown()
    fewer.courses = {s: c[:-1] for s, c in fewer.courses.items()}
    fewer.products = fewer.products[:-1]
    fewer.courses[4][3] += 5.0  # a batch of the reference, corrected afterwards
    before, after = scored(kept, fewer)[SCORES], scored(kept, grown())[SCORES]
    new = after.filter(pl.col("batch_id") == grown().batch_ids[-1])
    assert new.height == after.height - before.height == 10
    others = pl.col("batch_id") != "B0003"
    assert_frame_equal(
        before.filter(others),
        after.filter(pl.col("batch_id").is_in(fewer.batch_ids), others),
    )
    # And a batch of the reference keeps the value that phase I gave it.
    told = of(before, 3, "trajectories", "spe")["value"]
    assert told == of(after, 3, "trajectories", "spe")["value"]


def test_a_phase_of_one_name_at_two_stages_is_two_phases() -> None:
    plant = MadePlant.of(20)
    tables = {
        name: frame.with_columns(phase=pl.lit("mix")) if "phase" in frame.columns else frame
        for name, frame in plant.tables().items()
    }
    models = multivariate_models(**tables, **plant.results())
    assert models[MODELS]["model"].is_unique().all()
    scores = multivariate_scores(models[MODELS], models[REFERENCE], **tables)[SCORES]
    key = ["batch_id", "model", "chart_statistic"]
    assert scores.select(key).is_unique().all()
    assert scores.filter(kind="evolution").group_by("gate").len().sort("gate").rows() == [
        (3, 20),
        (4, 20),
    ]


@pytest.mark.slow
def test_in_control_batches_stay_within_the_limits_as_often_as_promised() -> None:
    """Eight references of 60, 100 later batches each: 1% promised, under 2.5% of 800 found."""
    beyond = []
    for seed in range(100, 108):
        plant = MadePlant.of(160, seed=seed, stages=(4,))
        before = MadePlant({4: plant.courses[4][:60]}, set(), plant.products[:60])
        kept = multivariate_models(**before.tables(), **before.results())
        later = scored(kept, plant)[SCORES].filter(membership="later")
        beyond.append(later.group_by("kind", "chart_statistic").agg(pl.col("is_beyond").mean()))
    shares = pl.concat(beyond).group_by("kind", "chart_statistic").agg(pl.col("is_beyond").mean())
    assert shares.height == 5
    assert shares["is_beyond"].max() < 0.025, shares
