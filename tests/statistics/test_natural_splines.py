"""Natural splines: straight lines outside their knots, and no knots where there is no curve."""

import numpy as np

from assets.statistics.regression.natural_splines import knots_of, natural_spline


def test_a_natural_spline_is_linear_beyond_its_knots():
    knots = np.array([0.0, 1.0, 2.0, 4.0])
    basis = natural_spline(np.array([5.0, 6.0, 7.0, -1.0, -2.0, -3.0]), knots)
    assert np.allclose(basis[0] - 2 * basis[1] + basis[2], 0)
    assert np.allclose(basis[3] - 2 * basis[4] + basis[5], 0)


def test_few_distinct_values_have_no_knots():
    assert knots_of(np.array([0.0] * 9 + [1.0])) is None
