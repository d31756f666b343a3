"""Seventeen published coating batches, unfolded: figures of two other programs come out.

Published figures, (f): pyphi-mvda 6.0.8 and numpy on the same alignment.
"""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from assets.statistics.array_types import FloatArray
from assets.statistics.multivariate.autoscaling import Autoscaling
from assets.statistics.multivariate.distance_limits import moment_limit, t2_limit
from assets.statistics.multivariate.partial_least_squares import partial_least_squares
from assets.statistics.multivariate.principal_components import principal_components
from assets.statistics.multivariate.unfolding import resampled, unfolded
from tests.conftest import REAL_DATA
from tests.sensor_features.film_coating import TAGS, film_coating

FILE = REAL_DATA / "film_coating" / "Batch_Film_Coating.xlsx"
STEPS = {"STARTUP": 3, "HEATING": 20, "SPRAYING": 40, "DRYING": 40, "DISCHARGING": 5}
SHARE_MISSING = 0.1

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the coating batches are not at {FILE}")


@pytest.fixture(scope="module")
def batches() -> tuple[list[str], FloatArray]:
    rows = film_coating(FILE)
    names = rows["BATCH NUMBER"].unique(maintain_order=True).to_list()
    courses = [
        np.vstack(
            [
                resampled(
                    rows.filter(pl.col("BATCH NUMBER") == name, pl.col("PHASE") == phase)
                    .select("Time (min)", *TAGS)
                    .to_numpy(),
                    steps,
                )
                for phase, steps in STEPS.items()
            ]
        )
        for name in names
    ]
    return names, unfolded(np.array(courses))


@pytest.fixture(scope="module")
def scaled(batches: tuple[list[str], FloatArray]) -> FloatArray:
    scaling = Autoscaling.of(batches[1])
    return scaling.scaled(batches[1])[:, scaling.scale > 0]


def test_the_published_components_come_out(
    batches: tuple[list[str], FloatArray], scaled: FloatArray
) -> None:
    assert batches[1].shape == (17, 864)
    assert scaled.shape == (17, 763)
    three = principal_components(scaled, 3)
    assert three.explained == pytest.approx([0.22873, 0.21797, 0.10501], abs=1e-5)
    assert np.abs(three.scores[0, 0]) == pytest.approx(7.9305, abs=2e-4)
    # The page divides by n.
    assert three.variance * 16 / 17 == pytest.approx([164.255, 156.525, 75.410], rel=1e-4)


def test_the_published_distances_and_limits_come_out(
    batches: tuple[list[str], FloatArray], scaled: FloatArray
) -> None:
    two = principal_components(scaled, 2)
    t2 = dict(zip(batches[0], two.t2(two.scores), strict=True))
    assert sorted(t2, key=lambda name: -t2[name])[:3] == ["B1905", "B411", "B1805"]
    assert [t2[name] for name in ("B1905", "B411", "B1805")] == pytest.approx(
        [14.047, 9.300, 4.405], abs=5e-4
    )
    assert [t2_limit(2, 17, level) for level in (0.95, 0.99)] == pytest.approx(
        [8.31771, 14.36357], abs=1e-5
    )
    spe = two.spe(scaled, two.scores)
    assert [moment_limit(spe, level) for level in (0.95, 0.99)] == pytest.approx(
        [663.83, 812.87], abs=0.01
    )


def test_without_the_two_odd_ones_the_published_figures_come_out_too(
    batches: tuple[list[str], FloatArray],
) -> None:
    kept = [place for place, name in enumerate(batches[0]) if name not in ("B1905", "B1805")]
    scaling = Autoscaling.of(batches[1][kept])
    table = scaling.scaled(batches[1][kept])
    two = principal_components(table, 2)
    assert two.explained == pytest.approx([0.22530, 0.14289], abs=1e-5)
    assert t2_limit(2, 15, 0.95) == pytest.approx(8.74304, abs=1e-5)
    spe = two.spe(table, two.scores)
    assert [moment_limit(spe, level) for level in (0.95, 0.99)] == pytest.approx(
        [699.49, 833.74], abs=0.02
    )


@pytest.mark.slow
def test_with_a_tenth_missing_both_programs_agree(scaled: FloatArray) -> None:
    from process_improve.multivariate.methods import PCA, PLS

    rng = np.random.default_rng(20)
    gapped = np.where(rng.random(scaled.shape) < SHARE_MISSING, np.nan, scaled)
    table = Autoscaling.of(gapped).scaled(gapped)
    ours = principal_components(table, 3)
    theirs = PCA(n_components=3, algorithm="nipals").fit(pd.DataFrame(table))
    assert ours.scores == pytest.approx(theirs.scores_.to_numpy(), abs=1e-6)
    assert ours.loadings == pytest.approx(theirs.loadings_.to_numpy(), abs=1e-6)
    # The last sensor's mean stands for a quality result.
    results = scaled[:, -40:].mean(axis=1, keepdims=True)
    ours_too = partial_least_squares(table, results, 2)
    theirs_too = PLS(n_components=2, scale=False).fit(pd.DataFrame(table), pd.DataFrame(results))
    assert ours_too.model.scores == pytest.approx(theirs_too.scores_.to_numpy(), abs=1e-6)
    again = theirs_too.project(pd.DataFrame(table), method="tsr")
    assert ours_too.predicted(table) == pytest.approx(np.asarray(again.y_hat), abs=1e-6)
