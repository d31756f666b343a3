"""What is investigated: the tables, and of each outcome its matrix and its results."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from assets.batch_matrix.gate_matrix import GateMatrix, gate_matrix
from assets.batch_matrix.outcome_panel import (
    OutcomeDefinition,
    OutcomeLabels,
    definitions,
    outcome_labels,
)

WHOLE = "failure"


@dataclass(frozen=True)
class CardInputs:
    """The tables cards are made from, by their names in the warehouse."""

    gate_values: pl.DataFrame
    dictionary: pl.DataFrame
    batch_gates: pl.DataFrame
    outcomes: pl.DataFrame
    outcome_definitions: pl.DataFrame
    withheld_features: pl.DataFrame
    batch_scores: pl.DataFrame
    material_usage: pl.DataFrame
    deviations: pl.DataFrame
    rules: pl.DataFrame
    rule_batches: pl.DataFrame


@dataclass(frozen=True)
class InvestigatedOutcome:
    """One outcome as it stood at the last gate before its result.

    Attributes:
        definition: What it is.
        matrix: What was known at that gate, withheld features left out.
        labels: Its results, aligned to the matrix.
    """

    definition: OutcomeDefinition
    matrix: GateMatrix
    labels: OutcomeLabels


def investigated_outcomes(inputs: CardInputs) -> Iterator[InvestigatedOutcome]:
    """Yield the outcome ``failure`` where there is one, whose modes are the same batches again."""
    defined = definitions(inputs.outcome_definitions)
    for one in [each for each in defined if each.outcome == WHOLE] or defined:
        matrix = gate_matrix(
            inputs.gate_values, inputs.dictionary, inputs.batch_gates, one.last_gate_before
        )
        matrix = matrix.allowed(inputs.withheld_features, one.outcome)
        labels = outcome_labels(inputs.outcomes, one.outcome, matrix.batch_ids)
        yield InvestigatedOutcome(one, matrix, labels)
