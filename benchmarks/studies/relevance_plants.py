"""Plants with 300 idle features and five causes, in four worlds, and the same without the causes.

What makes idle features look guilty is there: results and features that wander, drifts that both
share, lots that carry an attribute and a luck of their own, and settings moved after bad results.
"""

from typing import Any

import numpy as np

from assets.batch_matrix.gate_matrix import GateMatrix
from assets.batch_matrix.outcome_panel import OutcomeDefinition, OutcomePanel
from assets.batch_matrix.past_results import results_of
from assets.failure_models.dataset.shared_fits import SharedFits
from assets.failure_models.relevance.outcome_associations import (
    OutcomeAssociations,
    outcome_associations,
)
from assets.failure_models.relevance.why_unnamed import LARGEST_RATE
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.resampling.multiplicity import false_discovery_rates

KINDS = ("plain", "wandering", "drift", "answering")
BATCHES, IDLE, GROUP, CAUSES, PRODUCTS, LOT = 600, 300, 5, 5, 3, 4
SLOPE = 0.25
MEMORY = 0.9
FAILED = 0.05


def plant(kind: str, seed: int, *, has_causes: bool) -> tuple[GateMatrix, OutcomePanel]:
    """Make one plant; its first five columns are the causes, or idle ones in their place."""
    rng = np.random.default_rng([KINDS.index(kind), seed, has_causes])
    product = rng.integers(PRODUCTS, size=BATCHES)
    lot = np.repeat(np.arange(BATCHES // LOT + 1), LOT)[:BATCHES]
    common = rng.normal(size=(BATCHES, IDLE // GROUP)).repeat(GROUP, axis=1)
    idle = 0.8 * common + 0.6 * rng.normal(size=(BATCHES, IDLE))
    of_lots = np.arange(0, IDLE, 3)  # a third of them are attributes of lots
    idle[:, of_lots] = rng.normal(size=(lot.max() + 1, of_lots.size))[lot]
    causes = rng.normal(size=(BATCHES, CAUSES))
    noise = rng.normal(size=BATCHES) + 0.7 * rng.normal(size=lot.max() + 1)[lot]
    if kind == "wandering":
        idle, causes, noise = _wandering(idle), _wandering(causes), _wandering(noise[:, None])[:, 0]
    if kind == "drift":
        time = np.linspace(-1, 1, BATCHES)
        idle += 2 * time[:, None] * rng.normal(size=IDLE)
        noise += 2 * time
    if kind == "answering":  # results wander, and the last one sets half of the idle features
        noise = _wandering(noise[:, None])[:, 0]
    within = noise - has_causes * SLOPE * float(noise.std()) * causes.sum(axis=1)
    if kind == "answering":
        before = np.r_[0.0, within[:-1]]
        idle[:, ::2] += (before / before.std())[:, None]
    result = within + 1.5 * rng.normal(size=PRODUCTS)[product]
    idle += 1.5 * rng.normal(size=(PRODUCTS, IDLE))[product]
    return _matrix(np.hstack([causes, idle]), product, lot), _panel(result)


def _wandering(values: FloatArray) -> FloatArray:
    """Each batch begins where the last ended, but for a tenth: autoregressive, of unit spread."""
    found = values.copy()
    for row in range(1, len(values)):
        found[row] = MEMORY * found[row - 1] + np.sqrt(1 - MEMORY**2) * values[row]
    return np.asarray(found)


def _matrix(values: FloatArray, product: IntArray, lot: IntArray) -> GateMatrix:
    names = [f"x{i:03d}" for i in range(values.shape[1])]
    order = np.arange(len(values))
    return GateMatrix(
        gate=5,
        batch_ids=[f"B{i}" for i in order],
        production_order=order,
        gate_at=order.astype(float),
        cluster=lot,
        half=lot % 2,
        product=product,
        product_names=[f"P{i}" for i in product],
        columns=names,
        features=names,
        values=values,
        identity_columns=[],
        identity=np.empty((len(values), 0)),
    )


def _panel(result: FloatArray) -> OutcomePanel:
    margin = (result - np.quantile(result, FAILED)) / result.std()
    return OutcomePanel(
        label=(margin < 0).astype(float),
        known_at=np.arange(margin.size, dtype=float),
        definition=OutcomeDefinition("failure", "Failure", False, 6, 5),
        quantities=["assay"],
        margins=margin[:, None],
        bounds=margin[:, None],
        side=np.zeros((margin.size, 1), dtype=np.int64),
        censored_share={"assay": 0.0},
    )


def relevance_marks(kind: str, seed: int) -> dict[str, Any]:
    """Tell relevance on one plant with causes and on one without, and mark it by the truth."""
    row: dict[str, Any] = {"kind": kind, "seed": seed}
    for name, has_causes in (("", True), ("null_", False)):
        matrix, panel = plant(kind, seed, has_causes=has_causes)
        found = outcome_associations(matrix, panel, results_of([panel]), seed, SharedFits())
        assert isinstance(found, OutcomeAssociations)
        is_cause = (found.tested < CAUSES) & has_causes
        for way, any_dependence in (("", True), ("loose_", False)):
            rates = false_discovery_rates(found.associations.p_value, any_dependence=any_dependence)
            said = rates <= LARGEST_RATE
            row[f"{name}{way}discoveries"] = int(said.sum())
            row[f"{name}{way}false"] = int((said & ~is_cause).sum())
    return row
