"""What is done to spectra before anything is learned from them: scatter out, slopes for levels.

Sources: Barnes, Dhanoa & Lister (1989), standard normal variate; Geladi, MacDougall & Martens
(1985), multiplicative scatter correction; Savitzky & Golay (1964).
"""

import numpy as np

from assets.statistics.array_types import FloatArray


def standard_normal_variate(spectra: FloatArray) -> FloatArray:
    """Take from each spectrum its mean, and divide by its standard deviation.

    Args:
        spectra: (spectra, wavelengths); one that is flat becomes zero.

    Examples:
        >>> standard_normal_variate(np.array([[1.0, 2.0, 3.0]])).tolist()
        [[-1.0, 0.0, 1.0]]
    """
    centred = spectra - spectra.mean(axis=1, keepdims=True)
    spread = spectra.std(axis=1, ddof=1, keepdims=True)
    return np.asarray(centred / np.where(spread > 0, spread, 1.0))


def multiplicative_scatter_correction(spectra: FloatArray, reference: FloatArray) -> FloatArray:
    """Bring each spectrum to the offset and slope of a reference.

    Args:
        spectra: (spectra, wavelengths).
        reference: (wavelengths,), such as the mean of the calibration.

    Examples:
        >>> line = np.array([1.0, 2.0, 4.0])
        >>> multiplicative_scatter_correction(3 + 2 * line[None], line).round(9).tolist()
        [[1.0, 2.0, 4.0]]
    """
    shape = reference - reference.mean()
    centred = spectra - spectra.mean(axis=1, keepdims=True)
    slope = centred @ shape / (shape @ shape)
    return np.asarray(centred / slope[:, None] + reference.mean())


def derivative(
    spectra: FloatArray, window: int = 21, order: int = 2, derived: int = 1
) -> FloatArray:
    """Return slopes by Savitzky and Golay, without the half windows at both ends.

    Args:
        spectra: (spectra, wavelengths), evenly spaced.
        window: Odd number of wavelengths a polynomial is fitted to.
        order: Of the polynomial.
        derived: 1 for slopes, 2 for curvatures, 0 to smooth.

    Examples:
        >>> derivative(np.arange(5.0)[None] ** 2, window=3, order=2).round(9).tolist()
        [[2.0, 4.0, 6.0]]
    """
    from scipy.signal import savgol_filter

    half = window // 2
    slopes = savgol_filter(spectra, window, order, deriv=derived, axis=1)
    return np.asarray(slopes[:, half:-half])


def scatter_free_slopes(spectra: FloatArray, window: int = 21) -> FloatArray:
    """Return slopes of standard normal variates: what the calibrations here are learned from.

    Args:
        spectra: (spectra, wavelengths).
        window: Of the slopes; cut to what so few wavelengths allow.

    Examples:
        >>> scatter_free_slopes(np.random.default_rng(1).normal(size=(4, 90))).shape
        (4, 70)
    """
    most = max(3, spectra.shape[1] // 3)
    odd = min(window, most - 1 + most % 2)
    return derivative(standard_normal_variate(spectra), window=odd)
