"""A calibration that may bend: a Gaussian process with a linear and a smooth part.

Absorbance is linear in content only as far as scatter and overlap allow. The linear part does what
partial least squares does with a penalty in place of a number of components; the smooth part bends
it where the data ask for it; both, and the noise, are weighed by the marginal likelihood alone. It
tells how sure each prediction is. Source: Rasmussen & Williams (2006), algorithm 2.1 and chapter 5;
Chen, Morris & Martin (2007), on spectra.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray

START = np.log([1.0, 0.1, 2.0, 0.1])  # linear, smooth, its length, noise; of standardised results
BOUNDS = [(-9.0, 9.0), (-9.0, 9.0), (-2.0, 6.0), (-9.0, 2.0)]


@dataclass(frozen=True)
class BentCalibration:
    """A fitted process.

    Attributes:
        spectra: Pretreated spectra of the calibration, centred and scaled.
        centre: Mean spectrum.
        scale: Root mean square norm of the centred spectra.
        mean: Mean result.
        spread: Standard deviation of the results.
        weights: Of the calibration spectra.
        factor: Cholesky factor of their covariance, lower.
        logs: Logarithms of the weights of the parts, as in ``START``.

    Examples:
        >>> bands = np.linspace(-1, 1, 40)[:, None] * np.array([[1.0, 2.0, -1.0]])
        >>> bent = bent_calibration(bands, bands[:, 0] + 5)
        >>> bent.predicted(np.array([[0.5, 1.0, -0.5]]))[0].round(2).tolist()
        [5.5]
    """

    spectra: FloatArray
    centre: FloatArray
    scale: float
    mean: float
    spread: float
    weights: FloatArray
    factor: FloatArray
    logs: FloatArray

    def predicted(self, spectra: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Predict results, and the standard deviation of a new result about each prediction.

        Args:
            spectra: Pretreated as the calibration was.
        """
        from scipy.linalg import solve_triangular

        rows = (spectra - self.centre) / self.scale
        linear, smooth, _, noise = np.exp(self.logs)
        shared = _covariance(rows @ self.spectra.T, _squares(rows, self.spectra), self.logs)
        left = solve_triangular(self.factor, shared.T, lower=True)
        own = linear * (rows**2).sum(axis=1) + smooth + noise
        sd = np.sqrt(np.maximum(own - (left**2).sum(axis=0), 1e-12))
        return self.mean + self.spread * (shared @ self.weights), self.spread * sd


def bent_calibration(spectra: FloatArray, results: FloatArray) -> BentCalibration:
    """Fit the process by its marginal likelihood.

    Args:
        spectra: (spectra, wavelengths), pretreated.
        results: Reference results, not all the same.

    Examples:
        >>> draws = np.random.default_rng(1)
        >>> content, shape = draws.uniform(-1, 1, 40), draws.normal(size=12)
        >>> fit = bent_calibration(np.outer(content, shape), content + 0.1 * content**2)
        >>> bool(abs(fit.predicted(np.outer([0.5], shape))[0][0] - 0.525) < 0.01)
        True
    """
    from scipy.linalg import cho_factor, cho_solve
    from scipy.optimize import minimize

    centre, mean, spread = spectra.mean(axis=0), float(results.mean()), float(results.std())
    scale = float(np.sqrt(((spectra - centre) ** 2).sum(axis=1).mean()))
    rows, target = (spectra - centre) / scale, (results - mean) / spread
    products, squares = rows @ rows.T, _squares(rows, rows)

    def negative_likelihood(logs: FloatArray) -> tuple[float, FloatArray]:
        linear, smooth, length, noise = np.exp(logs)
        bent = smooth * np.exp(-0.5 * squares / length**2)
        covariance = linear * products + bent + noise * np.eye(len(rows))
        held = cho_factor(covariance, lower=True)
        weights = cho_solve(held, target)
        inverse = cho_solve(held, np.eye(len(rows)))
        slopes = np.outer(weights, weights) - inverse
        parts = (linear * products, bent, bent * squares / length**2, noise * np.eye(len(rows)))
        value = 0.5 * target @ weights + np.log(np.diag(held[0])).sum()
        return float(value), np.array([-0.5 * (slopes * part).sum() for part in parts])

    found = minimize(negative_likelihood, START, jac=True, bounds=BOUNDS, method="L-BFGS-B")
    covariance = _covariance(products, squares, found.x)
    covariance[np.diag_indices(len(rows))] += np.exp(found.x[3])
    factor = np.linalg.cholesky(covariance).astype(np.float64)
    weights = cho_solve((factor, True), target)
    return BentCalibration(rows, centre, scale, mean, spread, weights, factor, found.x)


def _covariance(products: FloatArray, squares: FloatArray, logs: FloatArray) -> FloatArray:
    linear, smooth, length, _ = np.exp(logs)
    return np.asarray(linear * products + smooth * np.exp(-0.5 * squares / length**2))


def _squares(first: FloatArray, second: FloatArray) -> FloatArray:
    """Squared distances between rows."""
    own = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)
    return np.asarray(np.maximum(own - 2 * first @ second.T, 0.0))
