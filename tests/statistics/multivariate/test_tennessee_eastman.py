"""Plain principal components on the Tennessee Eastman runs miss what was published that they miss.

Russell, Chiang & Braatz (2000), as in published figures (e): 11 components of the 500 normal rows,
limits the tenth highest value of the 960 normal test rows.
"""

import numpy as np
import polars as pl
import pytest

from assets.statistics.array_types import FloatArray
from assets.statistics.multivariate.autoscaling import Autoscaling
from assets.statistics.multivariate.distance_limits import spe_limit, t2_limit
from assets.statistics.multivariate.principal_components import (
    parallel_analysis,
    principal_components,
)
from tests.conftest import REAL_DATA

FILE = REAL_DATA / "tennessee_eastman" / "runs.parquet"
FAULT_FROM = 160
MISSED = {  # fault: (T2, SPE), printed
    1: (0.008, 0.003), 2: (0.020, 0.014), 3: (0.998, 0.991), 4: (0.956, 0.038),
    5: (0.775, 0.746), 6: (0.011, 0.000), 7: (0.085, 0.000), 8: (0.034, 0.024),
    9: (0.994, 0.981), 10: (0.666, 0.659), 11: (0.794, 0.356), 12: (0.029, 0.025),
    13: (0.060, 0.045), 14: (0.158, 0.000), 15: (0.988, 0.973), 16: (0.834, 0.755),
    17: (0.259, 0.108), 18: (0.113, 0.101), 19: (0.996, 0.873), 20: (0.701, 0.550),
    21: (0.736, 0.570),
}  # fmt: skip

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the benchmark runs are not at {FILE}")


@pytest.fixture(scope="module")
def runs() -> dict[tuple[int, str], FloatArray]:
    frame = pl.read_parquet(FILE).sort("fault", "run", "sample")
    parts = frame.partition_by("fault", "run", as_dict=True)
    return {
        (int(fault), str(run)): rows.select(pl.exclude("fault", "run", "sample")).to_numpy()
        for (fault, run), rows in parts.items()
    }


def test_what_plain_components_miss_is_what_was_published(
    runs: dict[tuple[int, str], FloatArray],
) -> None:
    scaling = Autoscaling.of(runs[0, "training"])
    table = scaling.scaled(runs[0, "training"])
    assert parallel_analysis(table, 20) == 11
    model = principal_components(table, 11)
    assert model.explained.sum() == pytest.approx(0.5415, abs=1e-4)

    def distances(run: FloatArray) -> FloatArray:
        rows = scaling.scaled(run)
        scores = model.projected(rows)
        return np.column_stack([model.t2(scores), model.spe(rows, scores)])

    normal = distances(runs[0, "testing"])
    limits = np.sort(normal, axis=0)[-10]
    assert limits == pytest.approx([29.983, 50.871], abs=0.001)
    for fault, printed in MISSED.items():
        missed = (distances(runs[fault, "testing"])[FAULT_FROM:] <= limits).mean(axis=0)
        assert missed == pytest.approx(printed, abs=0.03), f"fault {fault}"

    # By theory: the limits of the page, and the false alarms that SPE makes with them.
    assert t2_limit(11, 500, 0.99) == pytest.approx(25.690, abs=0.001)
    left_out = np.linalg.svd(table, compute_uv=False)[11:] ** 2 / 499
    assert spe_limit(left_out, 0.99) == pytest.approx(41.688, abs=0.001)
    shares = (normal > [t2_limit(11, 500, 0.99), spe_limit(left_out, 0.99)]).mean(axis=0)
    assert shares == pytest.approx([0.0167, 0.0708], abs=0.0005)
