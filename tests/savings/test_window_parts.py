"""A window part by part: halves, lot means, past, calibration, ledger, and what refuses it."""

from dataclasses import replace

import numpy as np
import pytest

from assets.savings.windows.difference import (
    MODEL_FAILURES,
    HalfFit,
    HeldParameter,
    differences,
    failing_after,
    fitting,
    half_fits,
    margin_risk,
)
from assets.savings.windows.effect import LEVEL_90_SPREADS, WindowEffect
from assets.savings.windows.estimation import _ledger, window_effect
from assets.savings.windows.model import Design
from assets.savings.windows.policy import PastLaw, Window
from assets.savings.windows.records import WindowRecords
from tests.savings.recorded_windows import BATCHES, window_records_of

NO_LAW = PastLaw(np.zeros(1), np.zeros(1))


def found_of(records: WindowRecords, window: Window | None = None) -> WindowEffect:
    window = window or Window.trimmed(records.value, "higher", 0.2)
    found = window_effect(records, "failure", "x", window, resamples=30, seed=1)
    assert isinstance(found, WindowEffect)
    return found


def half_of(*sums: float) -> HalfFit:
    return HalfFit([NO_LAW], [np.zeros((1, 1))], np.array(sums, dtype=float))


# Halves of the lots


def test_what_one_half_says_is_measured_on_the_other() -> None:
    """The parameter acts in one half of the lots only: its model moves the other half's batches."""
    records = window_records_of(0.0, batches=6_000)
    acts = records.half == 1
    margins = records.margins - 0.8 * np.where(acts, records.value, 0.0)[:, None]
    one_sided = replace(records, margins=margins, is_failed=margins[:, 0] < 0)
    chosen = fitting(one_sided, Window.trimmed(records.value, "higher", 0.2))
    rows = np.arange(records.batches)
    fits = half_fits([HeldParameter(one_sided, chosen)], rows, one_sided.cluster)
    saved = (margins[:, 0] < 0) - failing_after([HeldParameter(one_sided, chosen)], fits)
    itself = (margins[:, 0] < 0) - failing_after([HeldParameter(one_sided, chosen)], fits[::-1])
    # By the half where nothing acts, hardly one is saved in the half where it does; by the other
    # half's model those near their limit are, wherever they are.
    assert abs(saved[acts].sum()) < 0.1 * itself[acts].sum()
    assert abs(itself[~acts].sum()) < 0.1 * saved[~acts].sum()
    assert itself[acts].sum() > 100
    assert saved[~acts].sum() > 20


def test_a_half_sees_nothing_of_the_other() -> None:
    records = window_records_of(0.5)
    chosen = fitting(records, Window.trimmed(records.value, "higher", 0.2))
    noise = np.random.default_rng(7).normal(size=BATCHES)
    changed = replace(
        records, margins=np.where(records.half == 0, records.margins[:, 0], noise)[:, None]
    )
    rows = np.arange(BATCHES)
    before, after = (
        half_fits([HeldParameter(each, chosen)], rows, each.cluster) for each in (records, changed)
    )
    assert np.array_equal(before[0].weights, after[0].weights)
    # The label's correction, the last two, is weighed beside the other half's labels.
    assert np.array_equal(before[0].sums[:-2], after[0].sums[:-2])
    assert not np.array_equal(before[1].weights, after[1].weights)


def test_lots_that_cannot_be_halved_are_a_sentence() -> None:
    records = window_records_of(0.5)
    lopsided = replace(records, half=(np.arange(BATCHES) < 40).astype(np.int64))
    found = window_effect(lopsided, "failure", "x", Window(-1, 1), resamples=20, seed=1)
    assert isinstance(found, str)
    assert found.startswith("The lots cannot be halved: 860 of 900 batches are on one side")


# Within lots


def lots_that_move_both(seed: int) -> WindowRecords:
    """Lots of six whose hidden property moves the parameter and the margin; x itself does nothing.

    Nothing that is recorded tells of it but the lot.
    """
    rng = np.random.default_rng(seed)
    lot = np.arange(BATCHES) // 6
    hidden = rng.normal(size=int(lot.max()) + 1)[lot]
    margin = 2.4 - 0.9 * hidden + rng.normal(0, 0.8, BATCHES)
    return replace(
        window_records_of(0.0),
        value=hidden + rng.normal(0, 0.8, BATCHES),
        earlier=rng.normal(size=(BATCHES, 2)),
        cluster=lot,
        half=np.random.default_rng(9).integers(0, 2, int(lot.max()) + 1)[lot],
        margins=margin[:, None],
        is_failed=margin < 0,
    )


