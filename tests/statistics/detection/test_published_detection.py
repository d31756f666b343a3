"""Detection against published and hand-worked figures, each named with its source."""

import numpy as np
import pytest
from scipy.special import ndtr

from assets.statistics.detection.demonstration import (
    demonstrated_size,
    detection_bound,
    trials_needed,
)
from assets.statistics.detection.hit_counts import reversals
from assets.statistics.detection.hit_miss import fit_hit_miss
from assets.statistics.detection.signal_response import fit_signal_response

# Bliss (1935), as in Dobson, An Introduction to Generalized Linear Models: beetles killed by log
# dose. Killed is found, dose is size.
DOSE = np.array([1.6907, 1.7242, 1.7552, 1.7842, 1.8113, 1.8369, 1.8610, 1.8839])
BEETLES = np.array([59, 60, 62, 56, 63, 59, 62, 60])
KILLED = np.array([6, 13, 18, 28, 52, 53, 61, 60])


def test_twenty_nine_of_twenty_nine_show_ninety_percent_and_fifty_nine_ninety_five() -> None:
    # R's tolerance, distfree.est: 29 and 59; the bounds are .05 ** (1 / n).
    assert detection_bound(29, 29) == pytest.approx(0.9018554, abs=5e-8)
    assert detection_bound(28, 28) == pytest.approx(0.8985343, abs=5e-8)
    assert detection_bound(59, 59) == pytest.approx(0.9504924, abs=5e-8)
    assert detection_bound(58, 58) == pytest.approx(0.9496607, abs=5e-8)
    assert detection_bound(299, 299) == pytest.approx(0.9900309, abs=5e-8)
    assert (trials_needed(0.9), trials_needed(0.95), trials_needed(0.99)) == (29, 59, 299)


def test_a_miss_asks_for_more_trials() -> None:
    assert detection_bound(45, 46) == pytest.approx(0.9009757, abs=5e-8)
    assert detection_bound(44, 45) == pytest.approx(0.8988662, abs=5e-8)
    assert detection_bound(92, 93) == pytest.approx(0.9500061, abs=6e-7)
    assert detection_bound(59, 61) == pytest.approx(0.9003651, abs=5e-8)
    needed = [trials_needed(0.9, misses=1), trials_needed(0.95, misses=1)]
    assert [*needed, trials_needed(0.9, misses=2)] == [46, 93, 61]


BLISS = {
    "logit": (-60.717, 34.270, 11.23),
    "probit": (-34.94, 19.73, 10.12),
    "cloglog": (-39.57, 22.04, 3.45),
}


@pytest.mark.parametrize("link", BLISS)
def test_the_beetles_of_bliss(link: str) -> None:
    intercept, slope, deviance = BLISS[link]
    fit = fit_hit_miss(DOSE, KILLED, BEETLES, link=link)
    digits = 5e-4 if link == "logit" else 5e-3
    assert fit.verdict == "estimated"
    assert fit.intercept == pytest.approx(intercept, abs=digits)
    assert fit.slope == pytest.approx(slope, abs=digits)
    assert fit.deviance == pytest.approx(deviance, abs=5e-3)


def test_the_beetles_as_a_curve_of_detection_with_each_bound() -> None:
    fit = fit_hit_miss(DOSE, KILLED, BEETLES)
    assert fit.size_at(0.5) == pytest.approx(1.771721, abs=5e-7)
    assert fit.size_at(0.9) == pytest.approx(1.835835, abs=5e-7)
    assert fit.size_bound(bound="wald") == pytest.approx(1.847329, abs=5e-7)
    assert fit.size_bound(bound="profile") == pytest.approx(1.846771, abs=5e-7)
    assert fit.size_bound() == fit.size_bound(bound="wald")
    assert fit.size_bound(bound="region") == pytest.approx(1.850444, abs=5e-7)


