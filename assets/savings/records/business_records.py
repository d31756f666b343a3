"""The tables a business case is made from, as one thing to hand around."""

from dataclasses import dataclass

import polars as pl

from assets.savings.records.baseline import (
    Baseline,
    baseline,
    losing_outcomes,
    priced_failures,
)


@dataclass(frozen=True)
class BusinessRecords:
    """The tables a business case is made from, named as in the warehouse.

    Attributes:
        batches: ``core.batches``, one row per batch.
        outcomes: ``core.outcomes``, one row per batch and outcome.
        outcome_definitions: ``core.outcome_definitions``, one row per outcome.
        verdicts: ``model.verdicts``, one row per outcome and gate.
        alarm_counts: ``model.alarm_counts``, one row per outcome, gate, budget, least risk and test
            block.
        predictions: ``model.predictions``; None where unknown.
        replacement_intervals: ``finding.replacement_intervals``; None where unknown.
        outcome_margins: ``core.outcome_margins``; this and the rest None where windows and lots
            have no effect to estimate.
        gate_values: ``feature.gate_values``.
        dictionary: ``feature.dictionary``.
        drivers: ``finding.drivers``.
        withheld_features: ``evidence.withheld_features``.
        window_studies: ``finding.window_studies``, as last refitted; None where windows are to be
            studied on these records.
        silenced_models: ``silenced_models``; None where every model is in force.
        lever_standing: ``evidence.lever_standing``; None where no tiers are judged, as in a study
            of what a lever is worth.
    """

    batches: pl.DataFrame
    outcomes: pl.DataFrame
    outcome_definitions: pl.DataFrame
    verdicts: pl.DataFrame
    alarm_counts: pl.DataFrame
    predictions: pl.DataFrame | None = None
    replacement_intervals: pl.DataFrame | None = None
    outcome_margins: pl.DataFrame | None = None
    gate_values: pl.DataFrame | None = None
    dictionary: pl.DataFrame | None = None
    drivers: pl.DataFrame | None = None
    withheld_features: pl.DataFrame | None = None
    window_studies: pl.DataFrame | None = None
    silenced_models: pl.DataFrame | None = None
    lever_standing: pl.DataFrame | None = None

    @property
    def of_windows(self) -> dict[str, pl.DataFrame]:
        """What windows and lots are estimated from, by name; empty where one is unknown."""
        names = (
            *("batches", "outcomes", "outcome_margins"),
            *("gate_values", "dictionary", "drivers", "withheld_features"),
        )
        found = {name: getattr(self, name) for name in names}
        return {} if any(frame is None for frame in found.values()) else found

    @property
    def baseline(self) -> Baseline:
        """The counted baseline."""
        return baseline(self.batches, self.outcomes, self.outcome_definitions)

    @property
    def priced_failures(self) -> pl.DataFrame:
        """Every failed batch once, with the outcome and mode it is priced under."""
        return priced_failures(self.batches, self.outcomes, self.outcome_definitions)

    @property
    def proxies(self) -> frozenset[str]:
        """Outcomes that are proxies: no batch was lost with them."""
        return frozenset(self.outcome_definitions.filter("is_proxy")["outcome"])

    @property
    def titles(self) -> dict[str, str]:
        """Outcome to its title."""
        return dict(self.outcome_definitions.select("outcome", "title").iter_rows())

    @property
    def gates(self) -> dict[str, int]:
        """Parameter to the gate from which it is known; empty where no dictionary is."""
        if self.dictionary is None:
            return {}
        return dict(self.dictionary.select("feature", "available_at_gate").iter_rows())

    @property
    def failures_and_known(self) -> dict[str, tuple[int, int]]:
        """Outcome to how many batches it lost and for how many it is known, in outcome order."""
        counts = self.outcomes.group_by("outcome").agg(
            failures=pl.col("is_failure").sum(), known=pl.col("is_failure").count()
        )
        counted = {name: (failures, known) for name, failures, known in counts.iter_rows()}
        losing = set(losing_outcomes(self.outcome_definitions)["outcome"])
        names = [name for name in self.outcome_definitions["outcome"] if name in losing]
        return {name: counted.get(name, (0, 0)) for name in names}
