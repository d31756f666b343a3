import numpy as np
import pytest

from assets.statistics.stability.kinetic_temperature import mean_kinetic_temperature


@pytest.mark.parametrize(
    ("readings", "weight", "expected"),
    [
        ([5, 25], None, 19.6977),
        ([20, 30], None, 26.2599),
        ([4, 4, 4, 4, 16], None, 8.1089),
        ([25, 40], [364, 1], 25.0966),
        ([21.5] * 4, None, 21.5),
    ],
)
def test_equal_harm(readings, weight, expected):
    weights = None if weight is None else np.array(weight, float)
    found = mean_kinetic_temperature(np.array(readings, float), weights)
    assert found == pytest.approx(expected, abs=5e-5)


def test_no_reading_is_refused():
    with pytest.raises(ValueError, match="needs a reading"):
        mean_kinetic_temperature(np.array([]))