def test_the_budworms_of_venables_and_ripley() -> None:
    # MASS, dose.p: two sexes with one slope, females at -3.47316, males at -2.37241. Males are put
    # on the females' line by moving their dose as far; the standard errors of the print know that
    # this was estimated too and are not to be had from one line.
    dose, shift = np.arange(6.0), (3.47316 - 2.37241) / 1.06421
    dead = np.array([0, 2, 6, 10, 12, 16, 1, 4, 9, 13, 18, 20])
    fit = fit_hit_miss(np.concatenate([dose, dose + shift]), dead, np.full(12, 20))
    assert fit.intercept == pytest.approx(-3.47316, abs=2e-5)
    assert fit.slope == pytest.approx(1.06421, abs=1e-5)
    assert fit.deviance == pytest.approx(6.757, abs=5e-4)
    found = [fit.size_at(prob) for prob in (0.25, 0.5, 0.75, 0.9)]
    assert found == pytest.approx([2.231265, 3.263587, 4.295910, 5.328233], abs=2e-5)


def test_a_table_that_mirrors_itself_has_its_middle_in_the_middle() -> None:
    for link in ("logit", "probit"):
        fit = fit_hit_miss(np.array([1.0, 2, 3]), np.array([1, 5, 9]), np.full(3, 10), link=link)
        assert fit.size_at(0.5) == pytest.approx(2.0)
        assert fit.size_at(0.9) == pytest.approx(3.0)
    steep = fit_hit_miss(np.array([1.0, 2, 4]), np.array([1, 5, 9]), np.full(3, 10), log_size=True)
    assert steep.size_at(0.5) == pytest.approx(2.0)
    loglog = fit_hit_miss(np.array([1.0, 2, 3]), np.array([9, 5, 1]), np.full(3, 10), link="loglog")
    assert loglog.verdict == "no_trend"


def test_a_row_per_trial_is_the_same_as_counts() -> None:
    size = np.repeat(np.array([1.0, 2, 3]), 10)
    found = np.concatenate([np.arange(10) < k for k in (2, 6, 9)]).astype(int)
    single = fit_hit_miss(size, found, np.ones(30, dtype=int))
    counted = fit_hit_miss(np.array([1.0, 2, 3]), np.array([2, 6, 9]), np.full(3, 10))
    assert single.size_bound() == pytest.approx(counted.size_bound())


def test_what_gives_no_curve_is_said() -> None:
    size, tried = np.array([1.0, 2, 3, 4]), np.full(4, 29)
    separated = fit_hit_miss(size, np.array([0, 0, 29, 29]), tried)
    assert separated.verdict == "separated"
    assert 2 < separated.size_at() < 3
    low, high = separated.size_interval()
    assert low < 2.1
    assert 2.9 < high < 3.3
    assert fit_hit_miss(size, tried, tried).verdict == "all_detected"
    assert fit_hit_miss(size, 0 * tried, tried).verdict == "none_detected"
    assert np.isnan(fit_hit_miss(size, tried, tried).size_bound())
    assert fit_hit_miss(size, np.array([20, 14, 9, 3]), tried).verdict == "no_trend"
    with pytest.raises(ValueError, match="at least two sizes"):
        fit_hit_miss(size[:1], tried[:1], tried[:1])


def test_a_size_is_demonstrated_only_from_above() -> None:
    size, tried = np.array([1.0, 2, 3]), np.full(3, 29)
    assert demonstrated_size(size, np.array([29, 29, 29]), tried) == 1.0
    assert np.isnan(demonstrated_size(size, np.array([29, 29, 28]), tried))


def test_a_larger_size_found_less_often_is_named_only_beyond_chance() -> None:
    size, tried = np.array([1.0, 2, 3]), np.full(3, 29)
    assert reversals(size, np.array([20, 17, 29]), tried) == []
    assert reversals(size, np.array([28, 12, 29]), tried) == [(1.0, 2.0)]


