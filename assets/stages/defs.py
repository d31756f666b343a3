"""Dagster assets of the stages: a line a finding, what it reads and what builds it."""

from assets.defs import table_asset
from assets.stages.quality_control.degradation_rates import degradation_rates
from assets.stages.quality_control.shelf_life import shelf_life
from assets.stages.quality_control.stability_trends import stability_trends
from assets.stages.quality_control.storage_temperatures import storage_temperatures

GROUP = "stages"

lives = table_asset("finding.shelf_life", "core.stability_results", "core.batches", group=GROUP)(
    shelf_life
)
trends = table_asset(
    "finding.stability_trends", "core.stability_results", "core.batches", group=GROUP
)(stability_trends)
rates = table_asset(
    "finding.degradation_rates", "core.stability_results", "core.batches", group=GROUP
)(degradation_rates)
stores = table_asset("finding.storage_temperatures", "core.parameters", group=GROUP)(
    storage_temperatures
)
