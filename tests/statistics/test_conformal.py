import numpy as np
import pytest

from assets.statistics.prediction_quality.conformal import prediction_sets


def test_each_class_keeps_its_coverage() -> None:
    rng = np.random.default_rng(3)
    failed = rng.random(4000) < 0.2
    score = rng.normal(size=4000) + 1.5 * failed
    sets = prediction_sets(score[2000:], score[:2000], failed[:2000], error=0.1)
    covered = sets.covers(failed[2000:])
    assert covered[failed[2000:]].mean() == pytest.approx(0.9, abs=0.04)
    assert covered[~failed[2000:]].mean() == pytest.approx(0.9, abs=0.02)
    assert 0 < sets.is_undecided.mean() < 0.6


def test_few_earlier_failures_rule_no_failure_out() -> None:
    earlier = np.linspace(0, 1, 60)
    sets = prediction_sets(np.array([-5.0, 5.0]), earlier, earlier > 0.9, error=0.1)
    assert sets.holds_failed.tolist() == [True, True]
    assert sets.holds_good.tolist() == [True, False]
    assert sets.is_undecided.tolist() == [True, False]
