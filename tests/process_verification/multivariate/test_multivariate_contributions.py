import numpy as np

from assets.process_verification.multivariate.multivariate_contributions import leading

NAMES = ["coating | spray | inlet | mean", "coating | spray | inlet | sd",
         "coating | spray | air | mean", "coating | cool | air | mean"]  # fmt: skip


def test_features_of_a_sensor_are_added_up_and_led_by_the_largest() -> None:
    found = leading(NAMES, np.array([2.0, 3.0, 4.0, 0.0]), np.array([1.0, -2.0, np.nan, 0.0]))
    assert [(row["tag"], row["phase"], row["rank"]) for row in found] == [
        ("inlet", "spray", 1),
        ("air", "spray", 2),
    ]
    assert found[0]["share"] == 5 / 9
    assert (found[0]["detail"], found[0]["spreads"]) == ("sd", -2.0)
    assert found[1]["spreads"] is None


def test_nothing_that_adds_nothing_is_told() -> None:
    assert leading(NAMES, np.zeros(4), np.zeros(4)) == []
