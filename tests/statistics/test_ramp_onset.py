import numpy as np
import pytest

from assets.statistics.regression.ramp_onset import ramp_onset

DAYS = np.linspace(0, 1825, 1500)


def planted(seed, slope):
    """Five years of a balance: 0.09% a weighing, drifting from a day of its own."""
    draws = np.random.default_rng(seed)
    onset = float(draws.uniform(400, 1500))
    ramp = slope * np.clip(DAYS - onset, 0, None) / 30.44
    return onset, ramp + draws.normal(0, 0.09, DAYS.size)


def test_a_drift_of_a_tenth_of_a_percent_a_month_is_found_and_its_onset_held():
    inside = 0
    for seed in range(100):
        onset, error = planted(seed, 0.1)
        found = ramp_onset(DAYS, error, seed)
        assert found.p_value == 0.005
        inside += found.low <= onset <= found.high
    assert inside >= 82


def test_a_steady_balance_is_seldom_said_to_drift():
    told = sum(ramp_onset(DAYS, planted(seed, 0.0)[1], seed).p_value <= 0.05 for seed in range(100))
    assert told <= 11


def test_few_values_tell_no_drift():
    with pytest.raises(ValueError, match="do not tell"):
        ramp_onset(np.arange(5.0), np.arange(5.0), 1)
