"""A self-test: every outcome that can be planted into, every worth, trial after trial."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.power.power import pace_of, power, worths
from assets.failure_models.power.trials import PlantedOutcome, Trial, trials
from data_contracts.tables import table

POWER = "evidence.power"
# A verdict at the 5% level needs no more draws than this, and the ladder is climbed many times.
PERMUTATIONS, RESAMPLES = 999, 100


@dataclass(frozen=True)
class SelfTest:
    """A self-test about to be made.

    Attributes:
        outcomes: Outcomes a cause can be planted into.
        refused: Sentences, one per outcome none can be planted into.
        trials: Causes planted per outcome and worth.
        settings: Draws and seed of the ladder.
    """

    outcomes: list[PlantedOutcome]
    refused: list[str]
    trials: int
    settings: StudySettings

    @classmethod
    def of(
        cls, inputs: StudyInputs, number: int, seed: int, spill_dir: Path | None = None
    ) -> "SelfTest":
        """Gather the outcomes of a run.

        Args:
            inputs: The tables the study of the run read.
            number: Causes to plant per outcome and worth.
            seed: Seed of every draw.
            spill_dir: Where designs are put that do not fit the memory meant for them; None for
                the system's own.
        """
        settings = StudySettings(
            seed=seed,
            permutations=PERMUTATIONS,
            resamples=RESAMPLES,
            refits=0,
            with_contrast=False,
            with_models=False,
            spill_dir=spill_dir,
        )
        outcomes, refused = [], []
        for row in inputs.outcome_definitions.sort("outcome").iter_rows(named=True):
            tested = PlantedOutcome.of(inputs, row["outcome"], seed, spill_dir)
            if isinstance(tested, PlantedOutcome):
                outcomes.append(tested)
            else:
                refused.append(f"{row['title']}: {tested}")
        return cls(outcomes, refused, number, settings)

    @property
    def planted(self) -> int:
        """Causes that will be planted in all."""
        return self.trials * sum(len(worths(one, pace_of(one))) for one in self.outcomes)

    def made(self, measured_at: datetime, say: Callable[[str], None]) -> pl.DataFrame:
        """Plant and judge.

        Args:
            measured_at: UTC instant to put on the rows.
            say: Called after each trial with how far the test is and how long it will take.

        Returns:
            ``evidence.power``.
        """
        started, done, rows = time.monotonic(), 0, []
        for tested in self.outcomes:
            for name, worth in worths(tested, pace_of(tested)).items():
                tried: list[Trial | None] = []
                for trial in trials(tested, worth, self.trials, self.settings):
                    tried.append(trial)
                    done += 1
                    left = (time.monotonic() - started) / done * (self.planted - done)
                    say(f"{done} of {self.planted} causes planted, about {left / 60:.0f} min left")
                rows.append(power(tested, name, worth, tried, measured_at))
        return table(POWER, rows)


def kept(before: pl.DataFrame, outcome_definitions: pl.DataFrame) -> pl.DataFrame:
    """What an earlier self-test measured, of outcomes that are still defined."""
    return before.join(outcome_definitions.select("outcome"), on="outcome", how="semi")
