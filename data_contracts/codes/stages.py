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


class BalanceVerdict:
    """Values of ``finding.balance_drift.verdict``.

    Whether a drift is told at 5% over all balances.
    """

    DRIFTS: Final = "drifts"
    STEADY: Final = "steady"
    TOO_FEW: Final = "too_few"


class LotVerdict:
    """Values of ``finding.lot_effects.verdict``.

    Differs where the corrected p-value is at most 0.05.
    """

    DIFFERS: Final = "differs"
    NOT_TOLD: Final = "not_told"


class MaterialModel:
    """Values of ``finding.material_models.verdict``.

    Whether lots not seen are foretold, only batches of lots seen, or nothing.
    """

    FORETELLS: Final = "foretells"
    SEEN_LOTS_ONLY: Final = "seen_lots_only"
    FORETELLS_NOTHING: Final = "foretells_nothing"
    TOO_FEW: Final = "too_few"


class NowcastOf:
    """Values of ``finding.nowcast.what``: failures (batches rejected) or releases."""

    FAILURES: Final = "failures"
    RELEASES: Final = "releases"


class RecordException:
    """Values of ``finding.record_exceptions.kind``: kind of exception."""

    MISSING_ENTRY: Final = "missing_entry"
    STEP_ORDER: Final = "step_order"
    OUTSIDE_NOR: Final = "outside_nor"
    OUTSIDE_PAR: Final = "outside_par"
    LATE_ENTRY: Final = "late_entry"
    RECONCILIATION: Final = "reconciliation"


class ReleaseStep:
    """Values of ``finding.release_steps.step``.

    Testing: to the last result; deviation: from then until the last deviation open was closed;
    review: the rest; total.
    """

    TESTING: Final = "testing"
    DEVIATION: Final = "deviation"
    REVIEW: Final = "review"
    TOTAL: Final = "total"


class ScanVerdict:
    """Values of ``finding.scan_validity.verdict``: whether a calibration may be asked about it."""

    VALID: Final = "valid"
    INVALID: Final = "invalid"
    TOO_FEW: Final = "too_few"


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


class StockVerdict:
    """Values of ``finding.lots_in_stock.verdict``.

    Whether the lot is told from a usual one at 5% over all lots in stock.
    """

    DEARER: Final = "dearer"
    AS_ANY_OTHER: Final = "as_any_other"
    SAFER: Final = "safer"


class StorageVerdict:
    """Values of ``finding.storage_temperatures.verdict``.

    Within; mean_above the limit; reading_above what USP allows as an excursion.
    """

    WITHIN: Final = "within"
    MEAN_ABOVE: Final = "mean_above"
    READING_ABOVE: Final = "reading_above"
