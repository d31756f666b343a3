"""Which spectra a calibration may be asked about: T2 in its scores, Q off its space, raw levels.

Limits come from calibration spectra left out in turn, so that the distance of a spectrum nobody has
seen is compared with distances of spectra nobody had seen: residuals of the rows a model was fitted
to are too small, and limits from them flag good spectra. Each distance is judged on its logarithm
beside median and robust spread; sources: Nomikos & MacGregor (1995); ASTM E1655, section 16.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray
from assets.statistics.spectroscopy.preprocessing import (
    scatter_free_slopes,
    standard_normal_variate,
)

COMPONENTS = 5
FOLDS = 10
ALPHA = 0.02  # of good spectra flagged, shared by the checks
MAD_TO_SD = 1.4826
CHECKS = ("t2", "q", "noise", "level")
SATURATED_RUN = 5  # wavelengths in a row at the highest value exactly
FARTHEST = 500.0  # spreads of level: a dead lamp lies beyond what has an exponential
ROUNDING = 1e-12  # of the slopes: smaller is nothing


@dataclass(frozen=True)
class SpectrumValidity:
    """Each check of each spectrum.

    Attributes:
        distance: (spectra, checks), over its limit: above 1 is flagged; in the order of ``CHECKS``.
        is_saturated: Whether a run of wavelengths reads the highest value exactly.

    Examples:
        >>> SpectrumValidity(np.array([[0.4], [1.2]]), np.array([False, False])).is_valid.tolist()
        [True, False]
    """

    distance: FloatArray
    is_saturated: BoolArray

    @property
    def is_valid(self) -> BoolArray:
        """Whether the calibration may be asked about each."""
        return np.asarray((self.distance <= 1).all(axis=1) & ~self.is_saturated)


@dataclass(frozen=True)
class ValidityModel:
    """What good spectra look like.

    Attributes:
        centre: Mean of their slopes.
        axes: (components, wavelengths) of the slopes.
        variances: Of the scores.
        levels: Median and robust spread of the logarithm of mean absorbance.
        limits: Of the distances, in the order of ``CHECKS``.

    Examples:
        >>> lines = np.random.default_rng(1).normal(size=(20, 60)).cumsum(axis=1)
        >>> validity_model(lines, 2).judged(lines).distance.shape
        (20, 4)
    """

    centre: FloatArray
    axes: FloatArray
    variances: FloatArray
    levels: tuple[float, float]
    limits: FloatArray

    def judged(self, spectra: FloatArray) -> SpectrumValidity:
        """Judge spectra.

        Args:
            spectra: (spectra, wavelengths), absorbances as read.
        """
        distance = _distances(self, spectra)
        return SpectrumValidity(distance / self.limits, saturated(spectra))


def validity_model(
    spectra: FloatArray, components: int = COMPONENTS, *, alpha: float = ALPHA
) -> ValidityModel:
    """Learn what valid spectra look like.

    Args:
        spectra: (spectra, wavelengths) of the calibration, at least ten, of five wavelengths.
        components: Of the slopes.
        alpha: Share of good spectra that may be flagged by all checks together.

    Raises:
        ValueError: If there are fewer than ten spectra, or five wavelengths.

    Examples:
        >>> draws = np.random.default_rng(1)
        >>> good = np.sin(np.arange(40) / 6) * draws.normal(1, 0.1, (60, 1))
        >>> good += 0.5 + draws.normal(0, 0.01, (60, 40))
        >>> model = validity_model(good, 2)
        >>> odd = good[:1] + 0.5 * np.exp(-0.5 * (np.arange(40) - 30) ** 2)
        >>> model.judged(odd).is_valid.tolist(), bool(model.judged(good).is_valid.mean() > 0.9)
        ([False], True)
    """
    if len(spectra) < FOLDS or spectra.shape[1] < SATURATED_RUN:
        size = f"{len(spectra)} spectra of {spectra.shape[1]} wavelengths"
        raise ValueError(f"{size} do not tell what a valid one looks like")
    fold = np.arange(len(spectra)) % FOLDS
    unseen = np.empty((len(spectra), len(CHECKS)))
    for one in range(FOLDS):
        unseen[fold == one] = _distances(
            _model(spectra[fold != one], components), spectra[fold == one]
        )
    whole = _model(spectra, components)
    return ValidityModel(
        whole.centre, whole.axes, whole.variances, whole.levels, _limits(unseen, alpha)
    )


def saturated(spectra: FloatArray, run: int = SATURATED_RUN) -> BoolArray:
    """Tell spectra whose highest reading is held over neighbouring wavelengths, to the last digit.

    Args:
        spectra: (spectra, wavelengths).
        run: Wavelengths in a row.

    Examples:
        >>> saturated(np.array([[1.0, 2, 2, 2, 2, 2, 1], [1, 2, 3, 4, 3, 2, 1]])).tolist()
        [True, False]
    """
    at_top = spectra == spectra.max(axis=1, keepdims=True)
    windows = np.lib.stride_tricks.sliding_window_view(at_top, run, axis=1)
    return np.asarray(np.any(np.all(windows, axis=2), axis=1))


def _model(spectra: FloatArray, components: int) -> ValidityModel:
    slopes = scatter_free_slopes(spectra)
    centre = slopes.mean(axis=0)
    _, singular, axes = np.linalg.svd(slopes - centre, full_matrices=False)
    told = int((singular > ROUNDING * np.linalg.norm(slopes)).sum())
    most = min(components, len(spectra) - 2, slopes.shape[1] - 1, told)
    variances = singular[:most] ** 2 / (len(spectra) - 1)
    level = np.log(np.maximum(np.abs(spectra.mean(axis=1)), 1e-12))
    middle = float(np.median(level))
    spread = MAD_TO_SD * float(np.median(np.abs(level - middle)))
    return ValidityModel(
        centre, axes[:most], variances, (middle, max(spread, 1e-3)), np.ones(len(CHECKS))
    )


def _distances(model: ValidityModel, spectra: FloatArray) -> FloatArray:
    slopes = scatter_free_slopes(spectra) - model.centre
    scores = slopes @ model.axes.T
    left = ((slopes - scores @ model.axes) ** 2).sum(axis=1)
    nothing = ROUNDING**2 * float(model.centre @ model.centre)
    middle, spread = model.levels
    level = np.log(np.maximum(np.abs(spectra.mean(axis=1)), 1e-12))
    rough = np.diff(standard_normal_variate(spectra), n=3, axis=1)
    return np.column_stack(
        [
            (scores**2 / model.variances).sum(axis=1),
            np.where(left > nothing, left, 0.0),
            (rough**2).sum(axis=1),
            np.exp(np.minimum(np.abs(level - middle) / spread, FARTHEST)),
        ]
    )


def _limits(unseen: FloatArray, alpha: float) -> FloatArray:
    """A normal quantile of the logarithms by median and robust spread, or what was seen if more."""
    from scipy.special import ndtri

    share = alpha / unseen.shape[1]
    logs = np.log(np.maximum(unseen, 1e-300))
    middle = np.median(logs, axis=0)
    spread = MAD_TO_SD * np.median(np.abs(logs - middle), axis=0)
    return np.asarray(
        np.maximum(
            np.exp(middle + float(ndtri(1 - share)) * spread),
            np.quantile(unseen, 1 - share, axis=0),
        )
    )
