"""``evidence.excursion_runs`` as an asset: measured on request, kept otherwise."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg
import polars as pl

from assets.defs import WAREHOUSE_IO, asset_key
from assets.run_settings import RunSettings
from data_contracts.catalogue import contract
from data_contracts.tables import table
from pipelines.site.installed_code import foundation_hash
from warehouse.content_hash import digest
from warehouse.sensor_readings.kept_months import KeptMonths
from warehouse.sensor_readings.stored_readings import StoredMonth, stored_months
from warehouse.store import Warehouse

if TYPE_CHECKING:
    from pipelines.replay.excursions.frozen_detector import FrozenModels

TABLE = "evidence.excursion_runs"
# What the replay asks of the warehouse: all that the parts of the detector are made of.
ASKED = (
    "core.batches",
    "core.phases",
    "core.parameters",
    "core.lab_results",
    "core.inspections",
    "core.deviations",
    "core.sensor_tags",
    "core.outcomes",
    "core.outcome_margins",
    "core.outcome_definitions",
    "feature.sensor_phase_features",
    "feature.phase_trajectories",
    "feature.golden_trajectories",
    "feature.gate_values",
    "feature.dictionary",
    "feature.batch_gates",
    "evidence.withheld_features",
    "evidence.leak_questions",
    "evidence.acceptance_criteria",
    "finding.rules",
    "finding.rule_effects",
    "finding.chart_plan",
    "economics.alarm_prices",
)


@dg.asset(
    key=asset_key(TABLE),
    deps=[asset_key(name) for name in (*ASKED, "core.sensor_readings")],
    group_name="tier_evidence",
    io_manager_key=WAREHOUSE_IO,
    required_resource_keys={"run_settings", "warehouse"},
    config_schema={
        "batches": dg.Field(
            int, default_value=0, description="Batches changed; 0 keeps the last replay."
        )
    },
    description=contract(TABLE).description,
)
def excursion_runs(context: dg.AssetExecutionContext) -> pl.DataFrame:
    """Replay the path on changed readings, or keep what the last replay measured."""
    warehouse: Warehouse = context.resources.warehouse
    if not context.op_config["batches"]:
        return kept_runs(warehouse)
    settings: RunSettings = context.resources.run_settings
    return measured(warehouse, settings, context.op_config["batches"], context.log.info)


def kept_runs(warehouse: Warehouse) -> pl.DataFrame:
    """Return what the last replay measured; no rows before the first."""
    return warehouse.read(TABLE) if warehouse.exists(TABLE) else table(TABLE)


def measured(
    warehouse: Warehouse, settings: RunSettings, batches: int, say: Callable[[str], None]
) -> pl.DataFrame:
    """Freeze a detector, and replay every series.

    Args:
        warehouse: The working warehouse after a whole run.
        settings: Of the run it is about.
        batches: Batches changed for each series.
        say: Called with how far it is.

    Returns:
        ``evidence.excursion_runs``. A series whose readings, detector and code are as they were
        when it was last replayed is taken from what was kept then: what was interrupted goes on.
    """
    from pipelines.replay.excursions.frozen_detector import FrozenDetector, frozen_models_of
    from pipelines.replay.excursions.held_out import held_out
    from pipelines.replay.excursions.held_readings import Key, held_readings
    from pipelines.replay.excursions.replay import ReplayRecords, replayed

    tables = {name: warehouse.read(name) for name in ASKED}
    features = tables["feature.sensor_phase_features"]
    if features.is_empty():
        return table(TABLE)
    with_sensors = features["batch_id"].unique().to_list()
    held = held_out(tables["core.batches"], tables["core.outcomes"], with_sensors, batches)
    if not held.pool:
        return table(TABLE)
    kept = KeptMonths(warehouse.home.kept_dir(warehouse.source_key, "excursions"))
    contents = {name: warehouse.content_hash(name) for name in ASKED}
    fitted_of = digest((foundation_hash(), repr(held), settings.seed, *contents.values()))

    say("Freezing the detector as it stood before the batches that are tried")
    spill_dir = warehouse.home.spill_dir

    def fit() -> "FrozenModels":
        return frozen_models_of(tables, held, settings.seed, spill_dir)

    models = _kept_models(kept, fitted_of, len(held.splits), fit)
    plans = settings.profile.verification_plans
    detector = FrozenDetector(tables, held, models, tuple(plans))
    months = list(_months_of(stored_months(warehouse), features, held.pool))
    readings = held_readings(months, tables["core.sensor_tags"], held.pool)
    of_readings = [month.content_hash for month in months]

    def kept_or_measured(key: Key, measure: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        name = f"{digest(key)}-{digest((fitted_of, batches, *of_readings, detector.version))}"
        if name not in kept:
            kept.write(name, measure())
        return kept.read(name)

    now = datetime.now(UTC).replace(tzinfo=None)
    records = ReplayRecords(tables, readings, held, settings.seed, batches)
    return replayed(records, detector, kept_or_measured, now, say)


def _months_of(
    months: Iterable[StoredMonth], features: pl.DataFrame, pool: Iterable[str]
) -> Iterable[StoredMonth]:
    wanted = set(features.filter(pl.col("batch_id").is_in(list(pool)))["month"])
    return (month for month in months if month.month in wanted)


def _kept_models(
    kept: KeptMonths, name: str, splits: int, fit: "Callable[[], FrozenModels]"
) -> "FrozenModels":
    """What was fitted, kept as the text that it is: a frame of models for each split."""
    from pipelines.replay.excursions.frozen_detector import FrozenModels

    names = [f"models{place}-{name}" for place in range(splits + 1)]
    if not all(each in kept for each in names):
        fitted = fit()
        for each, frame in zip(names, (fitted.boosters, *fitted.whole), strict=True):
            kept.write(each, frame)
    boosters, *whole = (kept.read(each) for each in names)
    return FrozenModels(boosters, tuple(whole))
