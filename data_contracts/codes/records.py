"""Codes of records, models and findings, by name: generated from the contracts, not by hand.

Each class is the allowed values of one column, or of several that share them. Here belongs nothing
that a contract does not say.
"""

from typing import Final


class CapaVerdict:
    """Values of ``finding.capa_effectiveness.verdict``: what the series allows one to say."""

    FEWER_AFTER: Final = "fewer_after"
    MORE_AFTER: Final = "more_after"
    NO_CHANGE_SHOWN: Final = "no_change_shown"
    TOO_SHORT: Final = "too_short"
    NOT_IN_FORCE: Final = "not_in_force"


class CrossCheckSeverity:
    """Values of ``evidence.cross_checks.severity``.

    Whether somebody should look, or it is only noted.
    """

    WARNING: Final = "warning"
    NOTE: Final = "note"


class Disposition:
    """Values of ``raw.batches.disposition``.

    Decision of the quality unit on the batch; pending until it has decided.
    """

    RELEASED: Final = "released"
    REJECTED: Final = "rejected"
    REWORKED: Final = "reworked"
    PENDING: Final = "pending"


class DriverDirection:
    """Values of ``finding.drivers.direction``.

    Which values go with failure: higher, lower, outside a window, or mixed.
    """

    HIGHER: Final = "higher"
    LOWER: Final = "lower"
    WINDOW: Final = "window"
    MIXED: Final = "mixed"


class EquipmentEvent:
    """Values of ``raw.equipment_events.event``: kind of event."""

    MAINTENANCE: Final = "maintenance"
    CALIBRATION: Final = "calibration"
    CLEANING: Final = "cleaning"
    BREAKDOWN: Final = "breakdown"
    PART_CHANGE: Final = "part_change"


class ExplanationMethod:
    """Values of ``finding.explanation_backtest.method``: how parameters were ranked."""

    CONTRAST: Final = "contrast"
    MODEL: Final = "model"
    UNUSUAL: Final = "unusual"
    UNIVARIATE: Final = "univariate"
    CHANCE: Final = "chance"


class FeatureKind:
    """Values of ``feature.dictionary.kind``: kind of record the feature comes from."""

    PARAMETER: Final = "parameter"
    SENSOR: Final = "sensor"
    LAB: Final = "lab"
    MATERIAL: Final = "material"
    DEVIATION: Final = "deviation"
    EQUIPMENT: Final = "equipment"
    CAMPAIGN: Final = "campaign"
    ENVIRONMENT: Final = "environment"
    PRODUCT: Final = "product"


class FeatureType:
    """Values of ``feature.dictionary.data_type``: whether the feature has values or levels."""

    NUMERIC: Final = "numeric"
    CATEGORICAL: Final = "categorical"


class FitStatus:
    """Values of ``finding.weibull_fits.status``: whether there is a fit, and if not why."""

    FITTED: Final = "fitted"
    NO_EVENTS: Final = "no_events"
    TOO_FEW_EVENTS: Final = "too_few_events"
    NO_RECORDS: Final = "no_records"


class GenealogyKind:
    """Values of ``raw.genealogy.kind``.

    How the one became the other; use is a lot weighed into a batch.
    """

    USE: Final = "use"
    INTERMEDIATE: Final = "intermediate"
    SPLIT: Final = "split"
    BLEND: Final = "blend"
    REWORK: Final = "rework"
    REPROCESS: Final = "reprocess"


class GenealogyNode:
    """Values of ``raw.genealogy.descendant_type``: whether what was made is a batch or a lot."""

    BATCH: Final = "batch"
    LOT: Final = "lot"


class HoldVerdict:
    """Values of ``finding.hold_times.verdict``: what is said of the hold."""

    TOO_FEW_EVENTS: Final = "too_few_events"
    NOT_SHOWN: Final = "not_shown"
    LONGER_IS_RISKIER: Final = "longer_is_riskier"
    SHORTER_IS_RISKIER: Final = "shorter_is_riskier"


