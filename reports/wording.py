"""What words a reader sees for the codes in the tables.

Only vocabulary lives here: verdicts, rungs of the ladder, stages, rules, measures. A code without
an entry is shown as itself, with underscores as spaces, so a new code never breaks a page.
"""

from data_contracts.codes.money import (
    HeadlinePart,
    NegativeControl,
    PriceOrigin,
    RateComparison,
    Scenario,
)
from data_contracts.codes.records import (
    DriverDirection,
    ExplanationMethod,
    LaterStanding,
    LeakLikeness,
    PlantedWorth,
    RefusalRule,
    ReplacementVerdict,
    Validation,
    Verdict,
    VerdictRoute,
)

STAGES = {
    1: "raw material receipt",
    2: "dispensing",
    3: "formulation",
    4: "processing",
    5: "packaging",
    6: "quality control",
    7: "release",
}
SHORT_STAGES = {
    1: "receipt",
    2: "dispensing",
    3: "formulation",
    4: "processing",
    5: "packaging",
    6: "QC",
    7: "release",
}
VERDICT_MEANINGS = {
    Verdict.PROCESS_SIGNAL: "Records made before the result foretell failures on later batches "
    "better than product identity alone.",
    Verdict.PRODUCT_MIX_ONLY: "Which product is made says something about failures; how it was "
    "made adds nothing that could be told from chance.",
    Verdict.NO_SIGNAL: "Nothing recorded before the result foretold failures on later batches.",
    Verdict.LEAK_SUSPECTED: "A column foretells the result as hardly a process can. Whether it is "
    "measured before the result is for its owner to say; nothing is concluded until then.",
    Verdict.TOO_FEW_FAILURES: "There are too few independent failures to say either way.",
    Verdict.NOT_APPLICABLE: "The result itself is known at this gate, so there is nothing to "
    "foretell.",
}
# What is asked for where nothing is claimed, by verdict; any other asks for more records.
NEXT_STEPS = {
    Verdict.LEAK_SUSPECTED: "Answer first whether the column named is measured before the result.",
    Verdict.TOO_FEW_FAILURES: "More batches are needed before anything can be told from chance.",
    Verdict.NO_SIGNAL: "Record finer what no stage records yet.",
    Verdict.PRODUCT_MIX_ONLY: "Record finer how each product is made.",
}
SIMULATED_SOURCES = frozenset({"virtual_plant", "sterile_vials"})
MODELS = {
    "base_rate": "base rate",
    "product_only": "product only",
    "best_single_parameter": "best single parameter",
    "penalised_logistic": "penalised logistic",
    "boosted_trees": "boosted trees",
    "lines_on_margins": "lines on margins",
    "lines_and_trees_on_margins": "lines and trees on margins",
    Validation.ROLLING_ORIGIN: "forward in time",
    Validation.RANDOM_CROSS_VALIDATION: "random cross-validation",
}
SCENARIOS = {
    Scenario.CONSERVATIVE: "Conservative",
    Scenario.BASE: "Base",
    Scenario.OPTIMISTIC: "Optimistic",
}
MEASURES = {
    "baseline_failures_per_year": "Failures a year at present",
    "baseline_loss_usd_per_year": "Cost of failures a year at present",
    "baseline_avoidable_loss_usd_per_year": "Of that, avoidable cash",
    "prevented_failures_per_year": "Failures prevented a year",
    "annual_savings_usd": "Annual savings, before the programme's cost",
    "annual_programme_cost_usd": "Programme's cost a year, false alarms included",
    "annual_net_savings_usd": "Annual net savings",
    "annual_allocated_cost_freed_usd": "Allocated cost set free (not cash)",
    "first_year_net_savings_usd": "Net savings in the first year",
    "npv_usd": "Net present value",
    "npv_positive_prob": "Probability that it pays (NPV above zero)",
    "break_even_effect_share": "Share of these savings that would just pay for it",
    "annual_savings_shapley_usd": "Annual savings by Shapley's allocation",
    "payback_months": "Payback, months",
    "never_pays_back_share": "Share of draws that never pay back",
    "implementation_cost_usd": "Implementation cost",
    "irr": "Internal rate of return",
    "irr_undefined_share": "Share of draws without a rate of return",
}
STATISTICS = {
    "margin_gain_over_product": "share of the margin's variation explained beyond product",
    "squared_residual_gain": "share of the variation in spread explained",
    "log_score_gain_over_product": "share of product's log loss taken away",
    "product_gain_over_base_rate": "share of variation that product explains",
}
RANKING_METHODS = {
    ExplanationMethod.CONTRAST: "the lines of its page: contributions against good batches",
    ExplanationMethod.MODEL: "the model's contributions",
    ExplanationMethod.UNUSUAL: "what was unusual beside good batches",
    ExplanationMethod.UNIVARIATE: "each parameter alone, on earlier failures",
    ExplanationMethod.CHANCE: "chance",
}
LIKENESSES = {
    LeakLikeness.NEAR_COPY: "nearly a copy of the result",
    LeakLikeness.FOLLOWS_RESULT: "follows the result closely",
    LeakLikeness.RANKS_FAILURES: "ranks failures nearly perfectly",
}
CONTROLS = {
    NegativeControl.DEALT_TO_OTHER_LOTS: "its own values, dealt to other lots",
    NegativeControl.NEXT_BATCH: "its value in the next batch",
}
ROUTES = {
    VerdictRoute.MARGIN_MODEL: "a model of the margins",
    VerdictRoute.SPREAD_MODEL: "a model of how widely the margins spread",
    VerdictRoute.LABEL_MODEL: "a model of the failures themselves",
    VerdictRoute.RULE: "a rule that held on later batches",
}
REFUSALS = {
    RefusalRule.DEFINES_OUTCOME: "It defines the outcome",
    RefusalRule.SAME_QUANTITY: "It is the same quantity by another name",
    RefusalRule.NOT_YET_AVAILABLE: "It is not yet known at the gate",
    RefusalRule.NO_AVAILABILITY: "Nobody has said when it is known",
}
TIERS = {1: "monitoring and alerting", 2: "accept or reject decisions", 3: "process control"}
DIRECTIONS = {
    DriverDirection.HIGHER: "higher is riskier",
    DriverDirection.LOWER: "lower is riskier",
    DriverDirection.WINDOW: "risky outside a window",
    DriverDirection.MIXED: "depends on other conditions",
}
REPLACEMENT_VERDICTS = {
    ReplacementVerdict.TOO_FEW_EVENTS: "too few events",
    ReplacementVerdict.NOT_PRICED: "no price",
    ReplacementVerdict.RUN_TO_FAILURE: "run to failure",
    ReplacementVerdict.NO_WEAR: "speaks for no renewal",
    ReplacementVerdict.WEAR_NOT_SHOWN: "wear not shown: keep",
    ReplacementVerdict.KEEP_INTERVAL: "keep the interval",
    ReplacementVerdict.RENEW_EARLIER: "renew earlier",
    ReplacementVerdict.RENEW_LATER: "renew later",
}
LATER_STANDINGS = {
    LaterStanding.HELD: "seen again",
    LaterStanding.NOT_HELD: "not seen again",
    LaterStanding.TOO_FEW_TO_TELL: "too few to tell",
}
HEADLINE_PARTS = {
    HeadlinePart.NEW_BATCHES: "New batches and results",
    HeadlinePart.CORRECTED_RECORDS: "Corrected records",
    HeadlinePart.ASSUMPTIONS: "Changed assumptions",
    HeadlinePart.MODELS: "New models",
    HeadlinePart.METHOD: "Changed method",
    HeadlinePart.UNSPLIT: "All together",
}
RATE_COMPARISONS = {
    RateComparison.LAST_YEAR: "The last year",
    RateComparison.NEW_BATCHES: "Batches since the last run",
}
PLANTED_WORTHS = {
    PlantedWorth.ONE_A_YEAR: "one failure a year",
    PlantedWorth.TENTH_OF_FAILURES: "a tenth of the failures on record",
    PlantedWorth.QUARTER_OF_FAILURES: "a quarter of the failures on record",
    PlantedWorth.HALF_OF_FAILURES: "half of the failures on record",
}
PRICE_ORIGINS = {
    PriceOrigin.SITE: "the plant's own",
    PriceOrigin.PLACEHOLDER: "a placeholder",
    PriceOrigin.METHOD: "a convention of the method",
    PriceOrigin.SIMULATED_PLANT: "the simulated plant's own",
    PriceOrigin.RECORDS: "counted from records",
}
# The words for a failure mode of economics.copq_ledger, in a query over it.
MODE_TITLE_SQL = """coalesce((SELECT any_value(o.title) FROM core.outcome_definitions AS o
  WHERE o.outcome = failure_mode), replace(nullif(failure_mode, 'unknown'), '_', ' '),
  'mode unknown')"""
UNITS = {"USD": "USD", "USD/year": "USD a year", "probability": "", "share": ""}


def phrase(code: object, vocabulary: dict[str, str] | None = None) -> str:
    """Return the words for a code: its entry, or itself with spaces for underscores."""
    if code is None:
        return ""
    return (vocabulary or {}).get(str(code), str(code).replace("_", " "))


def stage(number: object) -> str:
    """Return ``stage 4 (processing)``; "stage unknown" when the stage is not recorded."""
    if number is None:
        return "stage unknown"
    place = int(float(str(number)))
    return f"stage {place} ({STAGES.get(place, 'unnamed')})"


def event_name(code: object) -> str:
    """Return an event type in words: ``deviation.weighing`` is "weighing deviation"."""
    return " then ".join(_one_event(part) for part in str(code).split(" > "))


def _one_event(code: str) -> str:
    kind, _, rest = code.partition(".")
    named = rest.replace("_", " ")
    if kind == "equipment":
        happened, _, unit = named.partition(".")
        return f"{happened} ({unit})" if unit else happened
    if kind == "excursion":
        unit, _, tag = named.partition(".")
        return f"excursion of {tag} in {unit}"
    return f"{named} {kind}" if kind == "deviation" else f"long {kind} {named}"
