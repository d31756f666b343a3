"""How surprising a move is: counted by hand."""

import numpy as np
import pytest

from assets.process_verification.signals.moves import chance_of_a_move, moves
from tests.process_verification.verified_records import batches


def test_the_chance_of_a_move_is_that_of_a_drawing():
    # Two moves on ten places, an interval of three: 1 - (7 of 2) / (10 of 2) = 1 - 21/45.
    assert chance_of_a_move(10, 2, 3) == pytest.approx(24 / 45)
    assert chance_of_a_move(10, 8, 3) == 1.0
    assert chance_of_a_move(10, 0, 3) == 1.0


def test_an_event_between_two_batches_is_a_move():
    from assets.process_verification.signals.factors import Factors

    count = 40
    names = np.array([row["batch_id"] for row in batches(count)], dtype=object)
    known = np.array([row["started_at"] for row in batches(count)], dtype="datetime64[us]")
    factors = Factors(
        {name: at for at, name in enumerate(names)},
        {"line": (np.array([0] * 20 + [1] * 20), ["L1", "L2"])},
        {("PRS-1", "part_change"): known[[19]] + np.timedelta64(1, "h")},
        {},
        {names[0]: frozenset({"PRS-1"})},
        dict(zip(names, known, strict=True)),
    )
    line, event = sorted(moves(factors, names, known, 18, 20, 22), key=lambda move: move.factor)
    assert (line.moved, line.moves, line.within, line.interval) == ("L1 to L2", 1, 1, 5)
    assert line.p_value == pytest.approx(5 / 39)
    assert (event.factor, event.moved) == ("part_change of PRS-1", "on 2022-02-10")
    assert event.p_adjusted == pytest.approx(10 / 39)
