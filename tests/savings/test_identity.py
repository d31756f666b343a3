"""The identities of prevention: seven gates and chains of levers worked by hand."""

from fractions import Fraction

import numpy as np
import pytest

from assets.savings.arithmetic.identity import (
    chain_shares,
    false_alarm_usd_per_year,
    gross_usd_per_year,
    prevented_failures_per_year,
    unresolved_share,
)

# 200 batches a year, 3% fail, 80% addressable; a failure costs 300,000, a rescue 10,000 and works
# in 60%; a full batch costs 100,000; a freed slot is worth 20,000 in the second case.
# gate: Se, r, s, sunk share, FPR, gross, gross with slot, net
SEVEN_GATES = [
    # 200 x .03 x .8 = 4.8 addressable failures; a rescue is worth .6 x 300,000 - 10,000 = 170,000
    # 4.8 x .1 x (.9 x 170,000 + .1 x .9 x  98,000) = .48 x 161,820
    (1, "0.1", "0.9", "0.9", "0.02", "0.1", "77673.60", "78537.60"),
    # .96 x (.85 x 170,000 + .15 x .8 x 60,000) = .96 x 151,700
    (2, "0.2", "0.85", "0.8", "0.4", "0.08", "145632.00", "147936.00"),
    # 1.44 x (.7 x 170,000 + .3 x .7 x 40,000) = 1.44 x 127,400
    (3, "0.3", "0.7", "0.7", "0.6", "0.05", "183456.00", "189504.00"),
    # 2.4 x (.5 x 170,000 + .5 x .5 x 20,000) = 2.4 x 90,000
    (4, "0.5", "0.5", "0.5", "0.8", "0.05", "216000.00", "228000.00"),
    # 3.36 x (.25 x 170,000 + .75 x .4 x 5,000) = 3.36 x 44,000
    (5, "0.7", "0.25", "0.4", "0.95", "0.04", "147840.00", "168000.00"),
    # 4.32 x (.05 x 170,000 + 0) = 4.32 x 8,500
    (6, "0.9", "0.05", "0", "1", "0.02", "36720.00", "36720.00"),
    # release: nothing left to rescue or stop
    (7, "1", "0", "0", "1", "0", "0", "0"),
]


@pytest.mark.parametrize(
    ("gate", "sensitivity", "rescuable", "stoppable", "sunk", "false_alarms", "gross", "with_slot"),
    SEVEN_GATES,
)
def test_seven_gates_by_hand(
    gate, sensitivity, rescuable, stoppable, sunk, false_alarms, gross, with_slot
):
    def worth(slot: int) -> Fraction:
        return gross_usd_per_year(
            batches_per_year=Fraction(200),
            failure_prob=Fraction("0.03"),
            addressable_share=Fraction("0.8"),
            sensitivity=Fraction(sensitivity),
            rescuable_share=Fraction(rescuable),
            effectiveness=Fraction("0.6"),
            failure_cost_usd=Fraction(300_000),
            rescue_cost_usd=Fraction(10_000),
            stoppable_share=Fraction(stoppable),
            full_cost_usd=Fraction(100_000),
            sunk_cost_usd=Fraction(100_000) * Fraction(sunk),
            slot_value_usd=Fraction(slot),
        )

    assert worth(0) == Fraction(gross)
    assert worth(20_000) == Fraction(with_slot)
    # 200 x .97 = 194 good batches; each false alarm costs 1,500 + 2% x 230,000 = 6,100
    alarms = false_alarm_usd_per_year(
        batches_per_year=Fraction(200),
        failure_prob=Fraction("0.03"),
        false_alarm_rate=Fraction(false_alarms),
        investigation_cost_usd=Fraction(1_500),
        stop_prob=Fraction("0.02"),
        good_batch_loss_usd=Fraction(230_000),
    )
    assert alarms == Fraction(false_alarms) * 1_183_400


def test_two_levers_in_chain_leave_no_failure_saved_twice():
    """Two levers that both rescue every failure: the second finds nothing left."""
    one = Fraction(1)
    assert unresolved_share(one, one, one, one, one) == 0
    half = unresolved_share(one, Fraction(1, 2), one, one, Fraction(0))
    first = prevented_failures_per_year(Fraction(6), one, one, Fraction(1, 2), one, one)
    second = prevented_failures_per_year(Fraction(6), half, one, Fraction(1, 2), one, one)
    assert (first, second) == (Fraction(3), Fraction(3, 2))
    assert first + second == 6 * (1 - half * half)


def test_identity_two_thirds():
    exact = prevented_failures_per_year(
        Fraction(200),
        Fraction(3, 100),
        Fraction(9, 10),
        Fraction(8, 9),
        Fraction(5, 6),
        Fraction(1),
    )
    assert exact == 4
    assert prevented_failures_per_year(200.0, 0.03, 1.0, 1.0, 1.0, 2 / 3) == pytest.approx(4)


def test_levers_that_save_the_same_failures_leave_nothing_to_the_next():
    assert chain_shares([Fraction(0), Fraction(0)]) == [1, 0]
    assert chain_shares([Fraction(1, 2), Fraction(1, 4), Fraction(0)]) == [
        1,
        Fraction(1, 2),
        Fraction(1, 8),
    ]


def test_single_simulated_failures_agree_with_the_shares():
    """Failures drawn one by one, each saved by the first lever that reaches it: never twice."""
    rng = np.random.default_rng(11)
    settled = [0.3, 0.5, 0.2]
    reached = rng.random((200_000, 3)) < settled
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), -1)
    saved = [(first == k).mean() for k in range(3)]
    shares = chain_shares([1 - s for s in settled])
    assert saved == pytest.approx(
        [s * share for s, share in zip(settled, shares, strict=True)], abs=0.005
    )
    assert sum(saved) == pytest.approx(1 - 0.7 * 0.5 * 0.8, abs=0.005)
