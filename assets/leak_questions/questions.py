"""The questions of a run: every column that foretells an outcome as hardly a process can.

A question is asked per outcome at the last gate before its result, and holds at every gate: what
is a copy late in the process is one early in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import polars as pl

from assets.batch_matrix.confirmed_causes import quantities_named
from assets.batch_matrix.gate_matrix import GateMatrix, gate_matrix
from assets.batch_matrix.outcome_panel import (
    OutcomeDefinition,
    OutcomePanel,
    definitions,
    outcome_panel,
)
from assets.leak_questions.likeness import forward_auc, forward_fits
from assets.statistics.array_types import FloatArray
from data_contracts.codes.records import LeakLikeness
from data_contracts.tables import table

# Physics can be as good as this, and few parameters are: an answer costs one line.
LARGEST_SHARE, NEAR_COPY_SHARE = 0.75, 0.98
# Where a margin is there to tell a copy by, only a copy of the decision itself ranks better.
LARGEST_AUC, LARGEST_AUC_BESIDE_MARGINS = 0.98, 0.995

NAN = float("nan")
Answers = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Likeness:
    """How much one feature is like an outcome.

    Attributes:
        quantity: The margin it follows most; None where none is modelled.
        share: Of that margin's later variation, foretold by the feature alone; NaN where unknown.
        auc: Of later failures, by the feature alone; NaN where unknown.
    """

    quantity: str | None
    share: float
    auc: float

    @property
    def kind(self) -> str | None:
        """What is odd about it; None where nothing is."""
        if self.share >= NEAR_COPY_SHARE:
            return LeakLikeness.NEAR_COPY
        if self.share >= LARGEST_SHARE:
            return LeakLikeness.FOLLOWS_RESULT
        largest = LARGEST_AUC if self.quantity is None else LARGEST_AUC_BESIDE_MARGINS
        return LeakLikeness.RANKS_FAILURES if self.auc >= largest else None


def leak_questions(
    gate_values: pl.DataFrame,
    dictionary: pl.DataFrame,
    batch_gates: pl.DataFrame,
    outcomes: pl.DataFrame,
    outcome_definitions: pl.DataFrame,
    outcome_margins: pl.DataFrame,
    refused_features: pl.DataFrame,
    answers: Answers,
) -> pl.DataFrame:
    """Ask about every feature that is like an outcome.

    Args:
        gate_values: ``feature.gate_values``.
        dictionary: ``feature.dictionary``.
        batch_gates: ``feature.batch_gates``.
        outcomes: ``core.outcomes``.
        outcome_definitions: ``core.outcome_definitions``.
        outcome_margins: ``core.outcome_margins``.
        refused_features: ``evidence.refused_features``; what is refused is not asked about.
        answers: By quantity as the profile names it, who said that it is measured before the
            result, and why.

    Returns:
        ``evidence.leak_questions``.
    """
    refused = set(refused_features.select("outcome", "feature").iter_rows())
    described = {row["feature"]: row for row in dictionary.iter_rows(named=True)}
    by_gate: dict[int, list[OutcomeDefinition]] = {}
    for definition in definitions(outcome_definitions):
        by_gate.setdefault(definition.last_gate_before, []).append(definition)
    rows: list[dict[str, Any]] = []
    for gate, defined in sorted(by_gate.items()):
        if gate < 1:
            continue
        matrix = gate_matrix(gate_values, dictionary, batch_gates, gate)
        panels = [outcome_panel(d, outcomes, outcome_margins, matrix.batch_ids) for d in defined]
        for feature, alike in likenesses(matrix, panels):
            for definition, found in zip(defined, alike, strict=True):
                is_refused = (definition.outcome, feature) in refused
                if found.kind is not None and not is_refused:
                    rows.append(_row(definition, described[feature], found, answers))
    return table("evidence.leak_questions", rows)


def likenesses(
    matrix: GateMatrix, panels: Sequence[OutcomePanel]
) -> Iterator[tuple[str, list[Likeness]]]:
    """Measure how much every feature of a matrix is like every outcome.

    Args:
        matrix: Everything known at the gate.
        panels: Per outcome, its labels and margins.

    Yields:
        Feature, and its likeness to each outcome.
    """
    places: dict[str, list[int]] = {}
    for j, feature in enumerate(matrix.features):
        places.setdefault(feature, []).append(j)
    margins = {name: j for j, name in enumerate(sorted({q for p in panels for q in p.quantities}))}
    results = np.full((len(matrix.batch_ids), len(margins) + len(panels)), np.nan)
    for i, panel in enumerate(panels):
        for j, quantity in enumerate(panel.quantities):
            results[:, margins[quantity]] = panel.measured[:, j]
        results[:, len(margins) + i] = panel.label
    for feature, own in places.items():
        columns = matrix.values[:, own]
        share, fitted = forward_fits(columns, results, matrix.product)
        yield (
            feature,
            [
                _likeness(
                    columns,
                    panel,
                    {name: float(share[margins[name]]) for name in panel.quantities},
                    fitted[:, len(margins) + i],
                )
                for i, panel in enumerate(panels)
            ],
        )


def _likeness(
    columns: FloatArray, panel: OutcomePanel, shares: Mapping[str, float], fitted: FloatArray
) -> Likeness:
    scores = [fitted, np.isfinite(columns).all(axis=1).astype(float)]
    scores += [columns[:, 0]] if columns.shape[1] == 1 else []
    areas = [area for each in scores if isfinite(area := forward_auc(each, panel.label))]
    known = {name: share for name, share in shares.items() if isfinite(share)}
    best = max(known, key=lambda name: known[name], default=None)
    share = NAN if best is None else known[best]
    return Likeness(best, share, max(areas, default=NAN))


def _row(
    definition: OutcomeDefinition,
    described: Mapping[str, Any],
    found: Likeness,
    answers: Answers,
) -> dict[str, Any]:
    quantity = str(described["quantity"] or described["feature"])
    answered = [name for name in answers if quantity in quantities_named(name, [quantity])]
    who, why = answers[answered[0]] if answered else (None, None)
    return {
        "outcome": definition.outcome,
        "feature": described["feature"],
        "title": described["title"],
        "quantity": quantity,
        "available_at_gate": described["available_at_gate"],
        "likeness": found.kind,
        "margin_quantity": found.quantity,
        "forward_r2": found.share if isfinite(found.share) else None,
        "forward_auc": found.auc if isfinite(found.auc) else None,
        "is_answered": who is not None,
        "answered_by": who,
        "answer": why,
        "question": question(definition.title, described["title"], quantity, found),
    }


def question(outcome: str, title: str, quantity: str, found: Likeness) -> str:
    """Ask about one column, in words.

    Args:
        outcome: Title of the outcome.
        title: Title of the feature.
        quantity: Its name in the profile.
        found: How much it is like the outcome.
    """
    if found.kind == LeakLikeness.RANKS_FAILURES:
        seen = f"{title} alone ranks later failures of '{outcome}' with AUC {found.auc:.2f}"
    else:
        share, margin = f"{100 * found.share:.0f}%", str(found.quantity).replace("_", " ")
        seen = f"{title} alone foretells {share} of the later variation of the margin of {margin}"
    guess = {
        LeakLikeness.NEAR_COPY: "as a copy of the result does",
        LeakLikeness.FOLLOWS_RESULT: "as a result, something computed from it, or clear physics",
        LeakLikeness.RANKS_FAILURES: "as the decision itself, or clear physics",
    }[str(found.kind)]
    return (
        f"{seen}, {guess}. Is it measured before the result exists, and not computed from it? If "
        f"so, say who knows and why under 'measured_before_result: {{{quantity}: {{who: ..., why: "
        "...}}' in the profile; if not, give its 'available_at_stage' there. Until then it is used "
        "nowhere."
    )