@pytest.mark.parametrize("seed", [0, 1, 4])
def test_what_a_lot_does_to_both_is_not_the_parameters_doing(seed: int) -> None:
    records = lots_that_move_both(seed)
    within = found_of(records)
    assert within.lot_p_value is not None
    assert within.lot_p_value < 0.01
    assert "compared within lots" in within.sentence
    assert within.share.low < 0 < within.share.high
    assert within.refusal is not None
    # With each batch its own lot there is no lot to compare within, and a third or more of the
    # failures is credited to a parameter that prevents none.
    between = found_of(replace(records, cluster=np.arange(BATCHES)))
    assert between.lot_p_value is None
    assert "compared between lots alone" in between.sentence
    assert between.share.low > 0.15
    assert between.refusal is None


def test_a_parameter_set_once_a_lot_has_no_lot_means_to_hold() -> None:
    records = lots_that_move_both(1)
    by_lot = replace(records, value=np.random.default_rng(3).normal(size=150)[records.cluster])
    assert not Design.from_records(by_lot).has_lot_means
    assert Design.from_records(records).has_lot_means


def test_lots_that_tell_the_same_are_used_as_well() -> None:
    """Lots move the margin and not the parameter: nothing is confounded, and width is gained."""
    told = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        records = lots_that_move_both(seed)
        lot = records.cluster
        value = rng.normal(size=int(lot.max()) + 1)[lot] + rng.normal(0, 0.8, BATCHES)
        margin = 1.9 - 0.5 * value + 0.6 * rng.normal(size=int(lot.max()) + 1)[lot]
        margin += rng.normal(0, 0.8, BATCHES)
        clear = replace(records, value=value, margins=margin[:, None], is_failed=margin < 0)
        chosen = fitting(clear, Window.trimmed(value, "higher", 0.2))
        told.append(chosen.lot_p_value)
        assert chosen.design.has_lot_means == (chosen.lot_p_value < 0.3)
    # A p-value of a true null: as often above 0.3 as not, seven times in ten.
    assert 4 <= sum(p >= 0.3 for p in told) <= 8


# The parameter given its past


def test_a_value_keeps_its_rank_inside_the_window() -> None:
    """Four residuals -3, -1, 1, 3 at ranks 1/8 to 7/8, held below 0, where the rank is a half."""
    records = replace(
        window_records_of(0.0, batches=4),
        value=np.array([-3.0, -1.0, 1.0, 3.0]),
        earlier=np.zeros((4, 1)),
        levels=np.ones((4, 1)),
        product=np.zeros(4, dtype=np.int64),
    )
    law = PastLaw(np.zeros(3), np.array([-3.0, -1.0, 1.0, 3.0]))
    held = law.held(records, Window(-np.inf, 0.0))
    # Ranks halve: 1/16 lies below all residuals, 3/16 a quarter of the way from -3 to -1, ...
    assert held.value.tolist() == pytest.approx([-3.0, -2.5, -1.5, -0.5])
    assert held.mass.tolist() == [0.5] * 4
    assert (held.overlap_share, held.outside_share) == (1.0, 0.0)
    # Between 0 and 2 lies a quarter of them: from rank 1/2 to 3/4.
    middle = law.held(records, Window(0.0, 2.0))
    assert middle.mass.tolist() == pytest.approx([0.25] * 4)
    assert middle.value.tolist() == pytest.approx([0.25, 0.75, 1.25, 1.75])


def test_batches_whose_past_leaves_no_room_refuse_the_window() -> None:
    """A fifth of all batches is made at a setting far beyond the window, and always was."""
    records = window_records_of(0.5)
    far = (np.arange(BATCHES) % 5 == 0).astype(float)
    tied = replace(
        records,
        value=records.value + 8 * far,
        earlier=np.column_stack([records.earlier, (far - 0.2) / 0.4]),
    )
    found = found_of(tied, Window(-np.inf, 3.0))
    assert found.overlap_share == pytest.approx(0.8, abs=0.01)
    assert found.refusal == (
        "Only 80% of batches could have been made inside the window given what came before it; "
        "90% is the least."
    )


# Calibration


def test_the_models_risk_is_multiplied_to_come_to_the_failures_that_margins_explain() -> None:
    """By hand: 24 of 1,000 beyond a limit, of which 20 failed; the model expected 60.

    The count is worth 24 failures and the model 100: 124 / 160 of the model's risk, and 20 of 24
    batches beyond a limit fail.
    """
    halves = [
        half_of(500, 18, 14, 12, 35, 20, 20, 8, 5.0, 9.0),
        half_of(500, 12, 10, 8, 25, 20, 10, 7, 4.0, 16.0),
    ]
    assert MODEL_FAILURES == 100
    found = differences(halves)
    assert found.calibration == pytest.approx(124 / 160 * 20 / 24)
    assert found.expected == pytest.approx(found.calibration * 20 / 1000)
    assert found.share == pytest.approx(found.expected / 0.030)
    assert found.exposed_ratio == pytest.approx(30 / 15)
    assert found.robust == pytest.approx(9 / 1000)


