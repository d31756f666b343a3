"""``finding.relevance``: every feature against every outcome, and why it is no driver."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from assets.batch_matrix.gate_matrix import GateMatrix, gate_matrix
from assets.batch_matrix.levels import column_title
from assets.batch_matrix.outcome_panel import OutcomeDefinition, definitions, outcome_panel
from assets.batch_matrix.past_results import results_of
from assets.failure_models.dataset.shared_fits import SharedFits
from assets.failure_models.relevance.followers import NONE, followed
from assets.failure_models.relevance.outcome_associations import (
    FAILURE,
    OutcomeAssociations,
    outcome_associations,
)
from assets.failure_models.relevance.why_unnamed import LARGEST_RATE, FeatureFacts, why_unnamed
from assets.statistics.resampling.multiplicity import false_discovery_rates
from data_contracts.tables import table

NAME = "finding.relevance"


@dataclass(frozen=True)
class RelevanceInputs:
    """The tables relevance is told from, by their names in the warehouse."""

    gate_values: pl.DataFrame
    dictionary: pl.DataFrame
    batch_gates: pl.DataFrame
    outcomes: pl.DataFrame
    outcome_definitions: pl.DataFrame
    outcome_margins: pl.DataFrame
    withheld_features: pl.DataFrame
    refused_features: pl.DataFrame
    verdicts: pl.DataFrame
    drivers: pl.DataFrame
    confounding: pl.DataFrame


@dataclass(frozen=True)
class _Best:
    """The column that speaks for a feature: the one with the smallest chance."""

    column: int
    p_value: float


def relevance(inputs: RelevanceInputs, seed: int) -> pl.DataFrame:
    """Hold every feature against every outcome that has a gate before its result.

    Args:
        inputs: The tables.
        seed: Of every draw.

    Returns:
        ``finding.relevance``. The family of the false discovery rate is every feature and outcome
        tested; of the levels of a category the surest speaks, its chance times their number.
    """
    found = {
        one.outcome: (one, *_of_outcome(inputs, one, seed))
        for one in definitions(inputs.outcome_definitions)
        if one.last_gate_before >= 1
    }
    best = {
        (outcome, feature): each
        for outcome, (_, _, tested) in found.items()
        if isinstance(tested, OutcomeAssociations)
        for feature, each in _best(tested).items()
    }
    chances = np.array([each.p_value for each in best.values()])
    rates = dict(zip(best, false_discovery_rates(chances, any_dependence=True), strict=True))
    loose = dict(zip(best, false_discovery_rates(chances), strict=True))
    rows = [
        row
        for outcome, (definition, matrix, tested) in found.items()
        for row in _rows(inputs, definition, matrix, tested, _Rates(outcome, best, rates, loose))
    ]
    return table(NAME, rows)


def _of_outcome(
    inputs: RelevanceInputs, definition: OutcomeDefinition, seed: int
) -> tuple[GateMatrix, OutcomeAssociations | str]:
    matrix = gate_matrix(
        inputs.gate_values, inputs.dictionary, inputs.batch_gates, definition.last_gate_before
    )
    panels = {
        one.outcome: outcome_panel(one, inputs.outcomes, inputs.outcome_margins, matrix.batch_ids)
        for one in definitions(inputs.outcome_definitions)
    }
    allowed = matrix.allowed(inputs.withheld_features, definition.outcome)
    if not allowed.columns:
        return matrix, "No feature varies before the result."
    results = results_of(list(panels.values()))
    return matrix, outcome_associations(
        allowed, panels[definition.outcome], results, seed, SharedFits()
    )


def _best(tested: OutcomeAssociations) -> dict[str, _Best]:
    """Per feature, the tested column that speaks for it."""
    own: dict[str, list[int]] = {}
    for place, column in enumerate(tested.tested):
        own.setdefault(tested.matrix.features[column], []).append(place)
    chance = tested.associations.p_value
    surest = {feature: min(places, key=lambda i: chance[i]) for feature, places in own.items()}
    return {
        feature: _Best(place, min(1.0, float(chance[place]) * len(own[feature])))
        for feature, place in surest.items()
    }


@dataclass(frozen=True)
class _Rates:
    """False discovery rates of one outcome, under any dependence and under a positive one."""

    outcome: str
    best: dict[tuple[str, str], _Best]
    rates: dict[tuple[str, str], float]
    loose: dict[tuple[str, str], float]

    def of(self, feature: str) -> tuple[_Best, float, float] | None:
        key = (self.outcome, feature)
        if key not in self.best:
            return None
        return self.best[key], float(self.rates[key]), float(self.loose[key])


def _rows(
    inputs: RelevanceInputs,
    definition: OutcomeDefinition,
    matrix: GateMatrix,
    tested: OutcomeAssociations | str,
    rates: _Rates,
) -> Iterator[dict[str, Any]]:
    known = _Known(inputs, definition, matrix, tested, rates)
    for described in inputs.dictionary.sort("feature").iter_rows(named=True):
        if not described["is_product_identity"]:
            yield known.row(described)


class _Known:
    """What is known of an outcome's features, looked up feature by feature."""

    def __init__(
        self,
        inputs: RelevanceInputs,
        definition: OutcomeDefinition,
        matrix: GateMatrix,
        tested: OutcomeAssociations | str,
        rates: _Rates,
    ) -> None:
        own, gate = pl.col("outcome") == definition.outcome, definition.last_gate_before
        at_gate = own & (pl.col("gate") == gate)
        self._definition, self._tested, self._rates = definition, tested, rates
        self._present = set(matrix.features)
        refused = inputs.refused_features.filter(own)
        self._refused = {
            feature: (rule, reason)
            for feature, rule, reason in refused.select("feature", "rule", "reason").iter_rows()
        }
        self._withheld = set(inputs.withheld_features.filter(own)["feature"])
        drivers = inputs.drivers.filter(at_gate & pl.col("is_named"))
        self._named = set(drivers["driver"])
        verdicts = inputs.verdicts.filter(at_gate)["verdict"].to_list()
        self._verdict = verdicts[0] if verdicts else None
        confounded = inputs.confounding.filter(at_gate).sort(pl.all())
        self._confounded = dict(confounded.select("feature", "statement").iter_rows())
        self._titles = dict(inputs.dictionary.select("feature", "title").iter_rows())
        self._follows = self._followed()

    def _followed(self) -> dict[str, str]:
        """Per relevant feature that follows another, the title of that."""
        tested = self._tested
        if isinstance(tested, str):
            return {}
        relevant = {
            feature: rated[0].column
            for feature in dict.fromkeys(tested.matrix.features)
            if (rated := self._rates.of(feature)) is not None and rated[1] <= LARGEST_RATE
        }
        if len(relevant) < 2:
            return {}
        other = followed(
            tested.design,
            tested.held_against,
            tested.associations.strength,
            np.array(list(relevant.values())),
            tested.associations.block,
        )
        return {
            feature: self._title(int(place))
            for feature, place in zip(relevant, other, strict=True)
            if place != NONE
        }

    def _title(self, place: int) -> str:
        assert isinstance(self._tested, OutcomeAssociations)
        matrix, column = self._tested.matrix, int(self._tested.tested[place])
        feature = matrix.features[column]
        return f"'{column_title(self._titles[feature], feature, matrix.columns[column])}'"

    def row(self, described: dict[str, Any]) -> dict[str, Any]:
        """The row of one feature."""
        feature, tested = described["feature"], self._tested
        rated = self._rates.of(feature)
        place = rated[0].column if rated is not None else 0
        is_tested = rated is not None and isinstance(tested, OutcomeAssociations)
        facts = FeatureFacts(
            is_named=feature in self._named,
            refusal=self._refused.get(feature),
            is_withheld=feature in self._withheld,
            obstacle=self._obstacle(feature),
            false_discovery_rate=rated[1] if rated is not None else None,
            confounded=self._confounded.get(feature),
            sign_stability=self._lasting("sign_stability", place) if is_tested else 0.0,
            period_stability=self._lasting("period_stability", place) if is_tested else 0.0,
            follows=self._follows.get(feature),
            verdict=self._verdict,
        )
        code, reason = why_unnamed(facts)
        shown = {
            "outcome": self._definition.outcome,
            "feature": feature,
            "title": described["title"],
            "stage": described["stage"],
            "gate": self._definition.last_gate_before,
            "is_relevant": rated is not None and rated[1] <= LARGEST_RATE,
            "is_named": facts.is_named,
            "reason_code": code,
            "reason": reason,
            "follows": facts.follows,
        }
        if rated is None or not isinstance(tested, OutcomeAssociations):
            return shown
        target = tested.targets[int(tested.associations.target[place])]
        unit = "failure probability" if target == FAILURE else f"margin of {target} (robust sd)"
        column = int(tested.tested[place])
        title = column_title(described["title"], feature, tested.matrix.columns[column])
        return shown | {
            "title": title,
            "target": target,
            "batches": int(tested.values[place]),
            "effect": float(tested.effects.estimate[place]),
            "effect_low": _finite(tested.effects.low[place]),
            "effect_high": _finite(tested.effects.high[place]),
            "effect_unit": f"{unit} per standard deviation",
            "strength": float(tested.associations.strength[place]),
            "p_value": rated[0].p_value,
            "false_discovery_rate": rated[1],
            "false_discovery_rate_positive_dependence": rated[2],
            "sign_stability": facts.sign_stability,
            "period_stability": facts.period_stability,
        }

    def _lasting(self, name: str, place: int) -> float:
        assert isinstance(self._tested, OutcomeAssociations)
        return float(getattr(self._tested.lasting, name)[place])

    def _obstacle(self, feature: str) -> str:
        if isinstance(self._tested, str):
            return self._tested
        if self._rates.of(feature) is not None:
            return ""
        if feature not in self._present:
            return "No batch has a value by the gate before the result."
        return "Too few batches with a result have a value, or it hardly varies within product."


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
