"""Windows: the effect on a process of known truth, and the guards that refuse an estimate."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from assets.savings.windows.difference import HeldParameter, differences, fitting, half_fits
from assets.savings.windows.effect import LEVEL_90_SPREADS
from assets.savings.windows.estimation import window_effect
from assets.savings.windows.policy import PastLaw, Window, past_penalty
from assets.savings.windows.records import WindowRecords
from tests.savings.recorded_windows import BATCHES, window_records_of


def _truth(effect: float, window: Window) -> float:
    """The same process many times as large, every value redrawn in the window by its true law."""
    rng = np.random.default_rng(99)
    n = 400_000
    past = rng.normal(size=n)
    value = 0.7 * past + rng.normal(0, 0.7, n)
    rest = 1.9 - 0.4 * past + rng.normal(0, 0.3, n) + rng.normal(0, 0.8, n)
    low, high = (norm.cdf((end - 0.7 * past) / 0.7) for end in (window.low, window.high))
    rank = norm.cdf((value - 0.7 * past) / 0.7)
    held = 0.7 * past + 0.7 * norm.ppf(np.clip(low + rank * (high - low), 1e-12, 1 - 1e-12))
    return float(np.mean(rest - effect * value < 0) - np.mean(rest - effect * held < 0))


def _estimated(records: WindowRecords, window: Window, resamples: int = 30):
    found = window_effect(records, "failure", "x", window, resamples=resamples, seed=1)
    assert not isinstance(found, str)
    return found


def test_the_interval_holds_the_truth_and_both_estimators_agree():
    records = window_records_of(0.5)
    window = Window.trimmed(records.value, "higher", 0.2)
    found = _estimated(records, window)
    truth = _truth(0.5, window)
    assert truth > 0.01
    assert found.expected.low < truth < found.expected.high
    assert found.robust.low < truth < found.robust.high
    assert found.refusal is None
    # The label alone says less than the margin.
    assert found.robust.high - found.robust.low > found.expected.high - found.expected.low


def test_a_correlated_parameter_without_effect_is_refused():
    records = window_records_of(0.0)
    crude = np.corrcoef(records.value, records.margins[:, 0])[0, 1]
    assert crude < -0.2
    found = _estimated(records, Window.trimmed(records.value, "higher", 0.2))
    assert found.expected.low < 0 < found.expected.high
    assert "not told from none" in str(found.refusal)


def test_a_confounder_is_not_shrunk_among_many_columns():
    """Sixty columns of noise ask for a heavy penalty; the confounder must not pay it."""
    values = []
    for seed in range(6):
        records = window_records_of(0.0, seed)
        rng = np.random.default_rng(100 + seed)
        noise = rng.normal(size=(BATCHES, 60))
        many = replace(records, earlier=np.column_stack([records.earlier, noise]))
        window = Window.trimmed(records.value, "higher", 0.2)
        chosen = fitting(many, window)
        rows = np.arange(BATCHES)
        values.append(
            differences(half_fits([HeldParameter(many, chosen)], rows, many.cluster)).expected
        )
    # 2% fail. Shrunk, a third of a percent of batches would be credited to x (0.0035).
    assert abs(np.mean(values)) < 0.0025


def test_rounded_results_on_the_limit_do_not_all_fail():
    """A result no parameter moves, a tenth of it on the limit: nothing is lost or saved."""
    # Each batch a lot of its own, so that no second margin decides whether lots are compared.
    records = replace(window_records_of(0.5), cluster=np.arange(BATCHES))
    rng = np.random.default_rng(8)
    rounded = np.maximum(np.round(rng.normal(3.0, 1.5, BATCHES)), 0.0)
    assert 0.03 < np.mean(rounded == 0) < 0.1
    both = replace(records, margins=np.column_stack([records.margins[:, 0], rounded]))
    window = Window.trimmed(records.value, "higher", 0.2)
    alone, beside = _estimated(records, window), _estimated(both, window)
    assert alone.ledger.value > 0.01
    assert beside.ledger.value == pytest.approx(alone.ledger.value, abs=0.004)
    assert beside.ledger.high - beside.ledger.low > alone.ledger.high - alone.ledger.low


def test_the_ledger_is_what_happens_on_these_very_batches():
    """Each batch is made again inside the window with its own residual: what fails is known."""
    errors = []
    for seed in range(8):
        records = window_records_of(0.5, seed)
        window = Window.trimmed(records.value, "higher", 0.2)
        found = _estimated(records, window, 40)
        centre = 0.7 * records.earlier[:, 0]
        rank = norm.cdf((records.value - centre) / 0.7)
        mass = norm.cdf((window.high - centre) / 0.7)
        held = centre + 0.7 * norm.ppf(np.clip(rank * mass, 1e-12, 1))
        shifted = records.margins[:, 0] - 0.5 * (held - records.value)
        true = float(np.mean(records.is_failed) - np.mean(shifted < 0))
        spread = (found.ledger.high - found.ledger.low) / LEVEL_90_SPREADS
        errors.append((found.ledger.value - true) / spread)
    # Of eight standard scores; the interval is known to be somewhat narrow for counts this small.
    assert abs(np.mean(errors)) < 1
    assert np.sqrt(np.mean(np.square(errors))) < 1.9


def test_values_are_redrawn_not_piled_up_on_the_bound():
    records = window_records_of(0.5)
    window = Window.trimmed(records.value, "higher", 0.2)
    held = PastLaw.fitted(records, past_penalty(records)).held(records, window)
    assert held.value.max() <= window.high
    assert np.mean(np.isclose(held.value, window.high)) < 0.01
    order = np.argsort(records.value - 0.7 * records.earlier[:, 0])
    assert np.corrcoef(order.argsort(), (held.value - 0.7 * records.earlier[:, 0]))[0, 1] > 0.8


def test_without_overlap_the_window_is_refused():
    records = window_records_of(0.5)
    # The past alone decides x: most batches could never have been made inside the window.
    tied = replace(records, value=records.earlier[:, 0] + 0.01 * records.value)
    found = _estimated(tied, Window.trimmed(tied.value, "higher", 0.3))
    assert found.overlap_share < 0.9
    assert "could have been made inside the window" in str(found.refusal)


def test_too_few_failures_are_a_sentence():
    records = window_records_of(0.5)
    calm = replace(records, is_failed=np.zeros(BATCHES, dtype=bool))
    found = window_effect(calm, "failure", "x", Window(-1, 1), resamples=20, seed=1)
    assert isinstance(found, str)
    assert found.startswith("0 failures among 900 batches")


def test_deterministic():
    records = window_records_of(0.5, batches=300)
    window = Window.trimmed(records.value, None, 0.2)
    assert _estimated(records, window, 20) == _estimated(records, window, 20)