def test_few_failures_hardly_move_the_model_and_many_take_over() -> None:
    def calibration(times: float) -> float:
        half = half_of(*(times * np.array([500, 6, 6, 6, 12, 10, 5, 4, 1.0, 1.0])))
        return differences([half, half]).calibration

    assert calibration(0.1) == pytest.approx(101.2 / 102.4)
    assert calibration(1.0) == pytest.approx(112 / 124)
    assert calibration(1000.0) == pytest.approx(0.5, abs=0.01)


def test_failures_that_no_margin_explains_are_not_prevented() -> None:
    """A third of the failures have another reason: they count in the rate, and none is saved."""
    records = window_records_of(0.5)
    failed = int(records.is_failed.sum())
    others = np.flatnonzero(~records.is_failed)[:: 2 * (BATCHES - failed) // failed]
    is_failed = records.is_failed.copy()
    is_failed[others] = True
    alone, beside = found_of(records), found_of(replace(records, is_failed=is_failed))
    assert beside.expected.value == pytest.approx(alone.expected.value, rel=1e-9)
    assert beside.failures == failed + others.size
    assert beside.share.value == pytest.approx(
        alone.share.value * failed / beside.failures, rel=1e-9
    )
    assert beside.ledger.value == pytest.approx(alone.ledger.value, abs=0.1 * alone.ledger.value)


# The ledger


def test_the_ledger_by_hand() -> None:
    """Short and failed; good; short and released; failed for another reason."""
    records = replace(
        window_records_of(0.0, batches=4),
        margins=np.array([[-1.0], [1.0], [-1.0], [2.0]]),
        is_failed=np.array([True, False, False, True]),
    )
    resampled = np.array([[0.0, 0.0, 1.0, 0.0], [0.5, 0.5, 1.0, 0.5]])
    found = _ledger(records, np.array([0.0, 0.0, 0.0, 0.0]), resampled)
    # Only the first is saved; what was released and what failed otherwise are left as they were.
    assert found.value == pytest.approx(1 / 4)
    # The model: 0 or 1 of the first two fail, variance 1/2. Whether each then crosses: a quarter of
    # chance each, 2 x 3/16. And half a batch.
    spread = np.sqrt(1 / 2 + 2 * 3 / 16 + 0.5**2) / 4
    assert found.high - found.low == pytest.approx(LEVEL_90_SPREADS * spread)


def test_the_ledgers_interval_is_never_of_no_width() -> None:
    records = window_records_of(0.5)
    untouched = np.tile((records.margins[:, 0] < 0).astype(float), (20, 1))
    found = _ledger(records, untouched[0], untouched)
    assert found.value == 0.0
    assert found.high - found.low == pytest.approx(LEVEL_90_SPREADS * 0.5 / BATCHES)


# Two estimators


def test_estimators_more_than_two_standard_errors_apart_refuse() -> None:
    """A quarter of the batches beyond the window fails of something no margin sees."""
    records = window_records_of(0.0)
    window = Window.trimmed(records.value, "higher", 0.2)
    unseen = (records.value > window.high) & (np.random.default_rng(5).random(BATCHES) < 0.25)
    found = found_of(replace(records, is_failed=records.is_failed | unseen), window)
    # 45 failures more, all of them beyond the window: by the label, 5% of batches.
    assert found.robust.value == pytest.approx(unseen.mean(), abs=0.02)
    assert abs(found.expected.value) < 0.01
    assert found.estimator_gap_spreads > 2
    assert "Two ways of estimating it disagree" in str(found.refusal)
    assert f"{found.robust.value:.2%} by the label" in str(found.refusal)
    agreed = replace(found, estimator_gap_spreads=2.0)
    assert "disagree" not in str(agreed.refusal)


def test_the_risk_is_the_share_of_residuals_that_fail_any_margin() -> None:
    rng = np.random.default_rng(5)
    expected, pool = rng.normal(1, 0.5, (40, 3)).round(1), rng.normal(size=(130, 3)).round(1)
    scale = np.full((40, 3), 0.5)
    fails = (pool[None] < (-expected / scale)[:, None]).any(axis=2)
    assert margin_risk(expected, scale, pool).tolist() == fails.mean(axis=1).tolist()
