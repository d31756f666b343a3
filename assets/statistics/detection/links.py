"""Links between a probability of detection and the straight line behind it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit, log_ndtr, ndtr, ndtri

from assets.statistics.array_types import FloatArray

Curve = Callable[[FloatArray], FloatArray]
WIDEST = 30.0  # beyond this the double exponential is 0 or 1 to every digit


@dataclass(frozen=True)
class Link:
    """One of the links of MIL-HDBK-1823A, appendix G.

    Attributes:
        share: Probability at a height of the line.
        log_share: Its logarithm.
        log_rest: Logarithm of one minus it.
        slope: Its derivative.
        height: Height of the line at a probability.
    """

    share: Curve
    log_share: Curve
    log_rest: Curve
    slope: Curve
    height: Callable[[float], float]


def _density(height: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-(height**2) / 2) / np.sqrt(2 * np.pi))


def _hazard(height: FloatArray) -> FloatArray:
    return np.asarray(np.exp(np.clip(height, -WIDEST * 20, WIDEST)))


def _log_one_less(height: FloatArray) -> FloatArray:
    return np.asarray(np.log(-np.expm1(-np.maximum(_hazard(height), 1e-300))))


LINKS: dict[str, Link] = {
    "logit": Link(
        share=expit,
        log_share=log_expit,
        log_rest=lambda h: np.asarray(log_expit(-h)),
        slope=lambda h: np.asarray(expit(h) * expit(-h)),
        height=lambda p: float(np.log(p / (1 - p))),
    ),
    "probit": Link(
        share=ndtr,
        log_share=log_ndtr,
        log_rest=lambda h: np.asarray(log_ndtr(-h)),
        slope=_density,
        height=lambda p: float(ndtri(p)),
    ),
    "cloglog": Link(
        share=lambda h: np.asarray(-np.expm1(-_hazard(h))),
        log_share=_log_one_less,
        log_rest=lambda h: -_hazard(h),
        slope=lambda h: np.asarray(np.exp(np.clip(h, -WIDEST * 20, WIDEST) - _hazard(h))),
        height=lambda p: float(np.log(-np.log1p(-p))),
    ),
    "loglog": Link(
        share=lambda h: np.asarray(np.exp(-_hazard(-h))),
        log_share=lambda h: -_hazard(-h),
        log_rest=lambda h: _log_one_less(-h),
        slope=lambda h: np.asarray(np.exp(np.clip(-h, -WIDEST * 20, WIDEST) - _hazard(-h))),
        height=lambda p: float(-np.log(-np.log(p))),
    ),
}
