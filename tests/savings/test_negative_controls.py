"""Parameters that cannot prevent a failure go the way of the one that is held, and are shown."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from assets.savings.windows.effect import Estimate, WindowEffect
from assets.savings.windows.estimation import window_effect
from assets.savings.windows.negative_controls import (
    Controls,
    _priced,
    controlled,
    dealt_to_other_lots,
    negative_controls,
    next_batch,
)
from assets.savings.windows.policy import Window
from assets.savings.windows.records import WindowRecords
from assets.savings.windows.window_effects import StudiedWindow
from tests.savings.recorded_windows import window_records_of

RESAMPLES, WORTH = 30, {"usd_per_failure": 238_000.0, "batches_per_year": 200.0}


def studied(records: WindowRecords) -> Mapping[tuple[str, str], StudiedWindow]:
    window = Window.trimmed(records.value, "higher", 0.2)
    effect = window_effect(records, "failure", "x", window, resamples=RESAMPLES, seed=1)
    return {("window", "failure"): StudiedWindow("x", "X", "higher", 0.2, records, effect)}


def controls_of(windows: Mapping[tuple[str, str], StudiedWindow], seed: int = 1) -> Controls:
    return {
        (lever, outcome, control): (one.feature, found)
        for (lever, outcome), one in windows.items()
        for control, found in controlled(one, outcome, resamples=RESAMPLES, seed=seed).items()
    }


def test_values_are_dealt_by_whole_lots_of_the_product() -> None:
    records = window_records_of(0.5, batches=90)
    product = records.cluster % 2
    records = replace(records, value=np.arange(90.0), product=product)
    dealt = dealt_to_other_lots(records, seed=3)
    lots = dealt.value.reshape(30, 3)
    # Each lot has the three values of one lot, in their order, of its own product.
    assert np.array_equal(lots[:, 1], lots[:, 0] + 1)
    assert np.array_equal(lots[:, 2], lots[:, 0] + 2)
    assert (lots[:, 0] % 3 == 0).all()
    assert np.array_equal(lots[:, 0] // 3 % 2, np.arange(30) % 2)
    assert sorted(dealt.value) == list(range(90))
    assert (lots[:, 0] != 3 * np.arange(30)).sum() > 20
    # Nothing else is moved, and another seed deals otherwise.
    assert dealt.margins is records.margins
    assert not np.array_equal(dealt.value, dealt_to_other_lots(records, seed=4).value)


def test_the_next_batch_is_that_of_the_product_and_the_own_value_is_held() -> None:
    records = window_records_of(0.5, batches=6)
    value = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    records = replace(records, value=value, product=np.array([0, 0, 1, 0, 1, 2]))
    found = next_batch(records, seed=1)
    # The last batch of each product has none after it.
    assert found.value.tolist() == [2.0, 4.0, 5.0]
    assert np.array_equal(found.margins, records.margins[[0, 1, 2]])
    own = (value - 3.5) / value.std()
    assert found.neighbours[:, -1].tolist() == pytest.approx(own[[0, 1, 2]].tolist())


def test_negative_controls_claim_nothing_beside_a_parameter_that_acts() -> None:
    claims = []
    for seed in range(6):
        windows = studied(window_records_of(0.5, seed))
        effect = windows["window", "failure"].effect
        assert isinstance(effect, WindowEffect)
        assert effect.refusal is None
        table = negative_controls(controls_of(windows, seed), **WORTH)
        assert table["control"].to_list() == ["dealt_to_other_lots", "next_batch"]
        assert set(table["lever"]) == {"window.failure"}
        assert (table["prevented_low"] < table["prevented_high"]).all()
        # What holding the parameter itself prevents, neither comes near.
        assert (table["prevented_per_batch"].abs() < 0.5 * effect.expected.value).all()
        claims += table["is_claimed"].to_list()
        assert (table.filter(~table["is_claimed"])["value_usd_per_year"] == 0).all()
    assert sum(claims) <= 2  # of twelve, at 5% each


def test_a_claim_is_priced_by_hand() -> None:
    effect = studied(window_records_of(0.5))["window", "failure"].effect
    assert isinstance(effect, WindowEffect)
    claimed = replace(
        effect,
        expected=Estimate(0.01, 0.004, 0.016),
        share=Estimate(0.3, 0.1, 0.5),
        estimator_gap_spreads=0.0,
    )
    priced = _priced(claimed, 238_000.0 * 200)
    assert priced["value_usd_per_year"] == 0.01 * 238_000 * 200
    assert priced["is_claimed"]
    assert priced["reason"] == claimed.sentence
    refused = _priced(replace(claimed, share=Estimate(0.3, -0.1, 0.7)), 238_000.0 * 200)
    assert (refused["is_claimed"], refused["value_usd_per_year"]) == (False, 0.0)
    assert refused["prevented_per_batch"] == 0.01  # estimated and shown, not claimed
    assert "not told from none" in refused["reason"]


def test_what_could_not_be_estimated_is_said_and_what_was_not_studied_left_out() -> None:
    records = window_records_of(0.5)
    few = replace(records, is_failed=np.zeros(records.batches, dtype=bool))
    table = negative_controls(controls_of(studied(few)), **WORTH)
    assert table["prevented_per_batch"].null_count() == 2
    assert table["value_usd_per_year"].to_list() == [0.0, 0.0]
    assert all(reason.startswith("0 failures among") for reason in table["reason"])
    unstudied = StudiedWindow("x", "X", "higher", 0.2, None, "X is not named on each half.")
    assert not controls_of({("window", "failure"): unstudied})
