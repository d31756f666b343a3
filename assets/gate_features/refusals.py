"""Which features an outcome may never use, and why, in plain sentences.

Two kinds of refusal: by meaning (the quantity decides the outcome, is the same quantity by another
name, or is made from events that are the failure), whatever the gate; and by time (first known
after the last gate before the result). No score takes part in either.
"""

import polars as pl

from assets.gate_features.firewall import Admitted
from assets.gate_features.observed.observations import STAGE_NAMES
from data_contracts.codes.records import RefusalRule
from data_contracts.expressions import columns_of
from data_contracts.profile_schema.rule_names.defining_events import DEVIATION_CLASS, listed_events
from data_contracts.tables import columns, table


def refused_features(
    outcome_definitions: pl.DataFrame, features: pl.DataFrame, admitted: Admitted
) -> pl.DataFrame:
    """List every feature an outcome is refused.

    Args:
        outcome_definitions: ``core.outcome_definitions``.
        features: All features built, admitted or not (``FEATURES_SCHEMA``).
        admitted: What the firewall let through and what it did not.

    Returns:
        ``evidence.refused_features``: one row per outcome and refused feature, the strongest rule
        first: ``defines_outcome``, ``same_quantity``, ``defining_event``, ``no_availability``,
        ``not_yet_available``.
        ``first_available_gate`` is null where no batch had the value at any gate.
    """
    if outcome_definitions.is_empty() or features.is_empty():
        return table("evidence.refused_features")
    judged = features.join(first_gates(admitted.values), on="feature", how="left").join(
        admitted.unplaced.select("feature", is_unplaced=pl.lit(value=True)),
        on="feature",
        how="left",
    )
    quantities = _quantities(outcome_definitions)
    outcomes = outcome_definitions.select(
        "outcome", pl.col("title").alias("outcome_title"), "last_gate_before"
    )
    pairs = (
        judged.join(outcomes, how="cross")
        .join(quantities, on=["outcome", "measured_quantity"], how="left")
        .join(_of_events(outcome_definitions, features), on=["outcome", "feature"], how="left")
        .with_columns(rule=_rule())
        .drop_nulls("rule")
    )
    described = pairs.with_columns(reason=_reason())
    return table(
        "evidence.refused_features", described.select(columns("evidence.refused_features"))
    )


def first_gates(values: pl.DataFrame) -> pl.DataFrame:
    """Return feature, first_available_gate: the first gate at which any batch had it."""
    return values.group_by("feature").agg(first_available_gate=pl.col("gate").min())


def deciding_quantities(outcome_definitions: pl.DataFrame) -> set[str]:
    """Return every quantity that decides some outcome, or is the same as one that does."""
    return set(_quantities(outcome_definitions)["measured_quantity"])


def _quantities(outcome_definitions: pl.DataFrame) -> pl.DataFrame:
    """One row per outcome and quantity refused by meaning: outcome, measured_quantity, meaning."""
    meanings: dict[tuple[str, str], str] = {}
    for row in outcome_definitions.iter_rows(named=True):
        decides = {*columns_of(row["rule"], row["outcome"]), *_listed(row["margin_quantity"])}
        for quantity in decides | _listed(row["defining_quantities"]):
            meaning = (
                RefusalRule.DEFINES_OUTCOME if quantity in decides else RefusalRule.SAME_QUANTITY
            )
            meanings[row["outcome"], quantity] = meaning
    return pl.DataFrame(
        [(*key, meaning) for key, meaning in meanings.items()],
        schema={"outcome": pl.String, "measured_quantity": pl.String, "meaning": pl.String},
        orient="row",
    )


def _of_events(outcome_definitions: pl.DataFrame, features: pl.DataFrame) -> pl.DataFrame:
    """One row per outcome and feature made from a defining event: outcome, feature, event."""
    rows = [
        (outcome, feature, event)
        for outcome, events in outcome_definitions.select("outcome", "defining_events").iter_rows()
        for event in listed_events(events)
        for feature in features["feature"]
        if is_made_from(feature, event)
    ]
    schema = {"outcome": pl.String, "feature": pl.String, "event": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").unique(
        ["outcome", "feature"], keep="first", maintain_order=True
    )


def is_made_from(feature: str, event: str) -> bool:
    """Tell whether a feature counts or times a kind of event.

    Args:
        feature: Name of a feature.
        event: A kind of event that defines an outcome. A count of deviations counts all categories.
    """
    kind, _, rest = event.partition(".")
    if kind in ("deviation", DEVIATION_CLASS):
        return feature.startswith("deviation.")
    if kind == "equipment":
        happened, _, unit_procedure = rest.partition(".")
        where = f"equipment.{unit_procedure}." if unit_procedure else "equipment."
        ages = tuple(f".{scale}_since_{happened}" for scale in ("hours", "batches"))
        return feature.startswith(where) and feature.endswith(ages)
    if kind == "excursion":
        return feature.startswith(tuple(f"{room}.{rest}." for room in ("sensor", "environment")))
    return feature == f"{event}_h"


def _listed(names: str | None) -> set[str]:
    return {name.strip() for name in (names or "").split(",") if name.strip()}


def _rule() -> pl.Expr:
    gate, last = pl.col("first_available_gate"), pl.col("last_gate_before")
    return (
        pl.when(pl.col("meaning").is_not_null())
        .then(pl.col("meaning"))
        .when(pl.col("event").is_not_null())
        .then(pl.lit(RefusalRule.DEFINING_EVENT))
        .when(gate.is_null() & pl.col("is_unplaced").fill_null(value=False))
        .then(pl.lit(RefusalRule.NO_AVAILABILITY))
        .when(gate.is_null() | (gate > last))
        .then(pl.lit(RefusalRule.NOT_YET_AVAILABLE))
    )


def _reason() -> pl.Expr:
    name = pl.col("title")
    outcome = pl.col("outcome_title")
    gate = pl.col("first_available_gate")
    when_known = (
        pl.when(gate.is_null())
        .then(pl.lit("only after the last gate"))
        .otherwise(
            pl.format(
                "only at gate {} ({})",
                gate,
                gate.replace_strict(STAGE_NAMES, default=None, return_dtype=pl.String),
            )
        )
    )
    sentences = {
        RefusalRule.DEFINES_OUTCOME: pl.format(
            "'{}' is the result that decides '{}', so it may not predict it at any gate.",
            name,
            outcome,
        ),
        RefusalRule.SAME_QUANTITY: pl.format(
            "'{}' is the quantity that decides '{}' by another name, so it may not predict it at "
            "any gate.",
            name,
            outcome,
        ),
        RefusalRule.DEFINING_EVENT: pl.format(
            "'{}' is made from '{}', an event that is itself '{}', so it may not predict it at any "
            "gate.",
            name,
            pl.col("event"),
            outcome,
        ),
        RefusalRule.NO_AVAILABILITY: pl.format(
            "'{}' has neither a stage nor an instant: nobody can say when it was known.", name
        ),
        RefusalRule.NOT_YET_AVAILABLE: pl.format(
            "'{}' is known {}, after gate {}, the last one before the result of '{}'.",
            name,
            when_known,
            pl.col("last_gate_before"),
            outcome,
        ),
    }
    return pl.coalesce(
        pl.when(pl.col("rule") == rule).then(sentence) for rule, sentence in sentences.items()
    )
