"""Codes of what is priced and claimed, by name: generated from the contracts, not by hand.

Each class is the allowed values of one column, or of several that share them. Here belongs nothing
that a contract does not say.
"""

from typing import Final


class BoundBasis:
    """Values of ``economics.savings_upper_bounds.basis``.

    What the bound rests on: the margins, the label alone where it sees more than they do, or all
    failures on record where nothing closer can be said.
    """

    MARGINS: Final = "margins"
    LABEL: Final = "label"
    ALL_FAILURES: Final = "all_failures"


class CostBasis:
    """Values of ``economics.copq_ledger.cost_basis``.

    Whether the amount was written off for this batch, is its product's standard cost up to the
    stage it failed at, the mean of the failed batches that are on record, a price that the plant
    states, or a placeholder that came with lotwise.
    """

    RECORDED: Final = "recorded"
    STANDARD_COST: Final = "standard_cost"
    RECORDED_MEAN: Final = "recorded_mean"
    ASSUMPTION: Final = "assumption"
    PLACEHOLDER: Final = "placeholder"


class Distribution:
    """Values of ``economics.assumptions.distribution``: distribution between low and high."""

    TRIANGULAR: Final = "triangular"
    PERT: Final = "pert"
    UNIFORM: Final = "uniform"
    FIXED: Final = "fixed"


class HeadlinePart:
    """Values of ``history.headline_moves.part``: what changed."""

    NEW_BATCHES: Final = "new_batches"
    CORRECTED_RECORDS: Final = "corrected_records"
    ASSUMPTIONS: Final = "assumptions"
    MODELS: Final = "models"
    METHOD: Final = "method"
    UNSPLIT: Final = "unsplit"


class LeverBasis:
    """Values of ``economics.levers.basis``.

    Whether the claim rests on evidence, is plain arithmetic, or is refused.
    """

    EVIDENCE: Final = "evidence"
    ARITHMETIC: Final = "arithmetic"
    REFUSED: Final = "refused"


class LeverKind:
    """Values of ``economics.levers.kind``: what kind of intervention it is."""

    ALERT: Final = "alert"
    WINDOW: Final = "window"
    LOTS: Final = "lots"
    MAINTENANCE: Final = "maintenance"
    INSPECTION: Final = "inspection"
    RELEASE: Final = "release"


class LeverRefusal:
    """Values of ``economics.levers.refusal_code``.

    Why the lever is refused; null for one that is not.
    """

    COUNTED_ELSEWHERE: Final = "counted_elsewhere"
    OVERLAPS_ANOTHER_ALERT: Final = "overlaps_another_alert"
    NO_VERDICT: Final = "no_verdict"
    VERDICT: Final = "verdict"
    MODEL_STOPPED: Final = "model_stopped"
    SIGNAL_IS_A_RULE: Final = "signal_is_a_rule"
    NO_ALARM_PAYS: Final = "no_alarm_pays"
    NO_LATER_FAILURE: Final = "no_later_failure"
    PRICED_OUTCOME_FIRST: Final = "priced_outcome_first"
    NO_DRIVER: Final = "no_driver"
    NOT_ESTIMATED: Final = "not_estimated"
    NO_ROOM: Final = "no_room"
    EFFECT_NOT_USABLE: Final = "effect_not_usable"
    NO_HISTORY: Final = "no_history"
    RENEWAL_NOT_SHOWN: Final = "renewal_not_shown"
    NO_PANEL: Final = "no_panel"
    DETECTION_NOT_SHOWN: Final = "detection_not_shown"
    NOT_SCORED: Final = "not_scored"
    WRONG_RELEASE_RISK: Final = "wrong_release_risk"


class LeverState:
    """Values of ``economics.lever_adherence.state``.

    Whether the lever was held at all, held without an effect that shows yet, works, or has no value
    on record in the month.
    """

    NOT_DONE: Final = "not_done"
    DONE_NO_EFFECT_YET: Final = "done_no_effect_yet"
    WORKING: Final = "working"
    NOT_RECORDED: Final = "not_recorded"


class LiveOperation:
    """Values of ``economics.live_steps.operation``.

    What is done with the operands; figure names a result that is wanted.
    """

    INPUT: Final = "input"
    NUMBER: Final = "number"
    ADD: Final = "add"
    SUBTRACT: Final = "subtract"
    MULTIPLY: Final = "multiply"
    DIVIDE: Final = "divide"
    ABSOLUTE: Final = "absolute"
    LARGER: Final = "larger"
    SMALLER: Final = "smaller"
    AT_LEAST: Final = "at_least"
    EITHER: Final = "either"
    CHOOSE: Final = "choose"
    FIGURE: Final = "figure"


class LiveTopic:
    """Values of ``economics.live_inputs.topic``: what kind of number it is."""

    PRICE: Final = "price"
    QUANTITY: Final = "quantity"
    RATE: Final = "rate"
    TIME: Final = "time"
    EFFECT: Final = "effect"


class NegativeControl:
    """Values of ``economics.negative_controls.control``.

    The parameter's values dealt to other lots of the product, or the value of the next batch of the
    product, the batch's own held.
    """

    DEALT_TO_OTHER_LOTS: Final = "dealt_to_other_lots"
    NEXT_BATCH: Final = "next_batch"


class PriceOrigin:
    """Values of ``economics.assumptions.origin``: whose number it is."""

    SITE: Final = "site"
    PLACEHOLDER: Final = "placeholder"
    METHOD: Final = "method"
    SIMULATED_PLANT: Final = "simulated_plant"
    RECORDS: Final = "records"


class PricedMeasure:
    """Values of ``economics.price_shares.priced``: what its share is of."""

    NET_PRESENT_VALUE: Final = "net_present_value"
    YEARLY_LOSS: Final = "yearly_loss"


class RateComparison:
    """Values of ``history.failure_rate_moves.comparison``: what is compared."""

    NEW_BATCHES: Final = "new_batches"
    LAST_YEAR: Final = "last_year"


class RatePart:
    """Values of ``history.failure_rate_moves.part``: what moved the rate."""

    MIX: Final = "mix"
    RATE: Final = "rate"
    TOTAL: Final = "total"


class Scenario:
    """Values of ``economics.cash_by_year.scenario``: scenario of the assumptions."""

    CONSERVATIVE: Final = "conservative"
    BASE: Final = "base"
    OPTIMISTIC: Final = "optimistic"


class WindowEstimator:
    """Values of ``economics.window_effects.estimator``: how it was estimated."""

    G_COMPUTATION: Final = "g_computation"
    DOUBLY_ROBUST: Final = "doubly_robust"


class WindowTarget:
    """Values of ``economics.window_effects.target``.

    Difference expected of the process, the same as a share of failures, or the difference on these
    very batches.
    """

    EXPECTED: Final = "expected"
    EXPECTED_SHARE: Final = "expected_share"
    LEDGER: Final = "ledger"
