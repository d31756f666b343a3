import numpy as np
import pytest

from assets.process_verification.multivariate.batch_evolution import course_rows
from assets.process_verification.multivariate.evolution import Evolution

from .made_batches import STEPS, TAGS, MadePlant


@pytest.fixture(scope="module")
def good() -> Evolution:
    found = Evolution.of(MadePlant.of(60, seed=9).courses[4], list(TAGS), 0.99)
    assert found is not None
    return found


def test_good_batches_mature_as_time_goes_on(good: Evolution) -> None:
    maturity = good.band()[0][:, 2]
    assert maturity == pytest.approx((np.arange(STEPS) + 0.5) / STEPS, abs=0.05)


def test_limits_hold_the_reference_and_are_told_step_by_step(good: Evolution) -> None:
    assert (good.held_out > good.width).mean() <= 0.05
    own = good.statistics(MadePlant.of(1, seed=10).courses[4])
    rows = list(course_rows({"batch_id": "B", "model": "M"}, good, own[0], good.away(own)[0]))
    assert len(rows) == STEPS * 4
    for row in rows:
        assert row["low"] <= row["centre"] <= row["high"]
        is_outside = not row["low"] <= row["value"] <= row["high"]
        assert row["is_beyond"] == is_outside, row


def test_a_model_read_back_says_the_same(good: Evolution) -> None:
    again = Evolution.read(good.text())
    courses = MadePlant.of(5, seed=11).courses[4]
    courses[2, 5:9, 1] = np.nan
    assert again.statistics(courses) == pytest.approx(good.statistics(courses), rel=1e-6, abs=1e-6)
    assert again.width == good.width
