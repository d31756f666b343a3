"""A switchback designed for a plant: its power is as stated, and looking often does no harm."""

import numpy as np
import pytest

from assets.savings.proof.switchback import (
    blocks_of_lots,
    pair_differences,
    paired_power,
    pairs_needed,
    switchback,
)
from assets.statistics.anytime_valid import shift_e_value


def test_blocks_are_whole_lots_of_at_least_so_many_batches():
    lot = np.array([0, 0, 1, 2, 2, 2, 3, 4, 4])
    assert blocks_of_lots(lot, 3).tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert blocks_of_lots(lot, 4).tolist() == [0, 0, 0, 0, 0, 0, -1, -1, -1]


def test_pairs_on_record_are_differences_of_block_means():
    margin = np.array([1.0, 3.0, 5.0, 7.0, 0.0, 2.0])
    assert pair_differences(margin, np.array([0, 0, 1, 1, 2, 2])).tolist() == [4.0, -5.0]


@pytest.mark.parametrize(("size", "pairs"), [(1.0, 8), (0.5, 27), (0.8, 12)])
def test_the_size_of_a_paired_trial_is_the_smallest_with_that_power(size, pairs):
    """One-sided 5%, 80% power: the smallest sizes by the non-central t for d = 1, 0.5, 0.8."""
    assert pairs_needed(size, 1.0) == pairs
    assert paired_power(size, 1.0, pairs) >= 0.8 > paired_power(size, 1.0, pairs - 1)


def test_a_shift_the_wrong_way_is_never_shown():
    assert pairs_needed(-1.0, 1.0) is None
    assert pairs_needed(1e-4, 1.0) is None


def test_looking_after_each_pair_is_wrong_in_at_most_one_in_twenty():
    rng = np.random.default_rng(5)
    wrong = sum(shift_e_value(rng.normal(size=60), 0.8).max() >= 20 for _ in range(1000))
    assert wrong <= 69  # 99% of binomial(1000, 0.05) lie at or below


def test_the_evidence_does_not_depend_on_the_unit():
    rng = np.random.default_rng(6)
    differences = rng.normal(0.5, 1.0, 20)
    one = shift_e_value(differences, 0.5)
    assert shift_e_value(differences * 1e3, 0.5) == pytest.approx(one, rel=1e-9)


def test_the_evidence_is_expected_to_be_one_where_nothing_shifts():
    rng = np.random.default_rng(7)
    found = np.array([shift_e_value(rng.normal(size=5), 0.5)[-1] for _ in range(4000)])
    assert found.mean() == pytest.approx(1.0, abs=4 * found.std() / np.sqrt(found.size))


def _record(rng, batches, lot_spread, carry):
    lot = np.repeat(np.arange(batches // 4), 4)
    noise = np.zeros(batches)
    for at in range(1, batches):
        noise[at] = carry * noise[at - 1] + rng.normal()
    return noise + rng.normal(0, lot_spread, lot.max() + 1)[lot], lot


def test_the_stated_power_is_that_of_trials_on_a_plant_with_lots_and_memory():
    """Designs from 30 records of plants with lots and carry-over; each tried on fresh batches."""
    rng = np.random.default_rng(8)
    stated, shown = [], []
    for _ in range(30):
        margin, lot = _record(rng, 400, lot_spread=0.7, carry=0.3)
        design = switchback(margin, lot, 0.8, seed=1)
        assert design is not None
        stated.append(design.power)
        for _ in range(20):
            size = round(design.block_batches / 4) * 4
            fresh, _ = _record(rng, 2 * design.pairs * size, lot_spread=0.7, carry=0.3)
            means = fresh.reshape(design.pairs, 2, size).mean(axis=2)
            sign = np.where(design.order, 1.0, -1.0)
            differences = sign * (means[:, 0] - means[:, 1]) + 0.8
            t = differences.mean() / differences.std(ddof=1) * np.sqrt(design.pairs)
            from scipy.stats import t as law

            shown.append(t > law.isf(0.05, design.pairs - 1))
    assert np.mean(shown) == pytest.approx(np.mean(stated), abs=0.07)


def test_a_design_is_balanced_and_the_same_each_time():
    rng = np.random.default_rng(9)
    margin, lot = _record(rng, 300, lot_spread=0.5, carry=0.2)
    one, again = (switchback(margin, lot, 0.9, seed=3) for _ in range(2))
    assert one == again
    assert one is not None
    assert abs(2 * sum(one.order) - one.pairs) <= 1
    assert one.sequential_pairs is not None
    assert one.sequential_pairs <= 3 * one.pairs


def test_a_short_record_designs_nothing():
    rng = np.random.default_rng(10)
    margin, lot = _record(rng, 20, lot_spread=0.5, carry=0.2)
    assert switchback(margin, lot, 0.9, seed=3) is None


def test_the_study_runs_on_three_plants():
    from benchmarks.switchback_study import marks

    found = [marks(seed) for seed in (11, 12, 13)]
    assert all(each["is_designed"] for each in found)
    for each in found:
        assert abs(float(str(each["power_stated"])) - float(str(each["power_simulated"]))) < 0.25
