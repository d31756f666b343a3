import numpy as np
import pytest

from assets.statistics.multivariate.principal_axes import principal_axes


@pytest.mark.parametrize("shape", [(80, 12), (10, 30)], ids=["tall", "wide"])
def test_axes_are_those_of_the_singular_value_decomposition(shape: tuple[int, int]) -> None:
    design = np.random.default_rng(1).normal(size=shape)
    found = principal_axes(design)
    assert found.scores @ found.axes == pytest.approx(design)
    assert found.axes @ found.axes.T == pytest.approx(np.eye(min(shape)))
    singular = np.linalg.svd(design, compute_uv=False)
    assert np.sort(found.squares) == pytest.approx(np.sort(singular**2))


def test_columns_that_repeat_cost_an_axis_not_an_error() -> None:
    column = np.random.default_rng(2).normal(size=(50, 1))
    found = principal_axes(np.hstack([column, column]))
    assert found.squares.min() == pytest.approx(0.0, abs=1e-9)
    assert (found.squares >= 0).all()
