"""Attribute agreement of those who judge: with themselves, with each other, with the truth."""

from dataclasses import dataclass

import numpy as np

from assets.statistics.agreement.kappa import Kappa, cohen_kappa, cross_table, fleiss_kappa
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.intervals import Interval, clopper_pearson


@dataclass(frozen=True)
class Agreed:
    """How many parts were judged alike, with an exact interval of their share.

    Attributes:
        parts: Judged alike in every trial that is asked about.
        of: Parts.
        interval: Of the share, exact 95%.
    """

    parts: int
    of: int
    interval: Interval


@dataclass(frozen=True)
class AttributeAgreement:
    """An agreement study.

    Attributes:
        within: Per appraiser, parts on which all own trials agree (repeatability); of no parts
            where there is but one trial, which always agrees with itself.
        with_reference: Per appraiser, parts on which all own trials are right (effectiveness).
        between: Parts on which all trials of all appraisers agree; likewise of no parts where one
            appraiser judged once.
        all_right: Parts on which all trials of all appraisers are right.
        repeat_kappas: Per appraiser, Fleiss' kappa among own trials.
        reference_kappas: Per appraiser, Cohen's kappa of all own trials to the reference.
        overall_kappa: Fleiss' kappa among all trials of all appraisers.
    """

    within: list[Agreed]
    with_reference: list[Agreed]
    between: Agreed
    all_right: Agreed
    repeat_kappas: list[Kappa]
    reference_kappas: list[Kappa]
    overall_kappa: Kappa


@dataclass(frozen=True)
class DetectionByClass:
    """What an appraiser finds of a class of defects, or rejects of good parts.

    Attributes:
        code: Of the class.
        trials: Judgements of parts of that class.
        rejected: Judgements that rejected.
        interval: Of the share rejected, exact on judgements divided by the design effect.
        design_effect: Of judging the same part several times, at least 1.
    """

    code: int
    trials: int
    rejected: int
    interval: Interval
    design_effect: float


def attribute_agreement(ratings: IntArray, reference: IntArray) -> AttributeAgreement:
    """Agreement of appraisers over parts and trials.

    Args:
        ratings: (parts, appraisers, trials) categories as codes from 0; at least two trials for
            the kappas of repetition.
        reference: Per part, its category.

    Source: AIAG, Measurement Systems Analysis, 4th ed. (2010), chapter III C.

    Examples:
        >>> ratings = np.array([[[1, 1], [1, 1]], [[0, 0], [0, 1]], [[0, 0], [0, 0]]])
        >>> study = attribute_agreement(ratings, np.array([1, 0, 0]))
        >>> [agreed.parts for agreed in study.within], study.between.parts, study.all_right.parts
        ([3, 2], 2, 2)
    """
    parts, appraisers, trials = ratings.shape
    alike = (ratings == ratings[:, :, :1]).all(axis=2)
    right = (ratings == reference[:, None, None]).all(axis=2)
    everyone = ratings.reshape(parts, -1)
    repeated = slice(parts if trials > 1 else 0)
    compared = slice(parts if trials * appraisers > 1 else 0)
    categories = int(max(ratings.max(), reference.max())) + 1
    known = np.repeat(reference, trials)
    return AttributeAgreement(
        within=[_agreed(alike[repeated, k]) for k in range(appraisers)],
        with_reference=[_agreed(right[:, k]) for k in range(appraisers)],
        between=_agreed((everyone == everyone[:, :1]).all(axis=1)[compared]),
        all_right=_agreed(right.all(axis=1)),
        repeat_kappas=[_among(ratings[:, k], categories) for k in range(appraisers)],
        reference_kappas=[
            cohen_kappa(cross_table(ratings[:, k].ravel(), known)) for k in range(appraisers)
        ],
        overall_kappa=_among(everyone, categories),
    )


def detection_by_class(
    rejected: IntArray, inspections: IntArray, classes: IntArray
) -> list[DetectionByClass]:
    """Share rejected of each class of parts; of the good class this is the false reject rate.

    Judging a part again tells less than judging another: both counts are divided by the design
    effect of the parts' own shares (Rao & Scott 1992) before the exact interval is taken.

    Args:
        rejected: Per part, judgements that rejected it.
        inspections: Per part, judgements, at least 1.
        classes: Per part, the code of its class.

    Examples:
        >>> found = detection_by_class(np.ones(29), np.ones(29), np.zeros(29, dtype=np.int64))
        >>> found[0].rejected, round(found[0].interval[0], 4)
        (29, 0.8806)
    """
    found = []
    for code in np.unique(classes):
        own = classes == code
        hits, tried = rejected[own].astype(float), inspections[own].astype(float)
        effect = _design_effect(hits, tried)
        interval = clopper_pearson(float(hits.sum()) / effect, float(tried.sum()) / effect)
        found.append(
            DetectionByClass(int(code), int(tried.sum()), int(hits.sum()), interval, effect)
        )
    return found


def _design_effect(hits: FloatArray, tried: FloatArray) -> float:
    """Variance of the share over parts beside that of as many single judgements.

    Where nothing varies, parts cannot be told from one another: each then counts once, as if it
    would be judged the same again.
    """
    share, parts = float(hits.sum()) / float(tried.sum()), hits.size
    most = float(tried.sum()) / parts
    if share in {0.0, 1.0} or parts < 2:
        return max(1.0, most)
    left = hits - share * tried
    observed = float((left**2).sum()) * parts / (parts - 1) / float(tried.sum()) ** 2
    return min(max(1.0, observed / (share * (1 - share) / float(tried.sum()))), max(1.0, most))


def _agreed(alike: BoolArray) -> Agreed:
    return Agreed(int(alike.sum()), alike.size, clopper_pearson(int(alike.sum()), alike.size))


def _among(ratings: IntArray, categories: int) -> Kappa:
    counts = np.stack([(ratings == code).sum(axis=1) for code in range(categories)], axis=1)
    if counts[0].sum() < 2:
        return cohen_kappa(np.zeros((2, 2)))
    return fleiss_kappa(counts)
