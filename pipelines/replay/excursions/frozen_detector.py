"""The detector as it stood before the batches that are tried: all its parts, and their version."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.study import kept_models
from assets.process_verification.multivariate.multivariate_models import multivariate_models
from assets.process_verification.multivariate.plant_records import PlantRecords
from assets.process_verification.verification import ChartedRecords, drawn_charts
from assets.statistics.one_thread import one_thread
from data_contracts.tables import table
from data_contracts.verification_plan.entries import VerificationPlan
from pipelines.replay.analysis import handed
from pipelines.replay.excursions.changed_series import ChangedSeries
from pipelines.replay.excursions.chart_parts import ChartParts
from pipelines.replay.excursions.fault_part import FaultPart
from pipelines.replay.excursions.golden_part import GoldenPart
from pipelines.replay.excursions.held_out import HeldOut
from pipelines.replay.excursions.model_part import AlarmRecords, ModelPart
from pipelines.replay.excursions.seen import Seen
from pipelines.replay.excursions.whole_batch_part import Frozen, WholeBatchPart
from warehouse.content_hash import digest

Tables = Mapping[str, pl.DataFrame]
BOOSTERS, WHOLE = "model.boosters", "model.multivariate_models"
# A verdict at the 5% level needs no more draws than this.
PERMUTATIONS, RESAMPLES = 999, 100


@dataclass(frozen=True)
class FrozenModels:
    """Everything of the detector that is fitted.

    Attributes:
        boosters: ``model.boosters``; none where the batches tried are not later ones, for a model
            of failure is never asked about batches made before some it was fitted on.
        whole: Models of whole batches, a frame for each split.
    """

    boosters: pl.DataFrame
    whole: tuple[pl.DataFrame, ...]

    @property
    def version(self) -> str:
        """Stands for all of it."""
        frames = (self.boosters, *self.whole)
        return digest(tuple(text for each in frames for text in each["sha256"].drop_nulls()))


def frozen_models_of(tables: Tables, held: HeldOut, seed: int, spill_dir: Path) -> FrozenModels:
    """Fit what a refit before the batches tried would have kept.

    Args:
        tables: Tables of the warehouse by full name.
        held: The batches, and what the detector is frozen on.
        seed: Of the run.
        spill_dir: Where designs are put that do not fit the memory meant for them.
    """
    boosters = table(BOOSTERS)
    if held.is_later and tables["core.outcome_definitions"].height:
        known = _known_before(tables, held)
        settings = StudySettings(
            seed=seed, permutations=PERMUTATIONS, resamples=RESAMPLES, refits=0,
            with_contrast=False, spill_dir=spill_dir,
        )  # fmt: skip
        boosters = kept_models(StudyInputs(**handed(known, StudyInputs)), settings)
    with one_thread():
        whole = tuple(_whole(tables, split.frozen_on) for split in held.splits)
    return FrozenModels(boosters, whole)


def _known_before(tables: Tables, held: HeldOut) -> dict[str, pl.DataFrame]:
    """The tables a study reads, as they stood when the first batch tried was begun."""
    frozen_on = pl.col("batch_id").is_in(list(held.splits[0].frozen_on))
    began = tables["core.batches"].filter(pl.col("batch_id") == held.pool[0])["started_at"][0]
    was_known = pl.col("known_at").is_null() | (pl.col("known_at") <= began)
    known = dict(tables)
    for name in ("feature.gate_values", "feature.batch_gates", "core.outcome_margins"):
        known[name] = tables[name].filter(frozen_on)
    outcomes = tables["core.outcomes"].filter(frozen_on)
    known["core.outcomes"] = outcomes.filter(was_known) if began is not None else outcomes
    if began is not None:
        still = known["core.outcomes"].select("batch_id").unique()
        margins = known["core.outcome_margins"]
        known["core.outcome_margins"] = margins.join(still, on="batch_id", how="semi")
    return known


def _whole(tables: Tables, frozen_on: tuple[str, ...]) -> pl.DataFrame:
    own = pl.col("batch_id").is_in(list(frozen_on))
    return multivariate_models(
        tables["feature.batch_gates"].filter(own),
        tables["feature.sensor_phase_features"].filter(own),
        tables["feature.phase_trajectories"].filter(own),
        tables["core.outcomes"],
        tables["core.outcome_margins"],
        tables["core.outcome_definitions"].clear(),  # predictions raise no signal
    )[WHOLE]


class FrozenDetector:
    """All parts, ready to be asked; nothing is fitted any more.

    Args:
        tables: Tables of the warehouse by full name.
        held: The batches.
        models: What was fitted.
        plans: What the plant has written of its charts.
    """

    def __init__(
        self,
        tables: Tables,
        held: HeldOut,
        models: FrozenModels,
        plans: tuple[VerificationPlan, ...] = (),
    ) -> None:
        features = tables["feature.sensor_phase_features"]
        plan = tables["finding.chart_plan"]
        of_sensors = plan.filter(pl.col("source") == "sensor")
        charted = ChartedRecords(**handed(dict(tables), ChartedRecords))
        self._charts = ChartParts(drawn_charts(charted, of_sensors, plans), of_sensors)
        golden = tables["feature.golden_trajectories"]
        self._golden = GoldenPart(golden, features, tables["core.batches"])
        before = features.filter(pl.col("batch_id").is_in(list(held.splits[0].frozen_on)))
        self._faults = FaultPart(before)
        records = PlantRecords(
            tables["feature.batch_gates"], features, tables["feature.phase_trajectories"]
        )
        self._whole = WholeBatchPart(
            records,
            [
                Frozen(frozenset(split.tried), whole)
                for split, whole in zip(held.splits, models.whole, strict=True)
            ],
        )
        own = {**tables, BOOSTERS: models.boosters}
        self._models = ModelPart(AlarmRecords(**handed(own, AlarmRecords)), held.pool[0])
        limits = (plan, golden, tables["economics.alarm_prices"])
        self.version = digest((models.version, *(str(each.hash_rows().sum()) for each in limits)))

    def asked(self, changed: ChangedSeries) -> dict[str, Seen]:
        """Ask every part about every way a series was changed."""
        return {
            "sensor_fault": self._faults.asked(changed),
            "golden_distance": self._golden.asked(changed),
            "whole_batch": self._whole.asked(changed),
            **self._charts.asked(changed),
            "failure_model": self._models.asked(changed),
        }
