"""All features of a source put together and passed through the firewall, once.

The order of sources does not matter: a feature belongs to one source.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from assets.gate_features.dictionary import dictionary
from assets.gate_features.firewall import admit
from assets.gate_features.inherited.ancestor_batches import ancestor_batch_features
from assets.gate_features.inherited.ancestor_lots import ancestor_lot_features
from assets.gate_features.inherited.ancestry import ancestry, goes_beyond
from assets.gate_features.observed.context import context_features
from assets.gate_features.observed.deviations import deviation_features
from assets.gate_features.observed.equipment import equipment_features
from assets.gate_features.observed.laboratory import inspection_features, laboratory_features
from assets.gate_features.observed.materials import material_features, weighing_features
from assets.gate_features.observed.observations import Observations, together
from assets.gate_features.observed.parameters import parameter_features
from assets.gate_features.observed.sensors import sensor_features
from assets.gate_features.observed.timeline import timeline_features
from assets.gate_features.refusals import deciding_quantities, refused_features


@dataclass(frozen=True)
class CoreRecords:
    """The core tables features are built from, each whole, as of the as-of date."""

    batches: pl.DataFrame
    phases: pl.DataFrame
    parameters: pl.DataFrame
    lab_results: pl.DataFrame
    deviations: pl.DataFrame
    material_usage: pl.DataFrame
    material_attributes: pl.DataFrame
    weighings: pl.DataFrame
    inspections: pl.DataFrame
    equipment_events: pl.DataFrame
    sensor_tags: pl.DataFrame
    sensor_phase_features: pl.DataFrame
    genealogy_edges: pl.DataFrame
    genealogy_trace: pl.DataFrame
    outcomes: pl.DataFrame
    outcome_margins: pl.DataFrame


def gate_features(
    records: CoreRecords,
    batch_gates: pl.DataFrame,
    outcome_definitions: pl.DataFrame,
    *,
    quantity_stages: Mapping[str, int] | None = None,
) -> dict[str, pl.DataFrame]:
    """Build every feature of every batch and decide at which gate it became available.

    Args:
        records: The core tables.
        batch_gates: ``feature.batch_gates``.
        outcome_definitions: ``core.outcome_definitions``.
        quantity_stages: Stages (1 to 7) before which a quantity is not available, whatever stage
            its records carry, by its name in the source.

    Returns:
        ``feature.gate_values``, ``feature.dictionary`` and ``evidence.refused_features`` by name.

    Raises:
        ContractError: A column that would become a feature has no availability.
    """
    unit_procedures = records.phases.get_column("unit_procedure").unique().sort().to_list()
    observed = together(
        [
            context_features(records.batches),
            parameter_features(records.parameters, unit_procedures),
            laboratory_features(records.lab_results),
            inspection_features(records.inspections),
            material_features(records.material_usage, records.material_attributes),
            weighing_features(records.weighings),
            deviation_features(records.deviations, batch_gates, records.phases),
            timeline_features(records.phases),
            equipment_features(records.phases, records.equipment_events),
            sensor_features(records.sensor_phase_features, records.sensor_tags),
            *_inherited(records, batch_gates, deciding_quantities(outcome_definitions)),
        ]
    )
    observed = _held_back(observed, quantity_stages or {})
    admitted = admit(observed.values, batch_gates)
    return {
        "feature.gate_values": admitted.values,
        "feature.dictionary": dictionary(observed.features, admitted.values, observed.values),
        "evidence.refused_features": refused_features(
            outcome_definitions, observed.features, admitted
        ),
    }


def _inherited(
    records: CoreRecords, batch_gates: pl.DataFrame, deciding: set[str]
) -> list[Observations]:
    if not goes_beyond(records.genealogy_edges, records.material_usage):
        return []
    ancestors = ancestry(records.batches, records.genealogy_edges, records.genealogy_trace)
    return [
        ancestor_lot_features(ancestors, records.material_attributes, records.material_usage),
        ancestor_batch_features(
            ancestors,
            records.parameters,
            records.lab_results,
            records.outcomes,
            records.outcome_margins,
            batch_gates,
            deciding,
        ),
    ]


def _held_back(observed: Observations, quantity_stages: Mapping[str, int]) -> Observations:
    """Move quantities to the stage the profile says they are available at, never earlier."""
    if not quantity_stages:
        return observed
    held = observed.features.select(
        "feature",
        held_stage=pl.col("measured_quantity").replace_strict(
            dict(quantity_stages), default=None, return_dtype=pl.Int64
        ),
    ).drop_nulls()
    values = (
        observed.values.join(held, on="feature", how="left", maintain_order="left")
        .with_columns(stage=pl.max_horizontal("stage", "held_stage"))
        .drop("held_stage")
    )
    return Observations(values, observed.features)