class LaterStanding:
    """Values of ``finding.precursors.later_standing``.

    Whether the window chosen on the earlier half of the batches alone stands out on the later half
    too; leading findings only.
    """

    HELD: Final = "held"
    NOT_HELD: Final = "not_held"
    TOO_FEW_TO_TELL: Final = "too_few_to_tell"


class LeakLikeness:
    """Values of ``evidence.leak_questions.likeness``.

    What is odd about it: it foretells nearly all of a margin, most of it, or ranks failures nearly
    perfectly.
    """

    NEAR_COPY: Final = "near_copy"
    FOLLOWS_RESULT: Final = "follows_result"
    RANKS_FAILURES: Final = "ranks_failures"


class MarginBound:
    """Values of ``core.outcome_margins.bound``.

    What a margin that rests on a result at a reporting limit says of the true one, that it is at
    least or at most as large, or neither; null where it was measured.
    """

    AT_LEAST: Final = "at_least"
    AT_MOST: Final = "at_most"
    NEITHER: Final = "neither"


class OutcomeSeverity:
    """Values of ``core.outcome_definitions.severity``.

    What a failure by the outcome costs the plant. A lost batch is priced; one that is reworked,
    deviates, leaves its trend or is late is told and not priced as lost.
    """

    LOST: Final = "lost"
    REWORKED: Final = "reworked"
    DEVIATED: Final = "deviated"
    OUT_OF_TREND: Final = "out_of_trend"
    LATE: Final = "late"


class OutcomeStatus:
    """Values of ``core.outcomes.status``.

    Whether the outcome is known, still to come, or was never measured.
    """

    KNOWN: Final = "known"
    PENDING: Final = "pending"
    NOT_MEASURED: Final = "not_measured"


class PlantedWorth:
    """Values of ``evidence.power.worth``.

    What each planted cause was worth, as failures that holding it out of its worst tenth would
    prevent.
    """

    ONE_A_YEAR: Final = "one_a_year"
    TENTH_OF_FAILURES: Final = "tenth_of_failures"
    QUARTER_OF_FAILURES: Final = "quarter_of_failures"
    HALF_OF_FAILURES: Final = "half_of_failures"


class PredictionSet:
    """Values of ``model.batch_scores.foretold``.

    The result that could not be ruled out at 90% coverage in each class; undecided where both or
    neither could.
    """

    GOOD: Final = "good"
    FAILED: Final = "failed"
    UNDECIDED: Final = "undecided"


class RefusalRule:
    """Values of ``evidence.refused_features.rule``: rule by which the feature is refused."""

    DEFINES_OUTCOME: Final = "defines_outcome"
    SAME_QUANTITY: Final = "same_quantity"
    DEFINING_EVENT: Final = "defining_event"
    NOT_YET_AVAILABLE: Final = "not_yet_available"
    NO_AVAILABILITY: Final = "no_availability"


class RefutationResult:
    """Values of ``finding.refutations.result``: whether the claim survived the attempt."""

    SURVIVED: Final = "survived"
    BROKEN: Final = "broken"
    NOT_APPLICABLE: Final = "not_applicable"


class RelevanceReason:
    """Values of ``finding.relevance.reason_code``.

    Why it is not named, the first that holds in this order.
    """

    NAMED: Final = "named"
    DEFINES_OUTCOME: Final = "defines_outcome"
    NOT_YET_AVAILABLE: Final = "not_yet_available"
    LEAK_QUESTION: Final = "leak_question"
    TOO_FEW: Final = "too_few"
    CONFOUNDED: Final = "confounded"
    NOT_SIGNIFICANT: Final = "not_significant"
    UNSTABLE: Final = "unstable"
    FOLLOWS_ANOTHER: Final = "follows_another"
    NO_PROCESS_SIGNAL: Final = "no_process_signal"
    NOT_LEADING: Final = "not_leading"


