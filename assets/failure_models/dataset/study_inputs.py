"""What a study reads and how hard it looks."""

import os
from dataclasses import dataclass
from pathlib import Path

import polars as pl


@dataclass(frozen=True)
class StudyInputs:
    """The tables a study reads, by their names in the warehouse.

    Attributes:
        gate_values: ``feature.gate_values``.
        dictionary: ``feature.dictionary``.
        batch_gates: ``feature.batch_gates``.
        outcomes: ``core.outcomes``.
        outcome_definitions: ``core.outcome_definitions``.
        outcome_margins: ``core.outcome_margins``.
        withheld_features: ``evidence.withheld_features``.
        leak_questions: ``evidence.leak_questions``.
        acceptance_criteria: ``evidence.acceptance_criteria``.
        rules: ``finding.rules``.
        rule_effects: ``finding.rule_effects``.
    """

    gate_values: pl.DataFrame
    dictionary: pl.DataFrame
    batch_gates: pl.DataFrame
    outcomes: pl.DataFrame
    outcome_definitions: pl.DataFrame
    outcome_margins: pl.DataFrame
    withheld_features: pl.DataFrame
    leak_questions: pl.DataFrame
    acceptance_criteria: pl.DataFrame
    rules: pl.DataFrame
    rule_effects: pl.DataFrame


@dataclass(frozen=True)
class StudySettings:
    """How hard a study looks.

    Attributes:
        seed: Seed of every random draw.
        permutations: Draws of the null.
        resamples: Cluster resamples of every interval.
        refits: Cluster resamples the drivers are fitted on again.
        threads: Cores to keep busy; the tables do not depend on it.
        with_contrast: Whether the ladder shows what random cross-validation would have claimed;
            it costs as much as the evidence and no verdict uses it.
        with_models: Whether to fit the model behind every verdict once more on all batches and
            keep it.
        spill_dir: Where designs are put that do not fit the memory meant for them; None for the
            system's own folder. The tables do not depend on it.
    """

    seed: int = 1
    permutations: int = 9_999
    resamples: int = 1_000
    refits: int = 10
    threads: int = os.cpu_count() or 1
    with_contrast: bool = True
    with_models: bool = True
    spill_dir: Path | None = None

    @property
    def workers(self) -> int:
        """Tasks examined at a time: one more than cores, for one may wait for another's fit."""
        return self.threads if self.threads == 1 else self.threads + 1

    @classmethod
    def of_run(cls, seed: int, spill_dir: Path, *, is_quick: bool) -> "StudySettings":
        """The settings of a full run, or of a quick one with fewer draws."""
        if is_quick:
            return cls(seed=seed, permutations=1_999, resamples=400, refits=5, spill_dir=spill_dir)
        return cls(seed=seed, spill_dir=spill_dir)
