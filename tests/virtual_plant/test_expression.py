import numpy as np
import pytest

from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.base.expression import evaluate, names


def test_arithmetic_over_arrays() -> None:
    values = {"a": np.array([1.0, 4.0]), "api.d90_um": np.array([2.0, 3.0])}
    found = evaluate("max(0, a - 2) + sqrt(a) * -api.d90_um ** 2 / 4", "x", values)
    np.testing.assert_allclose(found, [-1.0, 2.0 - 2 * 9 / 4])
    assert names("max(0, a - 2) + api.d90_um", "x") == {"a", "api.d90_um"}


@pytest.mark.parametrize("text", ["a +", "a if a else 1", "open('x')", "a[0]", "'a'", "a < 1"])
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(PlantError, match="variable x"):
        names(text, "x")
