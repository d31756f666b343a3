"""Partial least squares from spectra to a result, its number of components told by whole blocks.

Columns are centred and not scaled, as wavelengths share a unit. Blocks (batches, or stretches of a
series) are left out whole, because scans of one batch are alike. One result alone is predicted, for
which the kernel algorithm of Dayal & MacGregor (1997, Journal of Chemometrics 11:73-85, algorithm
1) gives what scikit-learn's PLSRegression gives, for all numbers of components at once.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

MOST_COMPONENTS = 12
FEWER_WITHIN_SE = 1.0
NOTHING_LEFT = 1e-9


@dataclass(frozen=True)
class SpectralCalibration:
    """Coefficients by number of components.

    Attributes:
        centre: Mean spectrum.
        mean: Mean result.
        coefficients: (components, wavelengths): row a predicts with a + 1 components.

    Examples:
        >>> one = SpectralCalibration(np.zeros(2), 5.0, np.array([[1.0, 2.0]]))
        >>> one.predicted(np.array([[1.0, 1.0]]), components=1).tolist()
        [8.0]
    """

    centre: FloatArray
    mean: float
    coefficients: FloatArray

    def predicted(self, spectra: FloatArray, components: int) -> FloatArray:
        """Predict results.

        Args:
            spectra: Pretreated as the calibration was.
            components: 1 to as many as were fitted.
        """
        own = self.coefficients[components - 1]
        return np.asarray(self.mean + (spectra - self.centre) @ own)


def spectral_calibration(
    spectra: FloatArray, results: FloatArray, most: int = MOST_COMPONENTS
) -> SpectralCalibration:
    """Fit partial least squares with up to so many components at once.

    Args:
        spectra: (spectra, wavelengths), pretreated.
        results: Reference results.
        most: Components, cut to what the spectra allow.

    Examples:
        >>> draws = np.random.default_rng(1)
        >>> content, shape = draws.normal(size=30), draws.normal(size=12)
        >>> fit = spectral_calibration(np.outer(content, shape), content, 1)
        >>> bool(np.allclose(fit.predicted(np.outer([2.0], shape), 1), 2.0))
        True
    """
    centre, mean = spectra.mean(axis=0), float(results.mean())
    rows, along = spectra - centre, (spectra - centre).T @ (results - mean)
    start = float(np.linalg.norm(along))
    rotations: list[FloatArray] = []
    loadings: list[FloatArray] = []
    steps: list[FloatArray] = []
    for _ in range(min(most, len(spectra) - 1, spectra.shape[1])):
        length = float(np.linalg.norm(along))
        if length <= NOTHING_LEFT * start:
            break
        weight = along / length
        rotation = weight.copy()
        for before, loading in zip(rotations, loadings, strict=True):
            rotation -= (loading @ weight) * before
        score = rows @ rotation
        square = float(score @ score)
        if square <= 0:
            break
        loading, slope = rows.T @ score / square, float(rotation @ along) / square
        along = along - loading * slope * square
        rotations.append(rotation)
        loadings.append(loading)
        steps.append(rotation * slope)
    if not steps:
        steps.append(np.zeros(spectra.shape[1]))
    return SpectralCalibration(centre, mean, np.cumsum(steps, axis=0))


def block_predictions(
    spectra: FloatArray, results: FloatArray, block: IntArray, most: int = MOST_COMPONENTS
) -> FloatArray:
    """Predict every block from the others, with 1 to ``most`` components.

    Args:
        spectra: (spectra, wavelengths), pretreated row by row.
        results: Reference results.
        block: Block of each.
        most: Components.

    Returns:
        (components, spectra); rows beyond what every fit allows are left out.

    Examples:
        >>> draws = np.random.default_rng(1)
        >>> content, shape = draws.normal(size=30), draws.normal(size=12)
        >>> spectra = np.outer(content, shape) + 0.01 * draws.normal(size=(30, 12))
        >>> found = block_predictions(spectra, content, np.arange(30) // 3, 2)
        >>> bool(np.abs(found[0] - content).max() < 0.05)
        True
    """
    found = np.full((most, len(spectra)), np.nan)
    for one in np.unique(block):
        out = block == one
        fit = spectral_calibration(spectra[~out], results[~out], most)
        for components in range(1, len(fit.coefficients) + 1):
            found[components - 1, out] = fit.predicted(spectra[out], components)
    return np.asarray(found[~np.isnan(found).any(axis=1)])


def fewest_components(predictions: FloatArray, results: FloatArray) -> int:
    """Return the fewest components whose squared error lies within one standard error of the least.

    Source: Hastie, Tibshirani & Friedman (2009), section 7.10.

    Args:
        predictions: Of ``block_predictions``.
        results: Reference results.

    Examples:
        >>> fewest_components(np.array([[0.0, 0.0, 0.0], [1.1, 2.1, 2.9]]), np.array([1.0, 2, 3]))
        2
    """
    squares = (predictions - results) ** 2
    means = squares.mean(axis=1)
    best = int(np.argmin(means))
    bar = means[best] + FEWER_WITHIN_SE * squares[best].std(ddof=1) / np.sqrt(len(results))
    return int(np.flatnonzero(means <= bar)[0]) + 1
