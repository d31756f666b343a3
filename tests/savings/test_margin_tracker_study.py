"""How often the tracker on margins speaks: of nothing, and of a shift that was planted."""

import numpy as np
import pytest

from assets.savings.benefit.lever_state import SHOWN
from assets.savings.benefit.margin_tracker import margin_evidence
from assets.statistics.array_types import FloatArray
from tests.savings.changed_plants import SINCE, START, changed_plant


def _e_values(seed: int, lift: float, effect: float) -> FloatArray:
    inside, margins = changed_plant(seed, lift, effect)
    found = margin_evidence(inside, margins, START, 0.95)
    assert found is not None
    assert len(found.months) == SINCE
    return found.e_values


@pytest.mark.parametrize("effect", [1.5, 4.0])
def test_it_is_silent_in_plants_that_nobody_changed(effect):
    """Lots, carry-over, and a look every month for three years: at least 95 of 100 stay silent."""
    spoke = sum(_e_values(seed, 0.0, effect).max() >= SHOWN for seed in range(100))
    assert spoke <= 5


def test_it_speaks_of_a_shift_that_was_planted():
    """Nine of ten outside are brought inside, where margins lie 4 higher: 0.27 x 4 = 1.08."""
    first = []
    for seed in range(40):
        is_shown = _e_values(seed, 0.9, 4.0) >= SHOWN
        first.append(int(is_shown.argmax()) if is_shown.any() else SINCE)
    assert sum(month < SINCE for month in first) >= 32
    assert np.median(first) <= 18