class ReplacementVerdict:
    """Values of ``finding.replacement_intervals.verdict``: what is told to a planner."""

    TOO_FEW_EVENTS: Final = "too_few_events"
    NOT_PRICED: Final = "not_priced"
    RUN_TO_FAILURE: Final = "run_to_failure"
    NO_WEAR: Final = "no_wear"
    WEAR_NOT_SHOWN: Final = "wear_not_shown"
    KEEP_INTERVAL: Final = "keep_interval"
    RENEW_EARLIER: Final = "renew_earlier"
    RENEW_LATER: Final = "renew_later"


class RuleKind:
    """Values of ``finding.rules.kind``: failures of the outcome, or batches close to a limit."""

    FAILURE: Final = "failure"
    THIN_MARGIN: Final = "thin_margin"


class RuleStatus:
    """Values of ``finding.rules.status``.

    Whether it held on the later batches as it was discovered; not testable where it covers none of
    them, or their outcomes can be rearranged in too few ways.
    """

    CONFIRMED: Final = "confirmed"
    NOT_CONFIRMED: Final = "not_confirmed"
    NOT_TESTABLE: Final = "not_testable"


class SearchVerdict:
    """Values of ``finding.precursor_searches.verdict``: what came of the search."""

    FOUND: Final = "found"
    NONE_FOUND: Final = "none_found"
    NO_EVENTS: Final = "no_events"
    TOO_FEW_FAILURES: Final = "too_few_failures"
    TOO_FEW_EXPOSED: Final = "too_few_exposed"
    TOO_FEW_ARRANGEMENTS: Final = "too_few_arrangements"


class SensorFault:
    """Values of ``evidence.sensor_faults.fault``.

    Kind of fault: flatline (flat for a fifth of the phase longer than the tag is in nine batches of
    ten), spike (readings alone above or below both neighbours), gap (time without a usable
    reading), repeated_instants (no later than the reading before), unit_slip (the level of another
    unit), clock_skew (all tags of the equipment begin late, or all end early).
    """

    FLATLINE: Final = "flatline"
    SPIKE: Final = "spike"
    GAP: Final = "gap"
    REPEATED_INSTANTS: Final = "repeated_instants"
    UNIT_SLIP: Final = "unit_slip"
    CLOCK_SKEW: Final = "clock_skew"


class StartPrecision:
    """Values of ``raw.batches.started_at_precision``.

    How exactly the start is known: to the instant, the day, the month, or only by production order.
    """

    INSTANT: Final = "instant"
    DAY: Final = "day"
    MONTH: Final = "month"
    ORDER: Final = "order"


class Validation:
    """Values of ``model.predictions.validation``.

    How training and test were separated; only rolling_origin is evidence.
    """

    ROLLING_ORIGIN: Final = "rolling_origin"
    RANDOM_CROSS_VALIDATION: Final = "random_cross_validation"


class Verdict:
    """Values of ``model.batch_scores.verdict``.

    Verdict of that version; without process_signal the score is for the record only.
    """

    PROCESS_SIGNAL: Final = "process_signal"
    PRODUCT_MIX_ONLY: Final = "product_mix_only"
    NO_SIGNAL: Final = "no_signal"
    LEAK_SUSPECTED: Final = "leak_suspected"
    TOO_FEW_FAILURES: Final = "too_few_failures"
    NOT_APPLICABLE: Final = "not_applicable"


class VerdictRoute:
    """Values of ``model.verdicts.route``.

    What a process signal rests on: a model of the margins, of how widely they spread, or of the
    label, or a rule confirmed on later batches; null without a process signal.
    """

    MARGIN_MODEL: Final = "margin_model"
    SPREAD_MODEL: Final = "spread_model"
    LABEL_MODEL: Final = "label_model"
    RULE: Final = "rule"
