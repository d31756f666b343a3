"""What words a reader sees for the codes in the tables.

Only vocabulary lives here: verdicts, rungs of the ladder, stages, rules, measures. A code without
an entry is shown as itself, with underscores as spaces, so a new code never breaks a page.
"""

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
VERDICTS = {
    "process_signal": "process signal",
    "product_mix_only": "product mix only",
    "no_signal": "no signal",
    "leak_suspected": "leak suspected",
    "too_few_failures": "too few failures",
    "not_applicable": "not applicable",
}
VERDICT_MEANINGS = {
    "process_signal": "Records made before the result foretell failures on later batches better "
    "than product identity alone.",
    "product_mix_only": "Which product is made says something about failures; how it was made "
    "adds nothing that could be told from chance.",
    "no_signal": "Nothing recorded before the result foretold failures on later batches.",
    "leak_suspected": "The models are better than any process could be: a result seems to have "
    "slipped into its own prediction. Nothing is concluded until it is found.",
    "too_few_failures": "There are too few independent failures to say either way.",
    "not_applicable": "The result itself is known at this gate, so there is nothing to foretell.",
}
# What is asked for where nothing is claimed, by verdict; any other asks for more records.
NEXT_STEPS = {
    "leak_suspected": "Find first how a result slipped into its own prediction.",
    "too_few_failures": "More batches are needed before anything can be told from chance.",
    "no_signal": "Record finer what no stage records yet.",
    "product_mix_only": "Record finer how each product is made.",
}
SIMULATED_SOURCES = frozenset({"virtual_plant", "sterile_vials"})
MODELS = {
    "base_rate": "base rate",
    "product_only": "product only",
    "best_single_parameter": "best single parameter",
    "penalised_logistic": "penalised logistic",
    "boosted_trees": "boosted trees",
    "ridge_on_margins": "ridge on margins",
    "boosted_trees_on_margins": "boosted trees on margins",
    "ridge_and_trees_on_margins": "ridge and trees on margins",
    "rolling_origin": "forward in time",
    "random_cross_validation": "random cross-validation",
}
SCENARIOS = {"conservative": "Conservative", "base": "Base", "optimistic": "Optimistic"}
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
    "model": "the model's contributions",
    "unusual": "what was unusual beside good batches",
    "univariate": "each parameter alone, on earlier failures",
    "chance": "chance",
}
REFUSALS = {
    "defines_outcome": "It defines the outcome",
    "same_quantity": "It is the same quantity by another name",
    "not_yet_available": "It is not yet known at the gate",
    "no_availability": "Nobody has said when it is known",
}
TIERS = {1: "monitoring and alerting", 2: "automated inspection", 3: "process control"}
DIRECTIONS = {
    "higher": "higher is riskier",
    "lower": "lower is riskier",
    "window": "risky outside a window",
    "mixed": "depends on other conditions",
}
REPLACEMENT_VERDICTS = {
    "too_few_events": "too few events",
    "not_priced": "no price stated",
    "run_to_failure": "run to failure",
    "no_wear": "speaks for no renewal",
    "wear_not_shown": "wear not shown: keep",
    "keep_interval": "keep the interval",
    "renew_earlier": "renew earlier",
    "renew_later": "renew later",
}
LATER_STANDINGS = {
    "held": "seen again",
    "not_held": "not seen again",
    "too_few_to_tell": "too few to tell",
}
# The words for a failure mode of economics.copq_ledger, in a query over it.
MODE_TITLE_SQL = """coalesce((SELECT any_value(o.title) FROM core.outcome_definitions AS o
  WHERE o.outcome = failure_mode), replace(failure_mode, '_', ' '), 'mode unknown')"""
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
