"""How strong something unmeasured would have to be to explain an association away.

Source: VanderWeele & Ding (2017), "Sensitivity analysis in observational research: introducing the
E-value", Annals of Internal Medicine 167, table 2.
"""

from math import exp, isfinite, sqrt

from assets.statistics.regression.bias_analysis import Counts

# Chinn (2000) and table 2 of the source: a difference of one standard deviation as a risk ratio.
LOG_RISK_RATIO_PER_SPREAD = 0.91


def e_value(risk_ratio: float, toward: float = 1.0) -> float:
    """The E-value of a risk ratio.

    Args:
        risk_ratio: Above 0; below 1 it is turned round.
        toward: The risk ratio that is held possible instead; 1 for no effect.

    Returns:
        The risk ratio, at least 1, that an unmeasured cause must have with both the parameter and
        the outcome, beyond what is adjusted for; NaN where the ratio is not a positive number.

    Examples:
        >>> round(e_value(3.9), 2)  # the source's first example
        7.26
    """
    if not isfinite(risk_ratio) or risk_ratio <= 0:
        return float("nan")
    ratio = max(risk_ratio / toward, toward / risk_ratio)
    return ratio + sqrt(ratio * (ratio - 1))


def risk_ratio_of_common_odds_ratio(odds_ratio: float) -> float:
    """The risk ratio an odds ratio stands for where failure is common (over 15%).

    Source: VanderWeele (2017), Biometrics 73, 1371.

    Examples:
        >>> ratio = risk_ratio_of_common_odds_ratio(1.47)
        >>> round(ratio, 3), round(e_value(ratio), 2)
        (1.212, 1.72)
    """
    return sqrt(odds_ratio)


def risk_ratio_of_common_hazard_ratio(hazard_ratio: float) -> float:
    """The risk ratio a hazard ratio stands for where failure is common (over 15%).

    Source: VanderWeele (2017), Biometrics 73, 1371.

    Examples:
        >>> round(e_value(risk_ratio_of_common_hazard_ratio(0.56)), 2)
        2.35
    """
    return float((1 - 0.5 ** sqrt(hazard_ratio)) / (1 - 0.5 ** sqrt(1 / hazard_ratio)))


def e_values_of_counts(counts: Counts, true: float = 0.0) -> tuple[float, float]:
    """E-values of a difference in failure rates, from counts.

    Args:
        counts: Failed and good batches by exposure; the exposed fail more.
        true: The difference that is held possible instead.

    Returns:
        As :func:`e_values_of_difference`.

    Source: Ding & VanderWeele (2016), eAppendix, section 3; package EValue, ``evalues.RD``.

    Examples:
        >>> counts = Counts(397, 51, 78557, 108778)  # smoking and lung cancer, Hammond & Horn
        >>> [round(each, 2) for each in e_values_of_counts(counts)]
        [20.95, 15.96]
    """
    exposed, others = counts.exposed_failed + counts.exposed_good, counts.failed + counts.good
    first, second = counts.exposed_failed / exposed, counts.failed / others
    share = exposed / (exposed + others)
    shift = true + second * (1 - share) - first * share
    root = sqrt(shift**2 + 4 * first * second * share * (1 - share))
    point = (root - shift) / (2 * second * share)
    variances = first * (1 - first) / exposed, second * (1 - second) / others
    spread = share * (1 - share) / (exposed + others)

    def low(factor: float) -> float:
        """Lower end of the difference that is left beside a bias of this size."""
        left, weight = first - second * factor, share + (1 - share) / factor
        variance = (variances[0] + variances[1] * factor**2) * weight**2
        variance += left**2 * (1 - 1 / factor) ** 2 * spread
        return left * weight - 1.959964 * sqrt(variance)

    near, far = 1.0, point
    if low(near) <= true:
        return e_value(point), 1.0
    for _ in range(60):
        middle = (near + far) / 2
        near, far = (middle, far) if low(middle) > true else (near, middle)
    return e_value(point), e_value(far)


def e_values_of_risk_difference(
    estimate: float, low: float, high: float, rate: float, smallest: float
) -> tuple[float, float]:
    """E-values of a difference in failure probability and of the nearer end of its interval.

    A failure is 0 or 1, so the difference is turned into a ratio of risks and not measured in
    standard deviations, which a rare failure hardly has.

    Args:
        estimate: The difference; ``low`` and ``high`` its 95% interval.
        low: Lower end.
        high: Upper end.
        rate: Share of batches that failed: the middle of the two risks.
        smallest: What the lower of the two risks is at least, above 0.

    Returns:
        As :func:`e_values_of_difference`.

    Examples:
        >>> estimate, interval = e_values_of_risk_difference(0.02, 0.0, 0.04, 0.03, smallest=1e-3)
        >>> round(estimate, 3), interval  # 4% against 2%: a ratio of 2
        (3.414, 1.0)
    """
    if not 0 < rate < 1:
        return float("nan"), float("nan")
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    first, second = (
        e_value((rate + size / 2) / max(rate - size / 2, smallest))
        for size in (abs(estimate), nearest)
    )
    return first, second


def e_values_of_difference(
    estimate: float, low: float, high: float, spread: float
) -> tuple[float, float]:
    """E-values of a difference in means and of the end of its interval nearest to zero.

    Args:
        estimate: The difference; ``low`` and ``high`` its 95% interval.
        low: Lower end.
        high: Upper end.
        spread: Standard deviation of the outcome, same unit.

    Returns:
        (of the estimate, of the interval); the second is 1 where the interval holds zero, NaN both
        where there is no spread.

    Examples:
        >>> estimate, interval = e_values_of_difference(-0.5, -1.1, 0.1, spread=1.0)
        >>> round(estimate, 2), interval  # a ratio of exp(0.455); the interval holds zero
        (2.53, 1.0)
    """
    if not spread > 0:
        return float("nan"), float("nan")
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    ratios = (
        exp(min(LOG_RISK_RATIO_PER_SPREAD * size / spread, 50.0))
        for size in (abs(estimate), nearest)
    )
    first, second = (e_value(ratio) for ratio in ratios)
    return first, second
