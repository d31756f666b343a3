"""Codes of what the stages' own records say, by name: generated from the contracts, not by hand.

Each class is the allowed values of one column, or of several that share them. Here belongs nothing
that a contract does not say.
"""

from typing import Final


class ArrheniusVerdict:
    """Values of ``finding.degradation_rates.verdict``: whether an energy is told."""

    TOLD: Final = "told"
    NO_CHANGE_SHOWN: Final = "no_change_shown"
    ONE_TEMPERATURE: Final = "one_temperature"
    TOO_FEW_RESULTS: Final = "too_few_results"


class ShelfLifeVerdict:
    """Values of ``finding.shelf_life.verdict``.

    Whether a limit is reached within the months covered (within_data), beyond them (beyond_data),
    or nothing is proposed.
    """

    WITHIN_DATA: Final = "within_data"
    BEYOND_DATA: Final = "beyond_data"
    TOO_FEW_BATCHES: Final = "too_few_batches"
    TOO_FEW_RESULTS: Final = "too_few_results"
    NO_LIMIT: Final = "no_limit"


class StabilityTrend:
    """Values of ``finding.stability_trends.verdict``.

    Out of trend where the corrected p-value is at most 0.05.
    """

    IN_TREND: Final = "in_trend"
    OUT_OF_TREND: Final = "out_of_trend"
    TOO_EARLY: Final = "too_early"


class StorageVerdict:
    """Values of ``finding.storage_temperatures.verdict``.

    within; mean_above the limit; reading_above what USP allows as an excursion.
    """

    WITHIN: Final = "within"
    MEAN_ABOVE: Final = "mean_above"
    READING_ABOVE: Final = "reading_above"