def signals(trials: int = 40, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    size = np.linspace(0.2, 5.0, trials)
    return size, 0.5 + 1.2 * size + rng.normal(0, 0.6, trials)


def test_uncensored_signals_are_least_squares() -> None:
    size, signal = signals()
    slope, intercept = np.polyfit(size, signal, 1)
    fit = fit_signal_response(size, signal, 3.0)
    assert fit.intercept == pytest.approx(intercept)
    assert fit.slope == pytest.approx(slope)
    assert fit.sigma == pytest.approx(float(np.std(signal - intercept - slope * size)))
    at = (3.0 - intercept + 1.2815516 * fit.sigma) / slope
    assert fit.size_at() == pytest.approx(at)
    assert float(fit.detection_prob(np.array([at]))[0]) == pytest.approx(0.9)


def test_the_bound_of_signals_is_exact_where_all_are_measured() -> None:
    # Of 200,000 tables by the same line, s and 38 degrees of freedom, the tolerance limit of the
    # line at the bound lies at the decision limit in 95%: the definition, by simulation.
    size, signal = signals()
    fit = fit_signal_response(size, signal, 3.0)
    at = fit.size_bound()
    reach = np.sqrt(1 / 40 + (at - size.mean()) ** 2 / ((size - size.mean()) ** 2).sum())
    s = fit.sigma * np.sqrt(40 / 38)
    factor = (fit.intercept + fit.slope * at - 3.0) / s
    rng = np.random.default_rng(9)
    line, spread = rng.normal(0, reach, 200_000), np.sqrt(rng.chisquare(38, 200_000) / 38)
    assert float((line - factor * spread <= -1.2815516).mean()) == pytest.approx(0.95, abs=0.0025)
    assert fit.size_at() < fit.size_bound(wald=True) < at


def test_signals_below_the_floor_and_saturated_count_as_bounds() -> None:
    size, signal = signals(2_000, seed=1)
    fit = fit_signal_response(size, np.clip(signal, 2.2, 5.0), 3.0, floor=2.2, saturation=5.0)
    assert fit.slope == pytest.approx(1.2, abs=0.06)
    assert fit.sigma == pytest.approx(0.6, abs=0.03)
    wrong = fit_signal_response(size, np.clip(signal, 2.2, 5.0), 3.0)
    assert wrong.slope < 1.0
    truth = (3.0 - 0.5 + 1.2815516 * 0.6) / 1.2
    assert fit.size_at() == pytest.approx(truth, abs=0.06)
    assert float(ndtr(1.2815516)) == pytest.approx(0.9)


def test_signals_that_do_not_rise_or_are_too_few_say_so() -> None:
    size, signal = signals()
    assert fit_signal_response(size, signal[::-1], 3.0).verdict == "no_trend"
    assert fit_signal_response(size, signal, 3.0, floor=6.0).verdict == "too_few_signals"
    assert np.isnan(fit_signal_response(size, signal[::-1], 3.0).size_bound())
    grown = fit_signal_response(np.exp(size), signal, 3.0, log_size=True)
    assert grown.size_bound() == pytest.approx(
        float(np.exp(fit_signal_response(size, signal, 3.0).size_bound()))
    )


def test_signals_without_scatter_say_so() -> None:
    """The likelihood of a line that every signal lies on has no maximum."""
    size = np.arange(1.0, 7.0)
    assert fit_signal_response(size, 0.1 + 2 * size, 3.0).verdict == "no_scatter"
    assert fit_signal_response(size, np.full(6, 4.0), 3.0).verdict == "no_trend"
    capped = fit_signal_response(size, 2 * size, 3.0, saturation=10.0)
    assert capped.verdict == "no_scatter"
    assert np.isnan(capped.size_bound())


def test_a_size_in_several_rows_is_one_size_to_reversals() -> None:
    size, tried = np.array([1.0, 1.0, 2.0, 2.0]), np.array([20, 20, 20, 20])
    assert reversals(size, np.array([20, 0, 12, 12]), tried) == []
    assert reversals(size, np.array([20, 20, 0, 0]), tried) == [(1.0, 2.0)]
